// A device model for tests of transports and queues: answers each chain with its readable bytes, last byte first.

import type { DeviceContext, VirtioDevice } from '../../src/virtio/virtio-device.ts';
import type { DescriptorChain } from '../../src/virtio/virtqueue.ts';

const QUEUE_SIZE = 16;
const CONFIG_LENGTH = 6;

/** Two queues; answers as many bytes as fit. Keeps what a test wants to look at in the open. */
export class MirrorDevice implements VirtioDevice {
  readonly deviceId = 42;
  readonly deviceFeatures = 0b101n;
  usesBuffersInOrder = true;
  readonly queueSizes = [QUEUE_SIZE, QUEUE_SIZE];
  readonly config = Uint8Array.from({ length: CONFIG_LENGTH }, (_, index) => 0x10 + index);
  readonly configLength = CONFIG_LENGTH;
  /** Every call of the transport, in order. */
  readonly calls: string[] = [];
  context: DeviceContext | undefined;
  /** Runs for each chain before it is answered. */
  onChain: (chain: DescriptorChain) => void = () => undefined;

  /** Feature bit 2 needs feature bit 0. */
  acceptsFeatures(features: bigint): boolean {
    return (features & 0b101n) !== 0b100n;
  }

  readConfig(offset: number): number {
    return this.config[offset] ?? 0;
  }

  writeConfig(offset: number, bytes: Uint8Array, features: bigint): void {
    this.calls.push(`writeConfig ${offset} [${bytes.join()}] ${features}`);
  }

  start(context: DeviceContext): void {
    this.calls.push('start');
    this.context = context;
  }

  reset(): void {
    this.calls.push('reset');
    this.context = undefined;
  }

  notify(queueIndex: number): void {
    this.calls.push(`notify ${queueIndex}`);
    this.answer(queueIndex);
  }

  /** Answers everything available in a queue. */
  answer(queueIndex: number): void {
    const queue = this.context?.queue(queueIndex);
    if (queue === undefined) return;
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
      this.onChain(chain);
      const bytes = new Uint8Array(Math.min(chain.readable.length, chain.writable.length));
      chain.readable.read(0, bytes);
      chain.writable.write(0, bytes.reverse());
      queue.push(chain, bytes.length);
    }
    queue.flush();
  }
}
