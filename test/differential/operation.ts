// What a run does to both devices, and what they answer.

import type { ChainRequest } from '../../src/driver/driver-queue.ts';
import type { AccessWidth } from '../../src/virtio/mmio-transport.ts';

/** A request in the framing of its descriptors. */
export interface RequestOperation {
  readonly kind: 'request';
  readonly chain: ChainRequest;
}

/** One step; offsets are in device configuration space. */
export type Operation =
  | RequestOperation
  | { readonly kind: 'config-read'; readonly offset: number; readonly width: AccessWidth }
  /** Answers with the last configuration word, `bypass` and the reserved bytes, as it is afterwards. */
  | {
      readonly kind: 'config-write';
      readonly offset: number;
      readonly width: AccessWidth;
      readonly value: number;
    }
  /** Status = 0, then a driver that accepts these features. Answers with the last configuration word. */
  | { readonly kind: 'reset'; readonly features: bigint };

export type Answer =
  /** The chain came back with this used length and these bytes in its whole device-writable part. */
  | { readonly kind: 'used'; readonly length: number; readonly bytes: Uint8Array }
  | { readonly kind: 'value'; readonly value: number }
  /** The device set DEVICE_NEEDS_RESET over it. */
  | { readonly kind: 'broken' }
  /** The device's process ended over it. */
  | { readonly kind: 'died' };

/** The device-readable part in one piece. */
export function readableOf({ readable = [] }: ChainRequest): Uint8Array {
  const [only] = readable;
  if (only !== undefined && readable.length === 1) return only;
  return new Uint8Array(Buffer.concat(readable));
}

/** Bytes of the device-writable part. */
export function writableLength({ writable = [] }: ChainRequest): number {
  return writable.reduce((sum, length) => sum + length, 0);
}

/** How many descriptors of the queue's own table the chain takes. */
export function directDescriptors({
  readable = [],
  writable = [],
  ...chain
}: ChainRequest): number {
  const all = readable.length + writable.length;
  const direct = chain.directDescriptors ?? all;
  return direct < all ? direct + 1 : all;
}

export function areEqual(one: Answer, other: Answer): boolean {
  if (one.kind === 'used' && other.kind === 'used') {
    return one.length === other.length && Buffer.compare(one.bytes, other.bytes) === 0;
  }
  if (one.kind === 'value' && other.kind === 'value') return one.value === other.value;
  return one.kind === other.kind && one.kind !== 'used' && one.kind !== 'value';
}
