// A request as it was on the wire.

export interface WireRequest {
  /** Lengths in bytes of the device-readable and the device-writable part of the chain. */
  readonly readableLength: number;
  readonly writableLength: number;
  /** The used length: bytes that the device wrote. */
  readonly writtenLength: number;
  /** What the device read, as far as it looked, and what it wrote. */
  readonly readable: Uint8Array;
  readonly written: Uint8Array;
}
