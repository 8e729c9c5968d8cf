// Finding entries. The answer of a search is a place: the leaf and the index in it; leaf 0 is nowhere.

import { NODE_NEXT, NODE_PREVIOUS, SET_HEIGHT, SET_ROOT } from './layout';
import { child, count, end, key } from './nodes';

export let placeLeaf: u32 = 0;
export let placeIndex: u32 = 0;

/** How many keys of the node are at most `value`. */
export function rank(node: u32, value: u64): u32 {
  let low: u32 = 0;
  let high = count(node);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (key(node, middle) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Goes to the entry with the highest start that is at most `value`. */
export function seekFloor(set: u32, value: u64): void {
  let node = load<u32>(set, SET_ROOT);
  placeLeaf = 0;
  if (node == 0) return;
  for (let height = load<u32>(set, SET_HEIGHT); height > 0; height--) {
    node = child(node, rank(node, value));
  }
  let above = rank(node, value);
  if (above == 0) {
    // A key outlives the entry it was made for, so the floor may be the last entry of the leaf before
    node = load<u32>(node, NODE_PREVIOUS);
    if (node == 0) return;
    above = count(node);
  }
  placeLeaf = node;
  placeIndex = above - 1;
}

/** Goes to the first entry that ends at `value` or after it. */
export function seekEnd(set: u32, value: u64): void {
  seekFloor(set, value);
  if (placeLeaf == 0) seekFirst(set);
  else if (end(placeLeaf, placeIndex) < value) next();
}

/** Moves on to the following entry. */
export function next(): void {
  placeIndex++;
  if (placeIndex < count(placeLeaf)) return;
  placeLeaf = load<u32>(placeLeaf, NODE_NEXT);
  placeIndex = 0;
}

function seekFirst(set: u32): void {
  let node = load<u32>(set, SET_ROOT);
  if (node != 0) {
    for (let height = load<u32>(set, SET_HEIGHT); height > 0; height--) node = child(node, 0);
  }
  placeLeaf = node;
  placeIndex = 0;
}
