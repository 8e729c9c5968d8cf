// Places of a run from which it can go on: as many as fit into a bound, the denser the nearer to its end.

import type { RunPosition } from '../run-state.ts';
import { PAGE_BYTES, type PageStore } from '../v86/memory-pages.ts';
import {
  ownBytes,
  packPosition,
  pagesOf,
  unpackPosition,
  type PackedPosition,
} from './packed-position.ts';

/** A place, and what tells it from others. */
export interface Checkpoint {
  readonly tick: number;
  /** Inputs that were done before it. */
  readonly inputs: number;
  /** Sequence of the latest event. */
  readonly sequence: number;
  /** How much work it is to get there from power on: about the milliseconds that it takes. */
  readonly work: number;
  readonly packed: PackedPosition;
}

/** The pages that are kept, each with the number of places that have it. */
class PageCount {
  readonly #counts = new Map<Uint32Array, number>();

  get bytes(): number {
    return this.#counts.size * PAGE_BYTES;
  }

  add(packed: PackedPosition): void {
    for (const page of pagesOf(packed)) this.#counts.set(page, (this.#counts.get(page) ?? 0) + 1);
  }

  remove(packed: PackedPosition): void {
    for (const page of pagesOf(packed)) {
      const count = this.#counts.get(page) ?? 0;
      if (count > 1) this.#counts.set(page, count - 1);
      else this.#counts.delete(page);
    }
  }
}

/** Checkpoints of all branches of a run, bounded by bytes. */
export class Checkpoints {
  readonly #store: PageStore;
  readonly #maxBytes: number;
  readonly #counts = new PageCount();
  /** How many branches have a checkpoint. */
  readonly #holders = new Map<Checkpoint, number>();
  #ownBytes = 0;

  constructor(store: PageStore, maxBytes: number) {
    this.#store = store;
    this.#maxBytes = maxBytes;
  }

  /** Bytes that all checkpoints take together. */
  get bytes(): number {
    return this.#counts.bytes + this.#ownBytes;
  }

  /** Adds a place to those of a branch, and leaves some of them out when there are too many; returns what remains. */
  add(
    branch: readonly Checkpoint[],
    place: Omit<Checkpoint, 'packed'>,
    position: RunPosition,
  ): readonly Checkpoint[] {
    const packed = packPosition(this.#store, position);
    const checkpoint = { ...place, packed };
    this.hold([checkpoint]);
    let kept: readonly Checkpoint[] = [...branch, checkpoint];
    while (this.bytes > this.#maxBytes && kept.length > 2) kept = this.#thin(kept);
    return kept;
  }

  /** Another branch has these, too. */
  hold(checkpoints: readonly Checkpoint[]): void {
    for (const each of checkpoints) {
      const holders = this.#holders.get(each) ?? 0;
      this.#holders.set(each, holders + 1);
      if (holders > 0) continue;
      this.#counts.add(each.packed);
      this.#ownBytes += ownBytes(each.packed);
    }
  }

  /** A branch has these no longer. */
  release(checkpoints: readonly Checkpoint[]): void {
    for (const each of checkpoints) {
      const holders = (this.#holders.get(each) ?? 1) - 1;
      if (holders > 0) {
        this.#holders.set(each, holders);
        continue;
      }
      this.#holders.delete(each);
      this.#counts.remove(each.packed);
      this.#ownBytes -= ownBytes(each.packed);
    }
  }

  /** Leaves out the checkpoint whose loss matters least: close to its neighbours, and far back. */
  #thin(branch: readonly Checkpoint[]): readonly Checkpoint[] {
    const end = branch.at(-1)?.work ?? 0;
    let least = 1;
    let leastLoss = Number.POSITIVE_INFINITY;
    for (let index = 1; index < branch.length - 1; index += 1) {
      const gap = (branch[index + 1]?.work ?? 0) - (branch[index - 1]?.work ?? 0);
      const loss = gap / (1 + end - (branch[index]?.work ?? 0));
      if (loss < leastLoss) {
        least = index;
        leastLoss = loss;
      }
    }
    this.release(branch.slice(least, least + 1));
    return branch.toSpliced(least, 1);
  }
}

/** The place as the run takes it. */
export function placeOf({ packed }: Checkpoint): RunPosition {
  return unpackPosition(packed);
}
