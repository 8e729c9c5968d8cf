// The fields of a tree's node. A node is named by its block's address; 0 is none.

import { takeBlock } from './blocks';
import { INNER_CHILDREN, LEAF_ENDS, LEAF_FLAGS, LEAF_PHYS, NODE_COUNT, NODE_KEYS } from './layout';

/** An empty node; there must be a block for it. */
export function takeNode(): u32 {
  const node = takeBlock();
  memory.fill(node, 0, NODE_KEYS);
  return node;
}

export function count(node: u32): u32 {
  return load<u32>(node, NODE_COUNT);
}

export function setCount(node: u32, value: u32): void {
  store<u32>(node, value, NODE_COUNT);
}

/** virt_start of a leaf's entry, or a key of an inner node. */
export function key(node: u32, index: u32): u64 {
  return load<u64>(node + (index << 3), NODE_KEYS);
}

export function setKey(node: u32, index: u32, value: u64): void {
  store<u64>(node + (index << 3), value, NODE_KEYS);
}

export function end(leaf: u32, index: u32): u64 {
  return load<u64>(leaf + (index << 3), LEAF_ENDS);
}

export function phys(leaf: u32, index: u32): u64 {
  return load<u64>(leaf + (index << 3), LEAF_PHYS);
}

export function flags(leaf: u32, index: u32): u32 {
  return load<u8>(leaf + index, LEAF_FLAGS);
}

export function child(node: u32, index: u32): u32 {
  return load<u32>(node + (index << 2), INNER_CHILDREN);
}

export function setChild(node: u32, index: u32, value: u32): void {
  store<u32>(node + (index << 2), value, INNER_CHILDREN);
}

/** Writes all fields of a leaf's entry. */
export function setEntry(
  leaf: u32,
  index: u32,
  start: u64,
  last: u64,
  gpa: u64,
  rights: u32,
): void {
  setKey(leaf, index, start);
  store<u64>(leaf + (index << 3), last, LEAF_ENDS);
  store<u64>(leaf + (index << 3), gpa, LEAF_PHYS);
  store<u8>(leaf + index, <u8>rights, LEAF_FLAGS);
}

/** Copies `length` entries, within one leaf or between two; the ranges may overlap. */
export function copyEntries(target: u32, to: u32, source: u32, from: u32, length: u32): void {
  copyField(target + NODE_KEYS, to, source + NODE_KEYS, from, length, 3);
  copyField(target + LEAF_ENDS, to, source + LEAF_ENDS, from, length, 3);
  copyField(target + LEAF_PHYS, to, source + LEAF_PHYS, from, length, 3);
  copyField(target + LEAF_FLAGS, to, source + LEAF_FLAGS, from, length, 0);
}

export function copyKeys(target: u32, to: u32, source: u32, from: u32, length: u32): void {
  copyField(target + NODE_KEYS, to, source + NODE_KEYS, from, length, 3);
}

export function copyChildren(target: u32, to: u32, source: u32, from: u32, length: u32): void {
  copyField(target + INNER_CHILDREN, to, source + INNER_CHILDREN, from, length, 2);
}

function copyField(target: u32, to: u32, source: u32, from: u32, length: u32, shift: u32): void {
  memory.copy(target + (to << shift), source + (from << shift), length << shift);
}
