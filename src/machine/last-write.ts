// A search backwards: the last write of a device's into a page of guest RAM.
//
// Nothing is kept of DMA while a machine runs. A search goes the machine's way again on a machine of its own, from the
// latest checkpoint to the end, then from the one before it to there, and so on, until there is a write; the machine that is
// asked is not touched. What was seen on a stretch answers the next questions, too.

import { InputError } from './images/guest-images.ts';
import type { DmaWrite, SearchEnd } from './dma-write.ts';
import type { PlannedMachine } from './plan/machine-options.ts';
import type { Route, Spot, Start } from './timeline/route.ts';
import { PAGE_BYTES } from './v86/memory-pages.ts';
import { lookAtStretch, type StretchWrites } from './watched-stretch.ts';

/** What is searched for. */
export interface WriteQuestion {
  /** A guest-physical address in the page. */
  readonly gpa: bigint;
  /** Writes before it count. */
  readonly end: SearchEnd;
}

/** Pages of all stretches together that are kept: about 12 MiB. */
const MAX_KEPT = 1 << 16;

/** Throws `InputError` for a question without an answer, about a machine with so many bytes of RAM. */
export function checkQuestion({ gpa, end }: WriteQuestion, ramBytes: number): void {
  if (typeof gpa !== 'bigint' || gpa < 0n || gpa >= BigInt(ramBytes)) {
    const address = typeof gpa === 'bigint' && gpa >= 0n ? `0x${gpa.toString(16)}` : String(gpa);
    throw new InputError(
      `There is no RAM at ${address}. Give a guest-physical address as a bigint below 0x${ramBytes.toString(16)}.`,
    );
  }
  if (!isBound(end.sequence)) {
    throw new InputError(
      `There is no event ${end.sequence} to search before: give a whole number from 0.`,
    );
  }
  if (!isBound(end.tick) || !isBound(end.instructions)) {
    throw new InputError('Give an event to search before, or a write that a search has found.');
  }
}

function isBound(bound: number): boolean {
  return bound === Number.POSITIVE_INFINITY || (Number.isInteger(bound) && bound >= 0);
}

/** A stretch that was gone. */
interface KnownStretch extends StretchWrites {
  readonly from: Spot;
  readonly to: Spot;
}

function isSame(one: Spot, other: Spot): boolean {
  return one.key === other.key && one.tick === other.tick && one.inputs === other.inputs;
}

export class WriteSearch {
  readonly #options: PlannedMachine;
  /** Those that were asked for last come last. */
  #known: readonly KnownStretch[] = [];

  constructor(options: PlannedMachine) {
    this.#options = options;
  }

  /**
   * Searches the way that a machine has come since it was last switched on, or since the state at which its way begins.
   * The answer is null when no device has written the page. Rejects when a machine can not be built.
   */
  async find(route: Route, { gpa, end }: WriteQuestion): Promise<DmaWrite | null> {
    const page = Math.floor(Number(gpa) / PAGE_BYTES);
    let to = route.end;
    for (const start of [route.origin, ...route.checkpoints].reverse()) {
      if (start.spot.sequence < end.sequence && start.spot.tick <= end.tick) {
        const { writes, hasPoweredOn } = await this.#lookAt(route, start, to, end);
        const found = writes.get(page);
        if (found !== undefined || hasPoweredOn) return found ?? null;
      }
      to = start.spot;
    }
    return null;
  }

  /** What was written on a stretch, as far as the search goes. */
  async #lookAt(route: Route, start: Start, to: Spot, end: SearchEnd): Promise<StretchWrites> {
    const { spot: from } = start;
    const isWhole = to.sequence < end.sequence && to.tick < end.tick;
    const stretch = { log: route.log, from: start.state(), to, end };
    if (!isWhole) return lookAtStretch(this.#options, stretch);
    const isThis = (each: KnownStretch): boolean => isSame(each.from, from) && isSame(each.to, to);
    const known = this.#known.find(isThis) ?? {
      ...(await lookAtStretch(this.#options, stretch)),
      from,
      to,
    };
    this.#known = [...this.#known.filter((each) => each !== known), known];
    this.#forgetSome();
    return known;
  }

  #forgetSome(): void {
    let pages = this.#known.reduce((sum, { writes }) => sum + writes.size, 0);
    while (pages > MAX_KEPT && this.#known.length > 1) {
      pages -= this.#known[0]?.writes.size ?? 0;
      this.#known = this.#known.slice(1);
    }
  }
}
