// Marks of `audit`: which blocks and sets it has reached. Whatever memory holds, nothing is looked at twice.

import {
  AUDIT_POINTER,
  AUDIT_SHARED,
  AUDIT_SOUND,
  BLOCK_SHIFT,
  BLOCK_SIZE,
  HEADER_BLOCKS_END,
  HEADER_FIRST_BLOCK,
  HEADER_FRESH_BLOCK,
  HEADER_MARKS,
  HEADER_MAX_SETS,
} from './layout';

/** Blocks reached since `clearMarks`. */
export let reachedBlocks: u32 = 0;

/** Bytes that the marks take. */
export function marksSize(): u64 {
  const bits = <u64>(load<u32>(HEADER_BLOCKS_END) >>> BLOCK_SHIFT) + load<u32>(HEADER_MAX_SETS);
  return (bits + 7) >> 3;
}

export function clearMarks(): void {
  memory.fill(load<u32>(HEADER_MARKS), 0, <u32>marksSize());
  reachedBlocks = 0;
}

/** AUDIT_SOUND when this is the address of a block that was taken from the fresh ones, reached for the first time. */
export function reachBlock(block: u32): u32 {
  const isBlock =
    block >= load<u32>(HEADER_FIRST_BLOCK) &&
    block < load<u32>(HEADER_FRESH_BLOCK) &&
    (block & (BLOCK_SIZE - 1)) == 0;
  if (!isBlock) return AUDIT_POINTER;
  reachedBlocks++;
  return mark(block >>> BLOCK_SHIFT) ? AUDIT_SOUND : AUDIT_SHARED;
}

/** Whether a set, whose index is below HEADER_MAX_SETS, is reached for the first time. */
export function reachSet(index: u32): bool {
  return mark((load<u32>(HEADER_BLOCKS_END) >>> BLOCK_SHIFT) + index);
}

function mark(bit: u32): bool {
  const place = load<u32>(HEADER_MARKS) + (bit >>> 3);
  const known = <u32>load<u8>(place);
  const added = known | ((<u32>1) << (bit & 7));
  store<u8>(place, <u8>added);
  return added != known;
}
