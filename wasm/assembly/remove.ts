// Taking entries out of a domain's tree: nodes that fall below half borrow from a neighbour or merge with it.

import {
  DOMAIN_HEIGHT,
  DOMAIN_ROOT,
  INNER_MINIMUM,
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
  freeNode,
  key,
  setChild,
  setCount,
  setKey,
} from './nodes';
import { rank } from './search';

/** Takes out the entry with that start, which exists; the caller keeps the domain's counts. */
export function removeEntry(domain: u32, start: u64): void {
  const root = load<u32>(domain, DOMAIN_ROOT);
  const height = load<u32>(domain, DOMAIN_HEIGHT);
  removeBelow(root, height, start);
  if (count(root) > 0) return;
  store<u32>(domain, height == 0 ? 0 : child(root, 0), DOMAIN_ROOT);
  store<u32>(domain, height == 0 ? 0 : height - 1, DOMAIN_HEIGHT);
  freeNode(root);
}

/** Gives all nodes of a tree back. */
export function freeTree(node: u32, height: u32): void {
  if (height > 0) {
    const last = count(node);
    for (let index: u32 = 0; index <= last; index++) freeTree(child(node, index), height - 1);
  }
  freeNode(node);
}

function removeBelow(node: u32, height: u32, start: u64): void {
  const above = rank(node, start);
  if (height == 0) {
    const used = count(node);
    copyEntries(node, above - 1, node, above, used - above);
    setCount(node, used - 1);
    return;
  }
  const below = child(node, above);
  removeBelow(below, height - 1, start);
  const minimum: u32 = height == 1 ? LEAF_MINIMUM : INNER_MINIMUM;
  if (count(below) < minimum) refill(node, above, height - 1, minimum);
}

/** Brings child `index`, one short of `minimum`, back to it. `height` is the child's. */
function refill(node: u32, index: u32, height: u32, minimum: u32): void {
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

function borrowEntryFromLeft(node: u32, index: u32): void {
  const leaf = child(node, index);
  const left = child(node, index - 1);
  const last = count(left) - 1;
  copyEntries(leaf, 1, leaf, 0, count(leaf));
  copyEntries(leaf, 0, left, last, 1);
  setCount(leaf, count(leaf) + 1);
  setCount(left, last);
  setKey(node, index - 1, key(leaf, 0));
}

function borrowEntryFromRight(node: u32, index: u32): void {
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
  freeNode(right);
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
