// Where a test's driver keeps its rings and buffers: a piece of guest RAM, handed out from its start.

import { assert } from '../base/assert.ts';
import type { FlatMemory } from '../memory/flat-memory.ts';

/** Fills the space around every buffer, so that a device that writes past an end is found out. */
const CANARY = 0xa5;
const GAP = 8;

interface Block {
  readonly start: number;
  readonly length: number;
}

/**
 * Allocator over `start`..`start + length` of guest RAM: blocks follow each other, and the room of freed ones is used
 * first. Each block is followed by a guarded gap.
 */
export class DriverMemory {
  readonly memory: FlatMemory;
  readonly #start: number;
  readonly #end: number;
  /** By ascending start. */
  #blocks: Block[] = [];
  #hasHoles = false;

  constructor(memory: FlatMemory, start: number, length: number) {
    assert(start + length <= memory.bytes.length, 'driver memory lies in guest RAM');
    this.memory = memory;
    this.#start = start;
    this.#end = start + length;
  }

  /** A zeroed block's offset in guest RAM. */
  allocate(length: number, alignment = 1): number {
    const start = this.#reserve(length, alignment);
    this.memory.bytes.fill(0, start, start + length);
    return start;
  }

  /** A piece with an allocator of its own. */
  carve(length: number): DriverMemory {
    return new DriverMemory(this.memory, this.#reserve(length, 16), length);
  }

  /** Whether blocks whose lengths and gaps add up to `length` can be allocated now; see `roomFor`. */
  hasRoom(length: number): boolean {
    return this.#find(length, 1) !== undefined;
  }

  /** Takes a block back, by what `allocate` returned. */
  free(start: number): void {
    const index = this.#blocks.findIndex((block) => block.start === start);
    const block = this.#blocks[index];
    assert(block !== undefined, 'only an allocated block is freed');
    this.memory.bytes.fill(CANARY, start, endOf(block));
    this.#blocks.splice(index, 1);
    this.#hasHoles = true;
  }

  /** Throws when anything but the blocks was written to since they were allocated. */
  verify(): void {
    let from = this.#start;
    for (const { start, length } of [...this.#blocks, { start: this.#next, length: 0 }]) {
      const isIntact = this.memory.bytes.subarray(from, start).every((byte) => byte === CANARY);
      if (!isIntact) throw new Error(`write outside the driver's buffers, below ${start}`);
      from = start + length;
    }
  }

  /** Verifies, and takes all blocks back. */
  release(): void {
    this.verify();
    this.#blocks = [];
    this.#hasHoles = false;
  }

  get #next(): number {
    const last = this.#blocks.at(-1);
    return last === undefined ? this.#start : endOf(last) + GAP;
  }

  #reserve(length: number, alignment: number): number {
    const place = this.#find(length, alignment);
    assert(place !== undefined, 'driver memory is used up: give the test more');
    const { index, start } = place;
    const next = this.#next;
    if (index === this.#blocks.length) {
      this.memory.bytes.fill(CANARY, next, start + length + GAP);
    }
    this.#blocks.splice(index, 0, { start, length });
    return start;
  }

  /** The first place that is large enough, and how many blocks lie before it. */
  #find(length: number, alignment: number): { index: number; start: number } | undefined {
    let from = this.#hasHoles ? this.#start : this.#next;
    for (let index = this.#hasHoles ? 0 : this.#blocks.length; ; index++) {
      const block = this.#blocks[index];
      const start = Math.ceil(from / alignment) * alignment;
      if (start + length + GAP <= (block?.start ?? this.#end)) return { index, start };
      if (block === undefined) return undefined;
      from = endOf(block) + GAP;
    }
  }
}

/** The room that blocks of these lengths take at most, when each is aligned to `alignment`. */
export function roomFor(lengths: readonly number[], alignment = 1): number {
  return lengths.reduce((sum, length) => sum + length + GAP + alignment - 1, 0);
}

function endOf({ start, length }: Block): number {
  return start + length;
}
