// The map's axis: the stretches of the IOVA space that have been used, without the deserts between them.
//
// A block is CELLS_PER_BLOCK cells of 2^cellShift bytes. Blocks are added when a mapping touches them and never taken
// away, so the picture stands still while mappings come and go; when there are too many, cells double in size.

import type { MappingRow } from '../model/watched-domain.ts';

export const CELLS_PER_BLOCK = 16;
const BLOCK_BITS = 4;
/** 4 KiB, the granule that Linux maps with. */
const FIRST_CELL_SHIFT = 12;

export interface IovaAxis {
  /** A cell covers 2^cellShift bytes. */
  readonly cellShift: number;
  /** Numbers of the blocks in ascending order: address >> (cellShift + 4). */
  readonly blocks: readonly bigint[];
}

export const EMPTY_AXIS: IovaAxis = { cellShift: FIRST_CELL_SHIFT, blocks: [] };

function blockShift(cellShift: number): bigint {
  return BigInt(cellShift + BLOCK_BITS);
}

function sorted(blocks: ReadonlySet<bigint>): bigint[] {
  return [...blocks].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Blocks of the old axis in the numbers of a coarser one. */
function coarsen(blocks: Iterable<bigint>, steps: number): Set<bigint> {
  const by = BigInt(steps);
  return new Set(Array.from(blocks, (block) => block >> by));
}

/** Adds the blocks the rows touch; null when there would be more than `maxBlocks`. */
function addRows(
  blocks: Set<bigint>,
  rows: readonly MappingRow[],
  shift: bigint,
  maxBlocks: number,
): Set<bigint> | null {
  for (const { start, end } of rows) {
    const first = start >> shift;
    const last = end >> shift;
    if (last - first >= BigInt(maxBlocks)) return null;
    for (let block = first; block <= last; block++) blocks.add(block);
    if (blocks.size > maxBlocks) return null;
  }
  return blocks.size > maxBlocks ? null : blocks;
}

/** The axis that also shows `rows`, in at most `maxBlocks` blocks (at least 1); the same object when nothing changes. */
export function extendAxis(
  axis: IovaAxis,
  rows: readonly MappingRow[],
  maxBlocks: number,
): IovaAxis {
  for (let cellShift = axis.cellShift; ; cellShift++) {
    const old = coarsen(axis.blocks, cellShift - axis.cellShift);
    const blocks = addRows(old, rows, blockShift(cellShift), Math.max(1, maxBlocks));
    if (blocks === null) continue;
    const isSame = cellShift === axis.cellShift && blocks.size === axis.blocks.length;
    return isSame ? axis : { cellShift, blocks: sorted(blocks) };
  }
}

/** First address of a cell. */
export function cellAddress(axis: IovaAxis, block: bigint, cell: number): bigint {
  return (block << blockShift(axis.cellShift)) + (BigInt(cell) << BigInt(axis.cellShift));
}
