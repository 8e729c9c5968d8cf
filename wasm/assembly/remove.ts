// Taking entries out of a set's tree: nodes that fall below half are refilled from a neighbour or merge with it.

import { refill } from './balance';
import { freeBlock } from './blocks';
import { INNER_MINIMUM, LEAF_MINIMUM, SET_HEIGHT, SET_ROOT } from './layout';
import { child, copyEntries, count, end, key, setCount } from './nodes';
import { rank } from './search';

/** What the latest `removeShare` took out: entries, and their bytes modulo 2^64. */
export let takenEntries: u32 = 0;
export let takenBytes: u64 = 0;

/**
 * Takes out the entries from `start`, which is the start of one, to `last`, as far as they stand in one leaf. A descent
 * for each leaf, which has half its capacity or more: O(log n + removed) for all of them.
 */
export function removeShare(set: u32, start: u64, last: u64): void {
  const root = load<u32>(set, SET_ROOT);
  const height = load<u32>(set, SET_HEIGHT);
  removeBelow(root, height, start, last);
  if (count(root) > 0) return;
  store<u32>(set, height == 0 ? 0 : child(root, 0), SET_ROOT);
  store<u32>(set, height == 0 ? 0 : height - 1, SET_HEIGHT);
  freeBlock(root);
}

/** Gives all nodes of a tree back. */
export function freeTree(node: u32, height: u32): void {
  if (height > 0) {
    const last = count(node);
    for (let index: u32 = 0; index <= last; index++) freeTree(child(node, index), height - 1);
  }
  freeBlock(node);
}

function removeBelow(node: u32, height: u32, start: u64, last: u64): void {
  const above = rank(node, start);
  if (height == 0) {
    removeFromLeaf(node, above - 1, rank(node, last));
    return;
  }
  const below = child(node, above);
  removeBelow(below, height - 1, start, last);
  const minimum: u32 = height == 1 ? LEAF_MINIMUM : INNER_MINIMUM;
  // A child that merged into its left neighbour is gone; that has enough
  while (
    count(node) > 0 &&
    above <= count(node) &&
    child(node, above) == below &&
    count(below) < minimum
  ) {
    refill(node, above, height - 1, minimum);
  }
}

/** Takes out the entries from index `from` to before `to`. */
function removeFromLeaf(leaf: u32, from: u32, to: u32): void {
  takenEntries = to - from;
  takenBytes = 0;
  for (let index = from; index < to; index++) takenBytes += end(leaf, index) - key(leaf, index) + 1;
  const used = count(leaf);
  copyEntries(leaf, from, leaf, to, used - to);
  setCount(leaf, used - takenEntries);
}
