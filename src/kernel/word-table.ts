// Sequences of words, each kept once: stacks and tasks are few, and what they make is much.

/** Index of a sequence that is not kept because the table is full. */
export const NOT_KEPT = 0;

/** What a table may grow to. */
export interface WordTableCaps {
  readonly sequences: number;
  readonly words: number;
}

/** Numbers sequences from 1 on, in the order in which they come first. */
export class WordTable {
  readonly #caps: WordTableCaps;
  /** Every sequence behind the one before it. */
  #words = new Uint32Array(1024);
  /** Where each begins; its end is where the next one begins. */
  #starts = new Uint32Array(64);
  #count = 0;
  /** Open addressing: indices by hash, at most half full. */
  #slots = new Uint32Array(128);
  #hashes = new Uint32Array(64);
  #lost = 0;

  constructor(caps: WordTableCaps) {
    this.#caps = caps;
  }

  /** How many sequences there are: the index of the latest. */
  get count(): number {
    return this.#count;
  }

  /** How often a new sequence was not kept. */
  get lost(): number {
    return this.#lost;
  }

  /** The index of `words[start]` to before `words[end]`, which becomes the next one if it is new; `NOT_KEPT` when there is no room. */
  intern(words: Uint32Array, start: number, end: number): number {
    const hash = hashOf(words, start, end);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let index = this.#slots[slot] ?? 0; index !== 0; index = this.#slots[slot] ?? 0) {
      if (this.#hashes[index] === hash && this.#equals(index, words, start, end)) return index;
      slot = (slot + 1) & mask;
    }
    return this.#add(words, start, end, hash, slot);
  }

  /** A sequence by its index, as a view that is good until the next `intern`; empty for an index that is none. */
  get(index: number): Uint32Array {
    if (index < 1 || index > this.#count) return new Uint32Array(0);
    return this.#words.subarray(this.#starts[index], this.#starts[index + 1]);
  }

  #add(words: Uint32Array, start: number, end: number, hash: number, slot: number): number {
    const from = this.#starts[this.#count + 1] ?? 0;
    const to = from + end - start;
    if (this.#count >= this.#caps.sequences || to > this.#caps.words) {
      this.#lost += 1;
      return NOT_KEPT;
    }
    this.#makeRoom(to);
    this.#count += 1;
    const index = this.#count;
    for (let at = start; at < end; at += 1) this.#words[from + at - start] = words[at] ?? 0;
    this.#starts[index + 1] = to;
    this.#hashes[index] = hash;
    this.#slots[slot] = index;
    if (this.#count * 2 > this.#slots.length) this.#rehash();
    return index;
  }

  #makeRoom(words: number): void {
    if (words > this.#words.length) this.#words = grown(this.#words, words);
    if (this.#count + 3 > this.#starts.length) this.#starts = grown(this.#starts, this.#count + 3);
    if (this.#count + 2 > this.#hashes.length) this.#hashes = grown(this.#hashes, this.#count + 2);
  }

  #rehash(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    for (let index = 1; index <= this.#count; index += 1) {
      let slot = (this.#hashes[index] ?? 0) & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = index;
    }
    this.#slots = slots;
  }

  #equals(index: number, words: Uint32Array, start: number, end: number): boolean {
    const from = this.#starts[index] ?? 0;
    if ((this.#starts[index + 1] ?? 0) - from !== end - start) return false;
    for (let at = start; at < end; at += 1) {
      if (this.#words[from + at - start] !== words[at]) return false;
    }
    return true;
  }
}

function grown(words: Uint32Array<ArrayBuffer>, least: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(words.length * 2, least));
  larger.set(words);
  return larger;
}

/** FNV-1a over words, mixed once more so that the lower bits have all of it. */
function hashOf(words: Uint32Array, start: number, end: number): number {
  let hash = 0x811c_9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (words[at] ?? 0), 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
