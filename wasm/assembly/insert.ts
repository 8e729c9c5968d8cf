// Adding an entry to a set's tree: down to its leaf, and splitting full nodes on the way back.

import { borrowEntryFromLeft, borrowEntryFromRight } from './balance';
import {
  SET_HEIGHT,
  SET_ROOT,
  INNER_CAPACITY,
  INNER_MINIMUM,
  LEAF_CAPACITY,
  LEAF_MINIMUM,
  NODE_NEXT,
  NODE_PREVIOUS,
} from './layout';
import {
  child,
  copyChildren,
  copyEntries,
  copyKeys,
  count,
  key,
  setChild,
  setCount,
  setEntry,
  setKey,
  takeNode,
} from './nodes';
import { rank } from './search';

// The entry on its way down, and the key that parts a split node from its new sibling on the way up
let newStart: u64 = 0;
let newEnd: u64 = 0;
let newPhys: u64 = 0;
let newFlags: u32 = 0;
let splitKey: u64 = 0;

/** Adds an entry that overlaps no other; the caller keeps the set's counts. */
export function insertEntry(set: u32, start: u64, last: u64, gpa: u64, rights: u32): void {
  newStart = start;
  newEnd = last;
  newPhys = gpa;
  newFlags = rights;
  let root = load<u32>(set, SET_ROOT);
  if (root == 0) {
    root = takeNode();
    store<u32>(set, root, SET_ROOT);
    store<u32>(set, 0, SET_HEIGHT);
  }
  const height = load<u32>(set, SET_HEIGHT);
  const sibling = insertBelow(root, height);
  if (sibling == 0) return;
  const top = takeNode();
  setCount(top, 1);
  setKey(top, 0, splitKey);
  setChild(top, 0, root);
  setChild(top, 1, sibling);
  store<u32>(set, top, SET_ROOT);
  store<u32>(set, height + 1, SET_HEIGHT);
}

/** Returns the sibling that a split made right of the node, or 0. */
function insertBelow(node: u32, height: u32): u32 {
  if (height == 0) return insertIntoLeaf(node);
  let index = rank(node, newStart);
  if (height == 1 && count(child(node, index)) == LEAF_CAPACITY && makeRoom(node, index)) {
    index = rank(node, newStart);
  }
  const sibling = insertBelow(child(node, index), height - 1);
  return sibling == 0 ? 0 : insertChild(node, index, sibling);
}

/**
 * Moves an entry of a full leaf to a neighbour with room: mappings that come in order fill leaves, not halves of them.
 */
function makeRoom(node: u32, index: u32): bool {
  if (index > 0 && count(child(node, index - 1)) < <u32>LEAF_CAPACITY) {
    borrowEntryFromRight(node, index - 1);
    return true;
  }
  if (index < count(node) && count(child(node, index + 1)) < <u32>LEAF_CAPACITY) {
    borrowEntryFromLeft(node, index + 1);
    return true;
  }
  return false;
}

function insertIntoLeaf(leaf: u32): u32 {
  const index = rank(leaf, newStart);
  if (count(leaf) < <u32>LEAF_CAPACITY) {
    putEntry(leaf, index);
    return 0;
  }
  const sibling = splitLeaf(leaf);
  if (index <= <u32>LEAF_MINIMUM) putEntry(leaf, index);
  else putEntry(sibling, index - LEAF_MINIMUM);
  splitKey = key(sibling, 0);
  return sibling;
}

function putEntry(leaf: u32, index: u32): void {
  const used = count(leaf);
  copyEntries(leaf, index + 1, leaf, index, used - index);
  setEntry(leaf, index, newStart, newEnd, newPhys, newFlags);
  setCount(leaf, used + 1);
}

/** Moves the upper half of a full leaf into a new one, right of it in the chain. */
function splitLeaf(leaf: u32): u32 {
  const sibling = takeNode();
  copyEntries(sibling, 0, leaf, LEAF_MINIMUM, LEAF_CAPACITY - LEAF_MINIMUM);
  setCount(sibling, LEAF_CAPACITY - LEAF_MINIMUM);
  setCount(leaf, LEAF_MINIMUM);
  const after = load<u32>(leaf, NODE_NEXT);
  store<u32>(sibling, after, NODE_NEXT);
  store<u32>(sibling, leaf, NODE_PREVIOUS);
  store<u32>(leaf, sibling, NODE_NEXT);
  if (after != 0) store<u32>(after, sibling, NODE_PREVIOUS);
  return sibling;
}

/** Adds the new child right of child `index`, parted by `splitKey`. */
function insertChild(node: u32, index: u32, added: u32): u32 {
  if (count(node) < <u32>INNER_CAPACITY) {
    putChild(node, index, added);
    return 0;
  }
  // 40 keys and the new one: 20 stay, the middle one goes up, 20 go right
  const newKey = splitKey;
  const sibling = takeNode();
  let upKey: u64;
  if (index < <u32>INNER_MINIMUM) {
    upKey = key(node, INNER_MINIMUM - 1);
    moveUpperChildren(node, sibling, INNER_MINIMUM);
    setCount(node, INNER_MINIMUM - 1);
    putChild(node, index, added);
  } else if (index == INNER_MINIMUM) {
    upKey = newKey;
    moveUpperChildren(node, sibling, INNER_MINIMUM);
    setChild(sibling, 0, added);
    setCount(node, INNER_MINIMUM);
  } else {
    upKey = key(node, INNER_MINIMUM);
    moveUpperChildren(node, sibling, INNER_MINIMUM + 1);
    setCount(node, INNER_MINIMUM);
    putChild(sibling, index - INNER_MINIMUM - 1, added);
  }
  splitKey = upKey;
  return sibling;
}

/** Copies the keys from `from` on, and the children around them, to an empty sibling. */
function moveUpperChildren(node: u32, sibling: u32, from: u32): void {
  const moved = INNER_CAPACITY - from;
  copyKeys(sibling, 0, node, from, moved);
  copyChildren(sibling, 0, node, from, moved + 1);
  setCount(sibling, moved);
}

function putChild(node: u32, index: u32, added: u32): void {
  const used = count(node);
  copyKeys(node, index + 1, node, index, used - index);
  copyChildren(node, index + 2, node, index + 1, used - index);
  setKey(node, index, splitKey);
  setChild(node, index + 1, added);
  setCount(node, used + 1);
}
