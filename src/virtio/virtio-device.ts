// The seam between a transport and a device model (virtio 1.2, chapters 2 and 3).

import type { Virtqueue } from './virtqueue.ts';

/** What a running device may ask of its transport. Valid from `start` until `reset`. */
export interface DeviceContext {
  /** The negotiated feature bits. */
  readonly features: bigint;
  /** The queue of that number; undefined when the driver did not set it up. */
  queue(index: number): Virtqueue | undefined;
  /** Raises the configuration change notification and moves ConfigGeneration on (virtio 1.2, 4.2.2.1). */
  notifyConfigChange(): void;
  /**
   * Runs device work that did not start in `notify` (a fault report, a host file that became readable). `BusError`
   * and `RingError` inside it set DEVICE_NEEDS_RESET; nothing runs once that is set.
   */
  guard(work: () => void): void;
}

/** A device model behind any transport. Nothing in it may throw for what a driver does, but `BusError` and `RingError`. */
export interface VirtioDevice {
  /** Device ID of virtio 1.2, chapter 5. */
  readonly deviceId: number;
  /** Offered feature bits of the device type; the transport adds those of its rings and of itself. */
  readonly deviceFeatures: bigint;
  /** The claim that every queue gets its buffers back in the order they were taken: VIRTIO_F_IN_ORDER is offered. */
  readonly usesBuffersInOrder: boolean;
  /** Maximum queue size of each queue, in order. */
  readonly queueSizes: readonly number[];
  /** Length of the device-specific configuration space in bytes. */
  readonly configLength: number;

  /** Whether the device can work with this subset of the offered features (virtio 1.2, 2.2.2). */
  acceptsFeatures(features: bigint): boolean;
  /** One byte of configuration space; `offset` < `configLength`. Readable at any time. */
  readConfig(offset: number): number;
  /**
   * A driver's write to configuration space, as wide as the driver made it (1, 2, 4 bytes; `offset` + length may
   * end beyond `configLength`). `features` are the negotiated ones, 0 before FEATURES_OK. Never breaks the device.
   */
  writeConfig(offset: number, bytes: Uint8Array, features: bigint): void;
  /** DRIVER_OK was set: queues may be used from now on. */
  start(context: DeviceContext): void;
  /** The driver's available buffer notification for a queue. */
  notify(queueIndex: number): void;
  /** Device reset (status = 0): forget the driver; no queue is touched until the next `start`. */
  reset(): void;
}

/** A level-triggered interrupt line into the machine's interrupt controller. */
export interface InterruptLine {
  setLevel(isAsserted: boolean): void;
}
