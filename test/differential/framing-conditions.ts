// Conditions of known differences in descriptor chains, heads, tails, types, and in configuration space.

import {
  CONFIG_BYPASS,
  TAIL_SIZE,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_S_UNSUPP,
  VIRTIO_IOMMU_T_PROBE,
} from '../../src/iommu/protocol/protocol.ts';
import { VIRTIO_F_INDIRECT_DESC } from '../../src/virtio/features.ts';
import { replyOf, type Condition, type Observation } from './observation.ts';
import { readableOf, writableLength, type Operation } from './operation.ts';
import { PROBE_BYTES } from './setup.ts';
import { hasFeature } from './state-before.ts';
import { HEAD_SIZE } from './wire-request.ts';

/** Pieces of a chain: how many, how many of them in the queue's own table, and whether one of them is empty. */
function piecesOf(operation: Operation): { all: number; direct: number; hasEmpty: boolean } {
  if (operation.kind !== 'request') return { all: 0, direct: 0, hasEmpty: false };
  const { readable = [], writable = [], directDescriptors } = operation.chain;
  const lengths = [...readable.map(({ length }) => length), ...writable];
  const all = lengths.length;
  return { all, direct: directDescriptors ?? all, hasEmpty: lengths.includes(0) };
}

/** QEMU's device needs a reset over a chain that ours has returned. */
function breaksTheirs({ ours, theirs }: Observation): boolean {
  return ours.kind === 'used' && theirs.kind === 'broken';
}

/** An indirect descriptor that was not negotiated breaks ours, and not theirs. */
export const usesIndirectUnasked: Condition = ({ operation, ours, theirs, before }) => {
  const { all, direct } = piecesOf(operation);
  const isForbidden = direct < all && !hasFeature(before, VIRTIO_F_INDIRECT_DESC);
  return isForbidden && ours.kind === 'broken' && theirs.kind !== 'broken';
};

export const hasDirectBeforeIndirect: Condition = (seen) => {
  const { all, direct } = piecesOf(seen.operation);
  return direct > 0 && direct < all && breaksTheirs(seen);
};

export const hasEmptyDescriptor: Condition = (seen) =>
  piecesOf(seen.operation).hasEmpty && breaksTheirs(seen);

export const lacksTail: Condition = (seen) =>
  seen.operation.kind === 'request' &&
  writableLength(seen.operation.chain) < TAIL_SIZE &&
  replyOf(seen.ours, false) === 'unwritten' &&
  breaksTheirs(seen);

export const lacksHead: Condition = (seen) =>
  seen.operation.kind === 'request' &&
  readableOf(seen.operation.chain).length < HEAD_SIZE &&
  writableLength(seen.operation.chain) >= TAIL_SIZE &&
  breaksTheirs(seen);

/** A PROBE with room for a tail but not for all properties kills QEMU. */
export const isShortProbe: Condition = ({ operation, ours, theirs }) => {
  if (operation.kind !== 'request' || theirs.kind !== 'died') return false;
  const readable = readableOf(operation.chain);
  const room = writableLength(operation.chain);
  const isShort = room >= TAIL_SIZE && room < PROBE_BYTES + TAIL_SIZE;
  const isProbe = readable.length >= HEAD_SIZE && readable[0] === VIRTIO_IOMMU_T_PROBE;
  return isProbe && isShort && ours.kind === 'used';
};

export const isUnknownType: Condition = (_seen, exchange) =>
  exchange?.request.kind === 'unknown' &&
  exchange.ours === 'unwritten' &&
  exchange.theirs === VIRTIO_IOMMU_S_UNSUPP;

/** Whether exactly the field `bypass` is written. Offsets are aligned to the width. */
function isBypassWrite(operation: Operation): boolean {
  return (
    operation.kind === 'config-write' && operation.offset === CONFIG_BYPASS && operation.width === 1
  );
}

/** The last configuration word with the part that an operation writes replaced. */
function overwritten(word: number, operation: Operation): number {
  if (operation.kind !== 'config-write' || operation.offset < CONFIG_BYPASS) return word;
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setUint32(0, word, true);
  const { offset, width, value } = operation;
  for (let index = 0; index < width; index++) {
    bytes.setUint8(offset - CONFIG_BYPASS + index, value >>> (8 * index));
  }
  return bytes.getUint32(0, true);
}

interface BypassChange {
  /** The configuration word before, which ours has kept. */
  readonly kept: number;
  /** The word that was written. */
  readonly taken: number;
  /** The byte written to `bypass`. */
  readonly byte: number;
  readonly isNegotiated: boolean;
}

// Undefined when ours did not keep what it had, or was to keep it anyway.
function changeOf({ operation, ours, before }: Observation): BypassChange | undefined {
  const kept = before.isBypass ? 1 : 0;
  const taken = overwritten(kept, operation);
  if (taken === kept || ours.kind !== 'value' || ours.value !== kept) return undefined;
  const isNegotiated = hasFeature(before, VIRTIO_IOMMU_F_BYPASS_CONFIG);
  return { kept, taken, byte: taken & 0xff, isNegotiated };
}

export const changesBypassUnasked: Condition = (seen) => {
  const change = changeOf(seen);
  if (change === undefined || change.isNegotiated) return false;
  return change.byte !== change.kept && seen.theirs.kind === 'broken';
};

export const writesBadBypass: Condition = (seen) => {
  const change = changeOf(seen);
  return change?.isNegotiated === true && change.byte > 1 && seen.theirs.kind === 'broken';
};

/** Reserved bytes, or `bypass` by a wider write, are kept by QEMU. */
export const writesForeignConfig: Condition = (seen) => {
  const change = changeOf(seen);
  if (change === undefined || isBypassWrite(seen.operation)) return false;
  const isAllowed = change.byte === change.kept || (change.isNegotiated && change.byte <= 1);
  return isAllowed && seen.theirs.kind === 'value' && seen.theirs.value === change.taken;
};
