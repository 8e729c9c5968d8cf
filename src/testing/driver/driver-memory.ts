// Where a test's driver keeps its rings and buffers: a piece of guest RAM, handed out from its start.

import { assert } from '../../base/assert.ts';
import type { FlatMemory } from '../../memory/flat-memory.ts';

/** Fills the space around every buffer, so that a device that writes past an end is found out. */
const CANARY = 0xa5;
const GAP = 8;

interface Block {
  readonly start: number;
  readonly length: number;
}

/** Bump allocator over `start`..`start + length` of guest RAM. Each block is followed by a guarded gap. */
export class DriverMemory {
  readonly memory: FlatMemory;
  readonly #start: number;
  readonly #end: number;
  #next: number;
  #blocks: Block[] = [];

  constructor(memory: FlatMemory, start: number, length: number) {
    assert(start + length <= memory.bytes.length, 'driver memory lies in guest RAM');
    this.memory = memory;
    this.#start = start;
    this.#end = start + length;
    this.#next = start;
  }

  /** A zeroed block's offset in guest RAM. */
  allocate(length: number, alignment = 1): number {
    const start = Math.ceil(this.#next / alignment) * alignment;
    const end = start + length;
    assert(end + GAP <= this.#end, 'driver memory is used up: give the test more');
    this.memory.bytes.fill(CANARY, this.#next, end + GAP);
    this.memory.bytes.fill(0, start, end);
    this.#blocks.push({ start, length });
    this.#next = end + GAP;
    return start;
  }

  /** A piece with an allocator of its own. */
  carve(length: number): DriverMemory {
    return new DriverMemory(this.memory, this.allocate(length, 16), length);
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
    this.#next = this.#start;
  }
}
