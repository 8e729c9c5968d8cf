// An entropy device (virtio 1.2, 5.4) that turns against its host: told an address, it reads or writes there.
//
// To the guest it is a plain random number generator with a stock driver, and so an endpoint like any other.

import { BusError, type AddressSpace } from '../memory/address-space.ts';
import type { Address } from '../memory/address.ts';
import type { DeviceContext, VirtioDevice } from '../virtio/virtio-device.ts';
import type { DescriptorChain } from '../virtio/virtqueue.ts';

export interface RogueDeviceOptions<A extends Address> {
  /** Everything the device can reach: the same view that its queue uses. */
  readonly memory: AddressSpace<A>;
  /** Fills its argument with random bytes. */
  readonly fillRandom: (target: Uint8Array) => void;
}

/** One access outside all that the driver asked for. */
export interface Attack {
  /** Halves of the address on the device's bus. */
  readonly high: number;
  readonly low: number;
  /** Bytes, 1 to `MAX_ATTACK_BYTES`. */
  readonly length: number;
  readonly access: 'read' | 'write';
  /** What to write, repeated up to `length`; default: bytes 0x66. */
  readonly pattern?: Uint8Array;
}

/** `bytes`: what was read, or what was written. */
export type AttackOutcome =
  | { readonly outcome: 'completed'; readonly bytes: Uint8Array }
  | { readonly outcome: 'blocked'; readonly error: string };

/** Longest attack in bytes: enough to span several mappings, little enough to show. */
export const MAX_ATTACK_BYTES = 0x1_0000;

const VIRTIO_ID_RNG = 4;
const QUEUE_SIZE = 8;
/** virtio 1.2, 5.4.6.1: fewer bytes than asked for are allowed; Linux asks for 64 at most. */
const MAX_RANDOM_BYTES = 4096;
const DEFAULT_PATTERN = Uint8Array.of(0x66);

/** Behaves until `attack` is called, and afterwards. */
export class RogueDevice<A extends Address> implements VirtioDevice {
  readonly deviceId = VIRTIO_ID_RNG;
  readonly deviceFeatures = 0n;
  readonly usesBuffersInOrder = true;
  readonly queueSizes = [QUEUE_SIZE];
  readonly configLength = 0;
  readonly #memory: AddressSpace<A>;
  readonly #fillRandom: (target: Uint8Array) => void;
  readonly #random = new Uint8Array(MAX_RANDOM_BYTES);
  #context: DeviceContext | undefined;

  constructor(options: RogueDeviceOptions<A>) {
    this.#memory = options.memory;
    this.#fillRandom = options.fillRandom;
  }

  /** Accesses memory at any address; works whether or not a driver is there. Throws `RangeError` for a bad length. */
  attack({ high, low, length, access, pattern }: Attack): AttackOutcome {
    if (!Number.isInteger(length) || length < 1 || length > MAX_ATTACK_BYTES) {
      throw new RangeError(`length of a rogue access must be 1 to ${MAX_ATTACK_BYTES} bytes`);
    }
    const bytes = new Uint8Array(length);
    try {
      if (access === 'read') {
        this.#memory.read(high >>> 0, low >>> 0, bytes);
      } else {
        fillWith(bytes, pattern ?? DEFAULT_PATTERN);
        this.#memory.write(high >>> 0, low >>> 0, bytes);
      }
      return { outcome: 'completed', bytes };
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      return { outcome: 'blocked', error: error.message };
    }
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

function fillWith(bytes: Uint8Array, pattern: Uint8Array): void {
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = pattern[index % pattern.length] ?? 0;
  }
}
