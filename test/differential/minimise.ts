// Makes the history of a failure short: takes parts out as long as the devices still differ at its end.

import type { DevicePair } from './device-pair.ts';
import { explain } from './deviations.ts';
import type { Observation } from './observation.ts';
import { areEqual, type Answer, type Operation } from './operation.ts';
import type { Failure } from './run.ts';

/** A history this long is not worth the time that shortening it takes: each attempt runs it anew. */
const MAX_ATTEMPTS = 400;

/** The failure with a history from which nothing can be left out one by one, if there was time for it. */
export async function minimise(pair: DevicePair, failure: Failure): Promise<Failure> {
  const { operation, before } = failure.seen;
  let shortest = failure;
  let attempts = 0;
  for (let size = Math.ceil(failure.history.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < shortest.history.length && attempts < MAX_ATTEMPTS;) {
      attempts++;
      const history = shortest.history.toSpliced(start, size);
      const seen = await replay(pair, { features: before.features, history, operation });
      if (seen === undefined) start += size;
      else shortest = { seen, history };
    }
  }
  return shortest;
}

interface Attempt {
  readonly features: bigint;
  readonly history: readonly Operation[];
  readonly operation: Operation;
}

// What is seen at the end if that is a failure, and nothing before it is.
async function replay(pair: DevicePair, attempt: Attempt): Promise<Observation | undefined> {
  await pair.reset(attempt.features);
  for (const operation of attempt.history) {
    const seen = await observe(pair, operation);
    const isOut = [seen.ours, seen.theirs].some(({ kind }) => kind === 'broken' || kind === 'died');
    if (isOut || isFailure(seen) || explain(seen)?.follows === 'resync') return undefined;
  }
  const last = await observe(pair, attempt.operation);
  return isFailure(last) ? last : undefined;
}

function isFailure(seen: Observation): boolean {
  return explain(seen) === undefined && !areEqual(seen.ours, seen.theirs);
}

async function observe(pair: DevicePair, operation: Operation): Promise<Observation> {
  const before = pair.state();
  if (operation.kind === 'reset') {
    return { operation, before, ...(await pair.reset(operation.features)) };
  }
  const theirs = await askQemuOnce(pair, operation);
  return { operation, before, ours: pair.ask(operation), theirs };
}

async function askQemuOnce(
  pair: DevicePair,
  operation: Exclude<Operation, { kind: 'reset' }>,
): Promise<Answer> {
  if (operation.kind === 'config-read') return pair.readQemuConfig(operation);
  if (operation.kind === 'config-write') return pair.writeQemuConfig(operation);
  const [answer] = (await pair.askQemu([operation])) ?? [];
  if (answer !== undefined) return answer;
  await pair.restart();
  return { kind: 'died' };
}
