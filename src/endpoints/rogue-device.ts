// An entropy device (virtio 1.2, 5.4): to the guest a plain random number generator with a stock driver. Stray accesses
// are made in the name of any endpoint (`machine/rogue-dma.ts`); this one is there to be suspected first.

import { BusError } from '../memory/address-space.ts';
import type { DeviceContext, VirtioDevice } from '../virtio/virtio-device.ts';
import type { DescriptorChain } from '../virtio/virtqueue.ts';

export interface RogueDeviceOptions {
  /** Fills its argument with random bytes. */
  readonly fillRandom: (target: Uint8Array) => void;
}

const VIRTIO_ID_RNG = 4;
const QUEUE_SIZE = 8;
/** virtio 1.2, 5.4.6.1: fewer bytes than asked for are allowed; Linux asks for 64 at most. */
const MAX_RANDOM_BYTES = 4096;

export class RogueDevice implements VirtioDevice {
  readonly deviceId = VIRTIO_ID_RNG;
  readonly deviceFeatures = 0n;
  readonly usesBuffersInOrder = true;
  readonly queueSizes = [QUEUE_SIZE];
  readonly configLength = 0;
  readonly #fillRandom: (target: Uint8Array) => void;
  readonly #random = new Uint8Array(MAX_RANDOM_BYTES);
  #context: DeviceContext | undefined;

  constructor(options: RogueDeviceOptions) {
    this.#fillRandom = options.fillRandom;
  }

  acceptsFeatures(): boolean {
    return true;
  }

  readConfig(): number {
    return 0;
  }

  writeConfig(): void {
    // There is no configuration space.
  }

  start(context: DeviceContext): void {
    this.#context = context;
  }

  reset(): void {
    this.#context = undefined;
  }

  notify(queueIndex: number): void {
    const queue = this.#context?.queue(queueIndex);
    if (queue === undefined) return;
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
      queue.push(chain, this.#answer(chain));
    }
    queue.flush();
  }

  // A buffer out of reach is returned with no bytes in it: the driver asks again or gives up.
  #answer({ writable }: DescriptorChain): number {
    const bytes = this.#random.subarray(0, Math.min(writable.length, MAX_RANDOM_BYTES));
    this.#fillRandom(bytes);
    try {
      writable.write(0, bytes);
      return bytes.length;
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      return 0;
    }
  }
}
