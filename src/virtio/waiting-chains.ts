// What a driver has put into a queue and the device has not taken yet: looked at, and left there.

import { BusError, type AddressSpace } from '../memory/address-space.ts';
import type { Address } from '../memory/address.ts';
import { VIRTIO_CONFIG_S_DRIVER_OK, VIRTIO_CONFIG_S_NEEDS_RESET } from './device-status.ts';
import type { MmioTransportState } from './mmio-transport.ts';
import { QueueRegisters } from './queue-registers.ts';
import { VIRTQ_MAX_SIZE } from './ring-layout.ts';
import { RingError } from './virtqueue.ts';

/** A driver's memory that nothing is written to. */
class UntouchedMemory<A extends Address> implements AddressSpace<A> {
  declare readonly addressKind?: A;
  readonly #memory: AddressSpace<A>;

  constructor(memory: AddressSpace<A>) {
    this.#memory = memory.rings ?? memory;
  }

  read(high: number, low: number, target: Uint8Array): void {
    this.#memory.read(high, low, target);
  }
  readU16(high: number, low: number): number {
    return this.#memory.readU16(high, low);
  }
  readU32(high: number, low: number): number {
    return this.#memory.readU32(high, low);
  }
  write(): void {
    // What the device would answer is not its answer
  }
  writeU16(): void {
    // As above
  }
  writeU32(): void {
    // As above
  }
}

/** Requests in a queue. */
export interface Waiting {
  /** Where the first of them stands (`RingPosition.nextAvailable`). */
  readonly position: number;
  /** The first bytes of the device-readable part of each, in the order in which the device will take them. */
  readonly requests: readonly Uint8Array[];
}

/**
 * The requests that wait in a queue of a transport in this state, `maxBytes` of each at most. Nothing is taken, written or told. A
 * queue that is not enabled or whose driver has broken its rules has none behind that.
 */
export function waitingRequests<A extends Address>(
  memory: AddressSpace<A>,
  transport: MmioTransportState,
  index: number,
  maxBytes: number,
): Waiting {
  const state = transport.queues[index];
  const { status, driverFeatures } = transport;
  const isRunning =
    (status & (VIRTIO_CONFIG_S_DRIVER_OK | VIRTIO_CONFIG_S_NEEDS_RESET)) ===
    VIRTIO_CONFIG_S_DRIVER_OK;
  if (!isRunning || state === undefined || state.position === null) {
    return { position: 0, requests: [] };
  }
  const registers = new QueueRegisters<A>(VIRTQ_MAX_SIZE);
  registers.restore(state, {
    memory: new UntouchedMemory(memory),
    features: (BigInt(driverFeatures.high) << 32n) | BigInt(driverFeatures.low),
    notifyUsed: () => undefined,
  });
  const requests: Uint8Array[] = [];
  try {
    for (let left = state.size; left > 0; left -= 1) {
      const chain = registers.queue?.pop();
      if (chain === undefined) break;
      const bytes = new Uint8Array(Math.min(chain.readable.length, maxBytes));
      chain.readable.read(0, bytes);
      requests.push(bytes);
    }
  } catch (error) {
    if (!(error instanceof BusError || error instanceof RingError)) throw error;
  }
  return { position: state.position.nextAvailable, requests };
}
