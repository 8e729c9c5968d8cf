// What is worth a line beside the IOMMU's own events. A mark has the sequence of the event that it came after.

import type { DomainState, EndpointState } from '../../iommu/events/iommu-event.ts';

/** An access that somebody asked for: a person, or a device under study. It begins at `address`. */
export interface AccessMark {
  readonly kind: 'access';
  readonly endpoint: number;
  readonly address: bigint;
  readonly length: number;
  readonly access: 'read' | 'write';
  /**
   * What became of it: `no-memory` reached no RAM, though nothing stopped it on the way; `no-master` did not begin, as bus
   * mastering was off.
   */
  readonly outcome: 'completed' | 'blocked' | 'no-memory' | 'no-master';
  /** Whether it went round translation. Where it went otherwise, the mappings of the moment tell. */
  readonly isBypass: boolean;
  /** Sequence of the fault that stopped it; null when none did. */
  readonly fault: number | null;
}

/** What an endpoint has done since power on. */
export type EndpointCounts = Pick<
  EndpointState,
  | 'id'
  | 'translated'
  | 'translatedBytes'
  | 'bypassed'
  | 'bypassedBytes'
  | 'blocked'
  | 'blockedBytes'
>;

/** What the endpoints of a domain have done in it since it exists. */
export type DomainCounts = Pick<
  DomainState,
  'id' | 'translated' | 'translatedBytes' | 'blocked' | 'blockedBytes'
>;

/** The device's counters as they stood. An access is no event: they are looked at now and then. */
export interface CountersMark {
  readonly kind: 'counters';
  /** Endpoints that have made an access, and domains through which one was made; the others have none. */
  readonly endpoints: readonly EndpointCounts[];
  readonly domains: readonly DomainCounts[];
}

export type MarkContent =
  | { readonly kind: 'console'; readonly line: string }
  | { readonly kind: 'stage'; readonly stage: string }
  | AccessMark
  | {
      /** An endpoint's interrupt message. */
      readonly kind: 'doorbell';
      readonly endpoint: number;
      readonly address: bigint;
      readonly data: number;
    }
  | {
      /** A driver has told a device that there is work; of many in a row, one is a mark. */
      readonly kind: 'notification';
      /** Null: the IOMMU itself. */
      readonly endpoint: number | null;
      /** A virtqueue's index; for IDE the channel. */
      readonly queue: number;
      /** Notifications of that queue since its mark before, this one included. */
      readonly count: number;
    }
  | {
      /** An ordinary access of an endpoint that was let through: one of many, chosen by the clock. */
      readonly kind: 'sample';
      readonly endpoint: number;
      /** As the endpoint named it. */
      readonly address: bigint;
      readonly length: number;
      readonly access: 'read' | 'write';
      /** Whether it was to a ring or a table of descriptors, and not to data. */
      readonly isRing: boolean;
    }
  | CountersMark
  | { readonly kind: 'power'; readonly what: 'halted' | 'powered-off' | 'crashed' }
  | {
      /** The machine was put here from where that event was the latest. */
      readonly kind: 'gone-to';
      readonly from: number;
    }
  | { readonly kind: 'gap'; readonly events: number };

export type Mark = MarkContent & {
  /** The latest event before it; 0 before the first. */
  readonly sequence: number;
  /** Milliseconds of guest time since the machine was built. */
  readonly timeMs: number;
  /** Instructions of the guest since power on. */
  readonly instructions: number;
  /** Who was behind it, by the number that the record has for them; without it nobody is known. */
  readonly who?: number | undefined;
};

/** Kinds that there are many of, and none of which matters much: they go first. */
const PASSING: readonly Mark['kind'][] = ['counters', 'notification', 'sample', 'doorbell'];

/** Half of the marks that are kept at most: a guest prints as many lines as it likes. */
export const MAX_MARKS = 1 << 16;
/** Bytes that all of them take at most, about. */
export const MAX_MARK_BYTES = 16 << 20;
/** What one takes in memory, about, and what is in it beside: the letters of a line, what stood in counters. */
const MARK_BYTES = 112;
const LETTER_BYTES = 2;
const COUNTS_BYTES = 96;
/** Characters of a console line that are kept. */
export const MAX_LINE = 256;

function bytesOf(mark: Mark): number {
  if (mark.kind === 'console') return MARK_BYTES + LETTER_BYTES * mark.line.length;
  if (mark.kind !== 'counters') return MARK_BYTES;
  return MARK_BYTES + COUNTS_BYTES * (mark.endpoints.length + mark.domains.length);
}

function bytesOfAll(marks: readonly Mark[]): number {
  return marks.reduce((sum, mark) => sum + bytesOf(mark), 0);
}

/** The latest marks, and how many came before them. */
export class Marks {
  #marks: Mark[] = [];
  #bytes = 0;
  #dropped: number;

  /** `dropped`: so many came before, and are gone. */
  constructor(dropped = 0) {
    this.#dropped = dropped;
  }

  /** Oldest first. Among the older ones some may be missing. */
  get all(): readonly Mark[] {
    return this.#marks;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** What they take in memory, about: `MAX_MARK_BYTES` at most. */
  get bytes(): number {
    return this.#bytes;
  }

  add(mark: Mark): void {
    this.#marks.push(mark);
    this.#bytes += bytesOf(mark);
    if (this.#marks.length < 2 * MAX_MARKS && this.#bytes <= MAX_MARK_BYTES) return;
    // Many at once, so that the cost of a flood stays the same for each.
    do this.#dropOlder();
    while (this.#bytes > (MAX_MARK_BYTES * 3) / 4);
  }

  /** Forgets what came after an event. */
  rewind(sequence: number): void {
    const end = this.#marks.findIndex((mark) => mark.sequence > sequence);
    if (end < 0) return;
    this.#marks = this.#marks.slice(0, end);
    this.#bytes = bytesOfAll(this.#marks);
  }

  /** Of the older half what passes, and as much more as leaves half of that at most. */
  #dropOlder(): void {
    const half = Math.ceil(this.#marks.length / 2);
    const older = this.#marks.slice(0, half).filter(({ kind }) => !PASSING.includes(kind));
    const lasting = older.slice(Math.max(0, older.length - (half >> 1)));
    this.#dropped += half - lasting.length;
    this.#marks = [...lasting, ...this.#marks.slice(half)];
    this.#bytes = bytesOfAll(this.#marks);
  }
}
