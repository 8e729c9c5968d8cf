// Auditing a set's tree: its form, the order of its entries, and the chain of its leaves.

import {
  AUDIT_CHAIN,
  AUDIT_FLAGS,
  AUDIT_NODE,
  AUDIT_ORDER,
  AUDIT_OVERLAP,
  AUDIT_SOUND,
  INNER_CAPACITY,
  INNER_MINIMUM,
  LEAF_CAPACITY,
  LEAF_MINIMUM,
  MAPPING_FLAGS,
  MAX_HEIGHT,
  NODE_NEXT,
  NODE_PREVIOUS,
  PAGE_MASK,
  SET_HEIGHT,
  SET_ROOT,
} from './layout';
import { reachBlock } from './marks';
import { child, count, end, flags, key } from './nodes';
import { hasTables, seekPage } from './tables';

/** Of the tree that was audited latest: entries, and their bytes modulo 2^64. */
export let treeEntries: u32 = 0;
export let treeBytes: u64 = 0;

let treeSet: u32 = 0;
let isPaged = false;
// The latest leaf and the end of the latest entry, on the way through all of them in order
let latestLeaf: u32 = 0;
let latestEnd: u64 = 0;

/** Audits the tree of a set whose page tables are sound. */
export function auditTree(set: u32): u32 {
  treeEntries = 0;
  treeBytes = 0;
  treeSet = set;
  isPaged = hasTables(set);
  latestLeaf = 0;
  const root = load<u32>(set, SET_ROOT);
  const height = load<u32>(set, SET_HEIGHT);
  if (root == 0) return height == 0 ? AUDIT_SOUND : AUDIT_NODE;
  if (height > <u32>MAX_HEIGHT) return AUDIT_NODE;
  const broken = auditNode(root, height, 1, 0, u64.MAX_VALUE);
  if (broken != AUDIT_SOUND) return broken;
  return load<u32>(latestLeaf, NODE_NEXT) == 0 ? AUDIT_SOUND : AUDIT_CHAIN;
}

/** Audits a node of at least `minimum` entries or keys, below which every virt_start lies in `low`..`high`. */
function auditNode(node: u32, height: u32, minimum: u32, low: u64, high: u64): u32 {
  const broken = reachBlock(node);
  if (broken != AUDIT_SOUND) return broken;
  const capacity: u32 = height == 0 ? LEAF_CAPACITY : INNER_CAPACITY;
  if (count(node) < minimum || count(node) > capacity) return AUDIT_NODE;
  return height == 0 ? auditLeaf(node, low, high) : auditChildren(node, height - 1, low, high);
}

function auditChildren(node: u32, height: u32, low: u64, high: u64): u32 {
  const minimum: u32 = height == 0 ? LEAF_MINIMUM : INNER_MINIMUM;
  const keys = count(node);
  let from = low;
  for (let index: u32 = 0; index < keys; index++) {
    const parting = key(node, index);
    if (parting <= from || parting > high) return AUDIT_ORDER;
    const broken = auditNode(child(node, index), height, minimum, from, parting - 1);
    if (broken != AUDIT_SOUND) return broken;
    from = parting;
  }
  return auditNode(child(node, keys), height, minimum, from, high);
}

function auditLeaf(leaf: u32, low: u64, high: u64): u32 {
  if (load<u32>(leaf, NODE_PREVIOUS) != latestLeaf) return AUDIT_CHAIN;
  if (latestLeaf != 0 && load<u32>(latestLeaf, NODE_NEXT) != leaf) return AUDIT_CHAIN;
  latestLeaf = leaf;
  for (let index: u32 = 0; index < count(leaf); index++) {
    const start = key(leaf, index);
    const last = end(leaf, index);
    if (start < low || start > high || last < start) return AUDIT_ORDER;
    if (treeEntries > 0 && start <= latestEnd) return AUDIT_ORDER;
    if (flags(leaf, index) > <u32>MAPPING_FLAGS) return AUDIT_FLAGS;
    if (isPaged && seekPage(treeSet, start & ~(<u64>PAGE_MASK), last)) return AUDIT_OVERLAP;
    treeEntries++;
    treeBytes += last - start + 1;
    latestEnd = last;
  }
  return AUDIT_SOUND;
}
