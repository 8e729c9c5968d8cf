// Sets of windows: made, filled and emptied within the blocks that are kept for them.

import { blocksLeft } from './blocks';
import { insertEntry } from './insert';
import {
  HEADER_WINDOW_BLOCKS,
  HEADER_WINDOW_RESERVE,
  INSERT_DONE,
  INSERT_FULL,
  KIND_WINDOWS,
  SET_GAP_END,
  SET_GAP_START,
  SET_HEIGHT,
} from './layout';
import { clearTree, addressOfSet, takeSet } from './sets';
import { join } from './words';

/** Index of a new, empty set of windows, or NO_SET. */
export function createWindows(): i32 {
  return takeSet(KIND_WINDOWS);
}

/** Empties a set of windows. */
export function clearWindows(windows: u32): void {
  const left = blocksLeft();
  clearTree(addressOfSet(windows));
  countWindowBlocks(left);
  forgetGap(addressOfSet(windows), 0, u64.MAX_VALUE);
}

/** Adds a window, which overlaps none of its set; INSERT_FULL when the blocks kept for windows are used up. */
export function insertWindow(
  windows: u32,
  startHigh: u32,
  startLow: u32,
  endHigh: u32,
  endLow: u32,
  rights: u32,
): u32 {
  const set = addressOfSet(windows);
  const kept = load<u32>(HEADER_WINDOW_RESERVE) - load<u32>(HEADER_WINDOW_BLOCKS);
  if (kept < load<u32>(set, SET_HEIGHT) + 2) return INSERT_FULL;
  const left = blocksLeft();
  insertEntry(set, join(startHigh, startLow), join(endHigh, endLow), 0, rights);
  countWindowBlocks(left);
  forgetGap(set, 1, 0);
  return INSERT_DONE;
}

function countWindowBlocks(leftBefore: u32): void {
  const change = leftBefore - blocksLeft();
  store<u32>(HEADER_WINDOW_BLOCKS, load<u32>(HEADER_WINDOW_BLOCKS) + change);
}

function forgetGap(set: u32, start: u64, last: u64): void {
  store<u64>(set, start, SET_GAP_START);
  store<u64>(set, last, SET_GAP_END);
}
