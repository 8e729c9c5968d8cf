// One virtqueue on a bench, without a transport: the driver's side, the device's side, and the RAM between them.

import { FlatMemory } from '../../src/memory/flat-memory.ts';
import { VIRTIO_F_INDIRECT_DESC } from '../../src/virtio/features.ts';
import { PackedVirtqueue } from '../../src/virtio/packed-virtqueue.ts';
import type { RingPosition, RingQueue, RingQueueOptions } from '../../src/virtio/ring-queue.ts';
import { SplitVirtqueue } from '../../src/virtio/split-virtqueue.ts';
import type { Gpa } from '../../src/memory/address.ts';
import type { DescriptorChain } from '../../src/virtio/virtqueue.ts';
import { AccessLog } from './access-log.ts';
import { DriverMemory } from '../../src/driver/driver-memory.ts';
import type { DriverQueue, DriverQueueOptions } from '../../src/driver/driver-queue.ts';
import { PackedDriverQueue } from '../../src/driver/packed-driver-queue.ts';
import { SplitDriverQueue } from '../../src/driver/split-driver-queue.ts';

/** The two ring formats, for `describe.each`. */
export const RING_KINDS = ['split', 'packed'] as const;
export type RingKind = (typeof RING_KINDS)[number];

export interface QueueSetup {
  /** Default: VIRTIO_F_INDIRECT_DESC. */
  readonly features?: bigint;
  /** Default 8. */
  readonly size?: number;
  /** Where both sides begin. Default: as after a reset. */
  readonly start?: number;
}

export interface QueueRig<D extends DriverQueue> {
  readonly memory: FlatMemory;
  readonly log: AccessLog;
  readonly driver: D;
  readonly queue: RingQueue;
  readonly counter: { notifications: number };
  /** A second device side at a saved position, as after a restore. */
  readonly reopen: (position: RingPosition) => RingQueue;
}

const RAM_BYTES = 0x4_0000;
const DEFAULT_SIZE = 8;

function createQueue<D extends DriverQueue>(
  Driver: new (options: DriverQueueOptions) => D,
  Queue: new (options: RingQueueOptions<Gpa>) => RingQueue,
  { features = VIRTIO_F_INDIRECT_DESC, size = DEFAULT_SIZE, start }: QueueSetup,
): QueueRig<D> {
  const memory = new FlatMemory(RAM_BYTES);
  const log = new AccessLog(memory);
  const driver = new Driver({
    driverMemory: new DriverMemory(memory, 0, RAM_BYTES),
    size,
    ...(start === undefined ? {} : { start }),
  });
  const area = (low: number) => ({ high: 0, low });
  const counter = { notifications: 0 };
  const open = (position: Partial<Record<'position', RingPosition>>): RingQueue =>
    new Queue({
      memory: log,
      size,
      descriptorArea: area(driver.descriptorArea),
      driverArea: area(driver.driverArea),
      deviceArea: area(driver.deviceArea),
      features,
      notifyUsed: () => counter.notifications++,
      ...position,
    });
  const first = start === undefined ? {} : { position: { nextAvailable: start, nextUsed: start } };
  const reopen = (position: RingPosition): RingQueue => open({ position });
  return { memory, log, driver, queue: open(first), counter, reopen };
}

export function createSplitQueue(setup: QueueSetup = {}): QueueRig<SplitDriverQueue> {
  return createQueue(SplitDriverQueue, SplitVirtqueue<Gpa>, setup);
}

export function createPackedQueue(setup: QueueSetup = {}): QueueRig<PackedDriverQueue> {
  return createQueue(PackedDriverQueue, PackedVirtqueue<Gpa>, setup);
}

/** Either, for tests of what both have in common. */
export const CREATE_QUEUE: Record<RingKind, (setup?: QueueSetup) => QueueRig<DriverQueue>> = {
  split: createSplitQueue,
  packed: createPackedQueue,
};

/** Takes everything that is available, in a round of its own. */
export function popAll(queue: RingQueue): DescriptorChain[] {
  queue.beginRound();
  const chains: DescriptorChain[] = [];
  for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) chains.push(chain);
  return chains;
}

/** Fills chains with zeros and returns them all at once. */
export function pushAll(queue: RingQueue, chains: readonly DescriptorChain[]): void {
  for (const chain of chains) {
    chain.writable.write(0, new Uint8Array(chain.writable.length));
    queue.push(chain, chain.writable.length);
  }
  queue.flush();
}

/** Takes and returns everything; how many chains that were. */
export function answerAll(queue: RingQueue): number {
  const chains = popAll(queue);
  pushAll(queue, chains);
  return chains.length;
}

/** The readable bytes of a chain. */
export function contentOf(chain: DescriptorChain): Uint8Array {
  const bytes = new Uint8Array(chain.readable.length);
  chain.readable.read(0, bytes);
  return bytes;
}
