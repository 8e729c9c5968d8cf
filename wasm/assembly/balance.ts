// Moving entries and children between neighbours, so that nodes stay at least half full.

import { freeBlock } from './blocks';
import { NODE_NEXT, NODE_PREVIOUS } from './layout';
import {
  child,
  copyChildren,
  copyEntries,
  copyKeys,
  count,
  key,
  setChild,
  setCount,
  setKey,
} from './nodes';

/** Brings child `index`, which is below `minimum`, one step nearer to it, or merges it. `height` is the child's. */
export function refill(node: u32, index: u32, height: u32, minimum: u32): void {
  if (index > 0 && count(child(node, index - 1)) > minimum) {
    if (height == 0) borrowEntryFromLeft(node, index);
    else borrowChildFromLeft(node, index);
  } else if (index < count(node) && count(child(node, index + 1)) > minimum) {
    if (height == 0) borrowEntryFromRight(node, index);
    else borrowChildFromRight(node, index);
  } else {
    merge(node, index > 0 ? index - 1 : index, height);
  }
}

export function borrowEntryFromLeft(node: u32, index: u32): void {
  const leaf = child(node, index);
  const left = child(node, index - 1);
  const last = count(left) - 1;
  copyEntries(leaf, 1, leaf, 0, count(leaf));
  copyEntries(leaf, 0, left, last, 1);
  setCount(leaf, count(leaf) + 1);
  setCount(left, last);
  setKey(node, index - 1, key(leaf, 0));
}

export function borrowEntryFromRight(node: u32, index: u32): void {
  const leaf = child(node, index);
  const right = child(node, index + 1);
  const rest = count(right) - 1;
  copyEntries(leaf, count(leaf), right, 0, 1);
  copyEntries(right, 0, right, 1, rest);
  setCount(leaf, count(leaf) + 1);
  setCount(right, rest);
  setKey(node, index, key(right, 0));
}

function borrowChildFromLeft(node: u32, index: u32): void {
  const inner = child(node, index);
  const left = child(node, index - 1);
  const last = count(left) - 1;
  const used = count(inner);
  copyKeys(inner, 1, inner, 0, used);
  copyChildren(inner, 1, inner, 0, used + 1);
  setKey(inner, 0, key(node, index - 1));
  setChild(inner, 0, child(left, last + 1));
  setKey(node, index - 1, key(left, last));
  setCount(inner, used + 1);
  setCount(left, last);
}

function borrowChildFromRight(node: u32, index: u32): void {
  const inner = child(node, index);
  const right = child(node, index + 1);
  const used = count(inner);
  const rest = count(right) - 1;
  setKey(inner, used, key(node, index));
  setChild(inner, used + 1, child(right, 0));
  setKey(node, index, key(right, 0));
  copyKeys(right, 0, right, 1, rest);
  copyChildren(right, 0, right, 1, rest + 1);
  setCount(inner, used + 1);
  setCount(right, rest);
}

/** Puts child `index + 1` at the end of child `index` and frees it. */
function merge(node: u32, index: u32, height: u32): void {
  const left = child(node, index);
  const right = child(node, index + 1);
  if (height == 0) mergeLeaves(left, right);
  else mergeInner(left, right, key(node, index));
  const rest = count(node) - 1;
  copyKeys(node, index, node, index + 1, rest - index);
  copyChildren(node, index + 1, node, index + 2, rest - index);
  setCount(node, rest);
  freeBlock(right);
}

function mergeLeaves(left: u32, right: u32): void {
  const used = count(left);
  copyEntries(left, used, right, 0, count(right));
  setCount(left, used + count(right));
  const after = load<u32>(right, NODE_NEXT);
  store<u32>(left, after, NODE_NEXT);
  if (after != 0) store<u32>(after, left, NODE_PREVIOUS);
}

function mergeInner(left: u32, right: u32, parting: u64): void {
  const used = count(left);
  setKey(left, used, parting);
  copyKeys(left, used + 1, right, 0, count(right));
  copyChildren(left, used + 1, right, 0, count(right) + 1);
  setCount(left, used + 1 + count(right));
}
