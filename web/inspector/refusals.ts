// Every fault and every refused request of a record, by its cause: explained as they come, once each, by what was before.

import type { Dispose } from '../../src/base/emitter.ts';
import { VIRTIO_IOMMU_S_OK } from '../../src/iommu/protocol/protocol.ts';
import { explain } from '../../src/trace/explain/explain.ts';
import { KIND_CODES } from '../../src/trace/record/event-kinds.ts';
import type { Refused } from '../conformance/requirement.ts';
import type { History } from '../../src/trace/replay/history.ts';

export interface Refusal extends Refused {
  readonly sequence: number;
}

/** A guest can make as many as it likes. */
const MOST_KEPT = 4096;
/** Explanations of one call, each of which takes a look at the state then. */
const MOST_EXPLAINED = 4;
/** Events that one call looks at. */
const MOST_SCANNED = 1 << 17;

const FAULTED = KIND_CODES.get('faulted');

export class Refusals {
  readonly #history: History;
  readonly #dispose: Dispose;
  #all: Refusal[] = [];
  /** The latest event that was looked at. */
  #scanned = 0;

  /** Follows the record until it is disposed. */
  constructor(history: History) {
    this.#history = history;
    this.#dispose = history.record.rewound.on((last) => {
      this.#all = this.#all.filter(({ sequence }) => sequence <= last);
      this.#scanned = Math.min(this.#scanned, last);
    });
  }

  /** In the order of their events, as far as they were looked for. */
  get all(): readonly Refusal[] {
    return this.#all;
  }

  /** Whether there are no others up to an event, or up to the latest. */
  isCompleteUntil(sequence: number): boolean {
    return this.#scanned >= Math.min(sequence, this.#history.record.lastSequence);
  }

  dispose(): void {
    this.#dispose();
  }

  /** Looks for more, a bounded while; returns whether it has to be called again. */
  look(): boolean {
    const { record } = this.#history;
    const last = Math.min(record.lastSequence, this.#scanned + MOST_SCANNED);
    let left = MOST_EXPLAINED;
    while (this.#scanned < last && left > 0 && this.#all.length < MOST_KEPT) {
      const next = this.#nextRefused(this.#scanned + 1, last);
      this.#scanned = next ?? last;
      const found = next === undefined ? undefined : explain(this.#history, next, next);
      if (found === undefined) continue;
      left -= 1;
      const { sequence, cause, clause } = found;
      this.#all = [...this.#all, { sequence, cause, clause }];
    }
    return !this.isCompleteUntil(Infinity) && this.#all.length < MOST_KEPT;
  }

  /** The first event from one on that was stopped or refused. */
  #nextRefused(from: number, last: number): number | undefined {
    for (const { firstSequence, endSequence, columns } of this.#history.record.chunks) {
      const end = Math.min(endSequence, last + 1);
      for (let sequence = Math.max(from, firstSequence); sequence < end; sequence += 1) {
        const at = sequence - firstSequence;
        if (columns.kind[at] === FAULTED || columns.status[at] !== VIRTIO_IOMMU_S_OK) {
          return sequence;
        }
      }
    }
    return undefined;
  }
}
