// A byte for each event of a run, made of it and of all before it: the first byte in which two runs differ tells where they
// part.

const FIRST_MARK = 0x811c_9dc5;
const FNV_PRIME = 0x0100_0193;

/** So many events have a mark each; of later ones every 64th has one, as long as there is room. */
export const FULL_MARKS = 1 << 19;
export const SPARSE_STEP = 64;
/** Marks at most: a guest makes as many events as it likes. */
const MAX_MARKS = 1 << 20;

/** Where a run of marks is; plain data. */
export interface MarksPosition {
  readonly events: number;
  readonly marks: number;
  readonly hash: number;
}

/** The number of marks that so many events have. */
export function marksOf(events: number): number {
  const sparse = Math.floor(Math.max(0, events - FULL_MARKS) / SPARSE_STEP);
  return Math.min(MAX_MARKS, Math.min(events, FULL_MARKS) + sparse);
}

export class Marks {
  #bytes = new Uint8Array(1024);
  #events = 0;
  #length = 0;
  #hash = FIRST_MARK;

  /** Events so far. */
  get events(): number {
    return this.#events;
  }

  /** The marks so far; a view. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** One more event: the first `count` of these 32-bit words. */
  add(words: Uint32Array, count: number): void {
    let hash = this.#hash;
    for (let index = 0; index < count; index += 1) {
      hash = Math.imul(hash ^ (words[index] ?? 0), FNV_PRIME);
      hash ^= hash >>> 15;
    }
    this.#hash = hash;
    this.#events += 1;
    if (marksOf(this.#events) === this.#length) return;
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length] = hash;
    this.#length += 1;
  }

  position(): MarksPosition {
    return { events: this.#events, marks: this.#length, hash: this.#hash };
  }

  /** Goes back to a position that these marks have passed. */
  rewind({ events, marks, hash }: MarksPosition): void {
    this.#events = events;
    this.#length = marks;
    this.#hash = hash;
  }

  /** Takes over marks up to a position. */
  restore(bytes: Uint8Array, position: MarksPosition): void {
    this.#bytes = new Uint8Array(Math.max(1024, bytes.length));
    this.#bytes.set(bytes);
    this.rewind(position);
  }
}
