// What a device sees of a virtqueue, whatever its ring format (virtio 1.2, 2.6).

/** Bytes of a descriptor chain's device-readable or device-writable part, whatever its framing (virtio 1.2, 2.6.4). */
export interface ReadablePart {
  /** Bytes in total, over all descriptors. */
  readonly length: number;
  /** Descriptors that have a byte. */
  readonly count: number;
  /** Copies `target.length` bytes from `offset` of the part; asserts that they lie inside. Throws `BusError`. */
  read(offset: number, target: Uint8Array): void;
  /** Bytes from `offset`, which must lie inside, to the end of its buffer: what moves in one piece. */
  contiguous(offset: number): number;
}

export interface WritablePart {
  readonly length: number;
  readonly count: number;
  /** Stores `source` at `offset` of the part; asserts that it lies inside. Throws `BusError`. */
  write(offset: number, source: Uint8Array): void;
  contiguous(offset: number): number;
}

/** One request of the driver: readable buffers, then writable buffers. It is the device's until it is pushed. */
export interface DescriptorChain {
  readonly readable: ReadablePart;
  readonly writable: WritablePart;
}

/** The driver broke the rules of the ring (loop, bad index, ...); the transport answers with DEVICE_NEEDS_RESET. */
export class RingError extends Error {
  override readonly name = 'RingError';
}

/**
 * Device side of one virtqueue. Methods throw `BusError` or `RingError` when the driver's memory or ring is at
 * fault; devices let both pass to the transport (see `DeviceContext.guard`).
 */
export interface Virtqueue {
  /** Takes the next available chain; undefined when the driver has made none available. */
  pop(): DescriptorChain | undefined;
  /** Whether `pop` would return a chain; takes nothing. */
  hasAvailable(): boolean;
  /**
   * Returns a chain that was popped from this queue, with `written` bytes counted from the first writable byte; the
   * device has written them. Not visible to the driver before `flush`. Once the driver has reset or disabled the
   * queue, what was popped from it is forgotten, and this does nothing.
   */
  push(chain: DescriptorChain, written: number): void;
  /** Publishes everything pushed with one index update and at most one used buffer notification. */
  flush(): void;
}
