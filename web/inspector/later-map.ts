// MAPs that came too late for an access that was stopped: looked for once in each stretch of the record.

import type { Dispose } from '../../src/base/emitter.ts';
import type { FaultEvent, Numbered } from '../../src/iommu/events/iommu-event.ts';
import { LOOK_AHEAD_EVENTS, mappedLater } from '../../src/trace/explain/mapped-later.ts';
import { Words as RecordWords } from '../../src/trace/explain/words.ts';
import type { History } from '../../src/trace/replay/history.ts';
import type { Words } from './inspected.ts';

/** Faults that are remembered: a few times those that are listed. */
const MOST_KEPT = 400;

export interface LaterMap {
  /** Of the MAP. */
  readonly sequence: number;
  /** How much later: `4 events and 20 ms`. */
  readonly distance: string;
}

/** What is known since then, and was not known when the access was stopped. */
export function laterWords({ sequence, distance }: LaterMap): Words {
  const map = { text: `MAP #${sequence}`, to: { kind: 'event' as const, sequence } };
  return ['Since then ', map, ` has mapped this address, ${distance} later.`];
}

interface Sought {
  /** Null while there is none. */
  readonly later: LaterMap | null;
  /** The first event that was not looked at; Infinity where nothing can change any more. */
  readonly next: number;
}

export class LaterMaps {
  readonly #sought = new Map<number, Sought>();
  #history: History | undefined;
  #stop: Dispose = () => undefined;

  /** The same object each time; null while the record has none. */
  of(history: History | undefined, fault: FaultEvent & Numbered): LaterMap | null {
    this.#follow(history);
    const { sequence, endpoint, domain, address } = fault;
    if (history === undefined || domain === null) return null;
    const { record } = history;
    const known = this.#sought.get(sequence) ?? { later: null, next: sequence + 1 };
    if (known.next > record.lastSequence) return known.later;
    const found = mappedLater(record, { sequence, endpoint, domain, address }, known.next);
    const next = record.lastSequence + 1;
    const isOver = found.kind !== 'none' || next > sequence + LOOK_AHEAD_EVENTS;
    const later = found.kind === 'mapped' ? laterMap(history, sequence, found.sequence) : null;
    this.#keep(sequence, { later, next: isOver ? Infinity : next });
    return later;
  }

  #keep(sequence: number, sought: Sought): void {
    this.#sought.delete(sequence);
    this.#sought.set(sequence, sought);
    for (const oldest of this.#sought.keys()) {
      if (this.#sought.size <= MOST_KEPT) break;
      this.#sought.delete(oldest);
    }
  }

  /** A machine that goes on from its past has other events under the same sequences. */
  #follow(history: History | undefined): void {
    if (history === this.#history) return;
    this.#stop();
    this.#sought.clear();
    this.#history = history;
    this.#stop = history?.record.rewound.on(() => this.#sought.clear()) ?? (() => undefined);
  }
}

function laterMap({ record }: History, fault: number, sequence: number): LaterMap {
  return { sequence, distance: new RecordWords(record).distance(fault, sequence) };
}
