// The run itself: operations from the generator to both devices, every difference explained or reported.

import { explain, type Deviation } from './deviations.ts';
import type { DevicePair } from './device-pair.ts';
import type { Generator } from './generator.ts';
import { exchangeOf, type Observation, type Reply } from './observation.ts';
import {
  areEqual,
  directDescriptors,
  readableOf,
  type Answer,
  type Operation,
  type RequestOperation,
} from './operation.ts';
import { QUEUE_SIZE } from './ring-image.ts';
import type { StateBefore } from './state-before.ts';
import { readRequest } from './wire-request.ts';

/** Chains under one notification, as long as their descriptors fit the queue. */
const BATCH = 32;

/** A difference that no entry of the list explains, and all that was done since the devices were last reset. */
export interface Failure {
  readonly seen: Observation;
  /** Oldest first; the negotiated features are those of `seen.before`. */
  readonly history: readonly Operation[];
}

export interface RunCounts {
  /** Requests of the generator that both devices have answered. */
  requests: number;
  configAccesses: number;
  /** Resets that the generator asked for. */
  resets: number;
  /** Resets that brought the devices back together. */
  resyncs: number;
  /** How often both gave the same status, by status, `unwritten` for none: shows how deep the requests got. */
  readonly answers: Map<Reply, number>;
  readonly explained: Map<Deviation, number>;
}

/** One run. `step` until there are enough requests. */
export class DifferentialRun {
  readonly counts: RunCounts = {
    requests: 0,
    configAccesses: 0,
    resets: 0,
    resyncs: 0,
    answers: new Map(),
    explained: new Map(),
  };
  readonly #pair: DevicePair;
  readonly #generator: Generator;
  /** Generated and not yet done. */
  #pending: Operation[] = [];
  #history: Operation[] = [];
  /** The state that was last built in both. */
  #latest: StateBefore | undefined;
  /** Requests to be given to QEMU one by one, since one of them kills it. */
  #singly = 0;

  constructor(pair: DevicePair, generator: Generator) {
    this.#pair = pair;
    this.#generator = generator;
  }

  /** Does the next operations, but no more than `limit` requests; gives the failure if there was one. */
  async step(limit: number): Promise<Failure | undefined> {
    const first = this.#take();
    if (first.kind !== 'request') return this.#doOther(first);
    const batch = this.#takeBatch(first, this.#singly > 0 ? 1 : Math.min(BATCH, limit));
    const theirs = await this.#pair.askQemu(batch);
    if (theirs !== undefined) return this.#compareBatch(batch, theirs);
    if (batch.length === 1) {
      this.#singly = 0;
      return this.#compareBatch(batch, [{ kind: 'died' }]);
    }
    const state = this.#pair.state();
    this.#pending.unshift(...batch);
    this.#singly = batch.length;
    await this.#pair.restart();
    await this.#rebuild(state);
    return undefined;
  }

  /** Goes on after someone else has used the devices, say to shorten the history of a failure. */
  async resume(): Promise<void> {
    if (this.#latest !== undefined) await this.#rebuild(this.#latest);
  }

  #take(): Operation {
    return this.#pending.shift() ?? this.#generator.next();
  }

  #takeBatch(first: RequestOperation, limit: number): readonly RequestOperation[] {
    const batch = [first];
    let room = QUEUE_SIZE - directDescriptors(first.chain);
    for (let last = first; batch.length < limit && !mayHangQemu(last);) {
      const next = this.#take();
      const isFitting = next.kind === 'request' && directDescriptors(next.chain) <= room;
      if (!isFitting) {
        this.#pending.unshift(next);
        break;
      }
      batch.push(next);
      room -= directDescriptors(next.chain);
      last = next;
    }
    return batch;
  }

  async #compareBatch(
    batch: readonly RequestOperation[],
    theirs: readonly Answer[],
  ): Promise<Failure | undefined> {
    for (const [index, operation] of batch.entries()) {
      const answer = theirs[index];
      // The rest waits behind a request that broke QEMU's device, whose answer was the last.
      if (answer === undefined) throw new Error('a request of a batch has no answer');
      this.counts.requests++;
      if (this.#singly > 0) this.#singly--;
      const before = this.#pair.state();
      const seen = { operation, ours: this.#pair.ask(operation), theirs: answer, before };
      const { failure, isApart } = this.#judge(seen);
      if (isApart) {
        this.#pending.unshift(...batch.slice(index + 1));
        await this.#resync(seen);
        return failure;
      }
    }
    return undefined;
  }

  async #doOther(operation: Exclude<Operation, RequestOperation>): Promise<Failure | undefined> {
    const before = this.#pair.state();
    if (operation.kind === 'reset') {
      this.counts.resets++;
      this.#history = [];
      const answers = await this.#pair.reset(operation.features);
      return this.#finish({ operation, before, ...answers });
    }
    this.counts.configAccesses++;
    const theirs =
      operation.kind === 'config-read'
        ? await this.#pair.readQemuConfig(operation)
        : await this.#pair.writeQemuConfig(operation);
    return this.#finish({ operation, before, ours: this.#pair.ask(operation), theirs });
  }

  async #finish(seen: Observation): Promise<Failure | undefined> {
    const { failure, isApart } = this.#judge(seen);
    if (isApart) await this.#resync(seen);
    return failure;
  }

  // Whether the devices can go on from here, and whether what was seen is a failure.
  #judge(seen: Observation): { failure: Failure | undefined; isApart: boolean } {
    const { ours, theirs, operation } = seen;
    const known = explain(seen);
    const isFailure = known === undefined && !areEqual(ours, theirs);
    const failure = isFailure ? { seen, history: [...this.#history] } : undefined;
    this.#history.push(operation);
    if (known !== undefined) {
      this.counts.explained.set(known, (this.counts.explained.get(known) ?? 0) + 1);
    } else if (!isFailure && operation.kind === 'request') {
      const reply = exchangeOf(seen)?.ours ?? 'odd';
      this.counts.answers.set(reply, (this.counts.answers.get(reply) ?? 0) + 1);
    }
    const isOut = [ours, theirs].some(({ kind }) => kind === 'broken' || kind === 'died');
    return { failure, isApart: isFailure || isOut || known?.follows === 'resync' };
  }

  async #resync({ theirs }: Observation): Promise<void> {
    const state = this.#pair.state();
    this.counts.resyncs++;
    if (theirs.kind === 'died') await this.#pair.restart();
    await this.#rebuild(state);
  }

  async #rebuild(state: StateBefore): Promise<void> {
    this.#latest = state;
    this.#history = [...(await this.#pair.rebuild(state))];
  }
}

// QEMU accepts a MAP whose end lies before its start. An UNMAP across it then finds it, can not remove it, and looks
// again for ever: it must not come before the devices were brought back together.
function mayHangQemu({ chain }: RequestOperation): boolean {
  const request = readRequest(readableOf(chain));
  return request.kind === 'map' && request.virtEnd < request.virtStart;
}
