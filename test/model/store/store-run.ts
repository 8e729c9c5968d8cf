// Two stores side by side: the same random operations, every answer compared.

import type { MappingStore } from '../../../src/iommu/store/mapping-store.ts';
import type { StoreLimits } from '../../../src/iommu/store/store-limits.ts';
import type { Tally } from '../tally.ts';
import { Episode } from './episode.ts';
import { describeAnswer, describeOperation, doAgree, type Operation } from './operation.ts';
import { outcomeOf } from './outcome.ts';
import { Subject } from './subject.ts';

export type MakeStore = (limits: StoreLimits) => MappingStore;

interface StoreRun {
  readonly makeStores: readonly [MakeStore, MakeStore];
  /** Counts the operations, and what the first store answered them. */
  readonly tally: Tally;
}

interface Failure {
  /** The last one's answers differ. */
  readonly history: readonly Operation[];
  readonly answers: readonly [string, string];
}

/** How many operations the search for the shortest history may cost. */
const SHORTENING_BUDGET = 3_000_000;

/** Plays the episode of a seed; says in words how the stores differ, or is undefined when they do not. */
export function playEpisode(run: StoreRun, seed: number): string | undefined {
  const episode = new Episode(seed);
  const history: Operation[] = [];
  const subjects = run.makeStores.map((make) => new Subject(make(episode.limits)));
  while (history.length < episode.operations) {
    const operation = episode.next();
    history.push(operation);
    const [one = [], other = []] = subjects.map((subject) => subject.perform(operation));
    run.tally.operations++;
    run.tally.count(outcomeOf(operation, one));
    episode.learn(operation, other);
    if (doAgree(one, other)) continue;
    const failure: Failure = { history, answers: [describeAnswer(one), describeAnswer(other)] };
    return describeFailure(seed, shorten(run, episode.limits, failure));
  }
  return undefined;
}

function describeFailure(seed: number, { history, answers }: Failure): string {
  return [
    `The stores differ after these operations, of seed ${seed}:`,
    ...history.map((operation) => `  ${describeOperation(operation)}`),
    `one:   ${answers[0]}`,
    `other: ${answers[1]}`,
  ].join('\n');
}

/** Takes out as much of the history as still leads to any difference. */
function shorten(run: StoreRun, limits: StoreLimits, failure: Failure): Failure {
  let shortest = failure;
  let budget = SHORTENING_BUDGET;
  for (let size = Math.ceil(failure.history.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < shortest.history.length && budget > 0;) {
      const history = shortest.history.toSpliced(start, size);
      budget -= history.length;
      const found = replay(run, limits, history);
      if (found === undefined) start += size;
      else shortest = found;
    }
  }
  return shortest;
}

function replay(
  { makeStores }: StoreRun,
  limits: StoreLimits,
  history: readonly Operation[],
): Failure | undefined {
  const subjects = makeStores.map((make) => new Subject(make(limits)));
  for (const [index, operation] of history.entries()) {
    const [one = [], other = []] = subjects.map((subject) => subject.perform(operation));
    if (doAgree(one, other)) continue;
    const answers = [describeAnswer(one), describeAnswer(other)] as const;
    return { history: history.slice(0, index + 1), answers };
  }
  return undefined;
}
