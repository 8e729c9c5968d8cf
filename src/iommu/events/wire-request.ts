// A request as it was on the wire.

export interface WireRequest {
  /** Lengths in bytes of the device-readable and the device-writable part of the chain. */
  readonly readableLength: number;
  readonly writableLength: number;
  /** Descriptors of either part that have a byte; 0 of both where it is not known. */
  readonly readableDescriptors: number;
  readonly writableDescriptors: number;
  /** The used length: bytes that the device wrote. */
  readonly writtenLength: number;
  /** What the device read, as far as it looked, and what it wrote. */
  readonly readable: Uint8Array;
  readonly written: Uint8Array;
}
