// The mappings of one domain that are alive, by where they start: blocks of sorted keys.

/** A start: a number while it is exact as one, above that a bigint; both compare by value. */
export type Start = number | bigint;

/** Half of the keys of a block that is full go into a new one. */
const BLOCK_KEYS = 256;

interface Block {
  readonly starts: Start[];
  readonly ids: number[];
}

export class SortedStarts {
  readonly #blocks: Block[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Adds a start that is not there. */
  add(start: Start, id: number): void {
    this.#count += 1;
    const index = Math.max(0, this.#blockOf(start));
    const block = this.#blocks[index];
    if (block === undefined) {
      this.#blocks.push({ starts: [start], ids: [id] });
      return;
    }
    const at = placeOf(block.starts, start);
    block.starts.splice(at, 0, start);
    block.ids.splice(at, 0, id);
    if (block.starts.length < BLOCK_KEYS) return;
    const middle = BLOCK_KEYS / 2;
    const half = { starts: block.starts.splice(middle), ids: block.ids.splice(middle) };
    this.#blocks.splice(index + 1, 0, half);
  }

  /** The ID of the last one that starts at or before an address. */
  floor(start: Start): number | undefined {
    const block = this.#blocks[this.#blockOf(start)];
    if (block === undefined) return undefined;
    const at = placeOf(block.starts, start);
    return block.starts[at] === start ? block.ids[at] : block.ids[at - 1];
  }

  /** The IDs of those that start in a range, in their order. */
  within(start: Start, end: Start): readonly number[] {
    const found: number[] = [];
    for (let index = Math.max(0, this.#blockOf(start)); index < this.#blocks.length; index += 1) {
      const block = this.#blocks[index];
      if (block === undefined) break;
      const { starts, ids } = block;
      for (let at = placeOf(starts, start); at < starts.length; at += 1) {
        const key = starts[at];
        const id = ids[at];
        if (key === undefined || id === undefined || key > end) return found;
        found.push(id);
      }
    }
    return found;
  }

  delete(start: Start): void {
    const index = this.#blockOf(start);
    const block = this.#blocks[index];
    if (block === undefined) return;
    const at = placeOf(block.starts, start);
    if (block.starts[at] !== start) return;
    this.#count -= 1;
    block.starts.splice(at, 1);
    block.ids.splice(at, 1);
    if (block.starts.length === 0) this.#blocks.splice(index, 1);
  }

  /** The first IDs in the order of their starts, all if no limit is given. */
  ids(limit = Infinity): readonly number[] {
    const found: number[] = [];
    for (const { ids } of this.#blocks) {
      for (const id of ids) {
        if (found.length >= limit) return found;
        found.push(id);
      }
    }
    return found;
  }

  /** The last block whose first key is not above a start; -1 when all are. */
  #blockOf(start: Start): number {
    let low = 0;
    for (let high = this.#blocks.length; low < high;) {
      const middle = (low + high) >>> 1;
      const first = this.#blocks[middle]?.starts[0];
      if (first !== undefined && first <= start) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** Where the first key not below a start is, or would be. */
function placeOf(starts: readonly Start[], start: Start): number {
  let low = 0;
  for (let high = starts.length; low < high;) {
    const middle = (low + high) >>> 1;
    const key = starts[middle];
    if (key !== undefined && key < start) low = middle + 1;
    else high = middle;
  }
  return low;
}
