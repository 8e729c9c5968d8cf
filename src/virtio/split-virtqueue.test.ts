import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { FlatMemory } from '../memory/flat-memory.ts';
import { DriverMemory } from '../testing/driver/driver-memory.ts';
import { DriverQueue } from '../testing/driver/driver-queue.ts';
import { VIRTIO_F_EVENT_IDX, VIRTIO_F_INDIRECT_DESC } from './features.ts';
import { SplitVirtqueue, type SplitVirtqueuePosition } from './split-virtqueue.ts';
import type { DescriptorChain } from './virtqueue.ts';

const RAM_BYTES = 0x4_0000;
const SIZE = 8;
const ONE_BYTE = { writable: [1] };

interface Setup {
  readonly features?: bigint;
  readonly size?: number;
  readonly position?: SplitVirtqueuePosition;
}

function createQueue({ features = VIRTIO_F_INDIRECT_DESC, size = SIZE, position }: Setup = {}) {
  const memory = new FlatMemory(RAM_BYTES);
  const driver = new DriverQueue({
    driverMemory: new DriverMemory(memory, 0, RAM_BYTES),
    size,
    ...(position === undefined ? {} : { startIndex: position.nextAvailable }),
  });
  const area = (low: number) => ({ high: 0, low });
  const counter = { notifications: 0 };
  const queue = new SplitVirtqueue({
    memory,
    size,
    descriptorArea: area(driver.descriptorArea),
    driverArea: area(driver.driverArea),
    deviceArea: area(driver.deviceArea),
    features,
    notifyUsed: () => counter.notifications++,
    ...(position === undefined ? {} : { position }),
  });
  return { memory, driver, queue, counter };
}

function popAll(queue: SplitVirtqueue<never>): DescriptorChain[] {
  queue.beginRound();
  const chains: DescriptorChain[] = [];
  for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) chains.push(chain);
  return chains;
}

function pushAll(queue: SplitVirtqueue<never>, chains: readonly DescriptorChain[]): void {
  for (const chain of chains) queue.push(chain, chain.writable.length);
  queue.flush();
}

function answerAll(queue: SplitVirtqueue<never>): number {
  const chains = popAll(queue);
  pushAll(queue, chains);
  return chains.length;
}

function contentOf(chain: DescriptorChain): Uint8Array {
  const bytes = new Uint8Array(chain.readable.length);
  chain.readable.read(0, bytes);
  return bytes;
}

// Cuts `bytes` at the given places; places past the end give empty buffers, which are legal.
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [...places].sort((a, b) => a - b);
  return [0, ...sorted].map((place, index) => bytes.slice(place, sorted[index]));
}

describe('SplitVirtqueue', () => {
  it('shows a request the same in any framing, and takes the answer in any', () => {
    const request = fc.record({
      bytes: fc.uint8Array({ maxLength: 80 }),
      readCuts: fc.array(fc.nat(80), { maxLength: 4 }),
      answer: fc.uint8Array({ maxLength: 80 }),
      writeCuts: fc.array(fc.nat(80), { maxLength: 4 }),
      directDescriptors: fc.nat(10),
      pieceBytes: fc.integer({ min: 1, max: 30 }),
    });
    fc.assert(
      fc.property(fc.array(request, { minLength: 1, maxLength: 20 }), (requests) => {
        const { driver, queue } = createQueue({ size: 16 });
        for (const { bytes, readCuts, answer, writeCuts, ...rest } of requests) {
          driver.add({
            readable: cut(bytes, readCuts),
            writable: cut(answer, writeCuts).map((each) => each.length),
            directDescriptors: rest.directDescriptors,
          });
          const [chain] = popAll(queue);
          if (chain === undefined) throw new Error('one chain');
          const pieces: number[] = [];
          for (let at = 0; at < bytes.length; at += rest.pieceBytes) {
            const piece = new Uint8Array(Math.min(rest.pieceBytes, bytes.length - at));
            chain.readable.read(at, piece);
            pieces.push(...piece);
          }
          // Backwards, so that no order of access is taken for granted.
          for (let end = answer.length; end > 0; end -= rest.pieceBytes) {
            const start = Math.max(0, end - rest.pieceBytes);
            chain.writable.write(start, answer.subarray(start, end));
          }
          pushAll(queue, [chain]);
          const used = driver.expectUsed();
          expect(pieces).toEqual([...bytes]);
          expect(chain.writable.length).toBe(answer.length);
          expect([...used.bytes]).toEqual([...answer]);
          expect(used.length).toBe(answer.length);
        }
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('gives chains in the order they were made available and returns them in any', () => {
    const { driver, queue } = createQueue();
    const heads = [5, 6, 7].map((value) => driver.add({ readable: [Uint8Array.of(value)] }));
    const chains = popAll(queue);
    expect(chains.map((chain) => [...contentOf(chain)])).toEqual([[5], [6], [7]]);
    pushAll(queue, chains.toReversed());
    expect([1, 2, 3].map(() => driver.expectUsed().head)).toEqual(heads.toReversed());
  });

  it('carries on when the 16-bit indices wrap', () => {
    const start = 0xffff - 5;
    const { driver, queue } = createQueue({
      features: VIRTIO_F_EVENT_IDX,
      position: { nextAvailable: start, nextUsed: start },
    });
    for (let round = 0; round < 12; round++) {
      driver.add(ONE_BYTE);
      expect(answerAll(queue)).toBe(1);
      expect(driver.expectUsed().length).toBe(1);
    }
    expect(queue.position).toEqual({ nextAvailable: 6, nextUsed: 6 });
    expect(driver.availEvent).toBe(6);
  });

  it('shows nothing before flush, and then all at once', () => {
    const { driver, queue, counter } = createQueue();
    driver.add(ONE_BYTE);
    driver.add(ONE_BYTE);
    for (const chain of popAll(queue)) queue.push(chain, 1);
    expect(driver.deviceIndex).toBe(0);
    queue.flush();
    queue.flush();
    expect(driver.deviceIndex).toBe(2);
    expect(counter.notifications).toBe(1);
  });

  it('knows of a chain without taking it', () => {
    const { driver, queue } = createQueue();
    expect(queue.hasAvailable()).toBe(false);
    driver.add(ONE_BYTE);
    queue.beginRound();
    expect(queue.hasAvailable()).toBe(true);
    expect(queue.hasAvailable()).toBe(true);
    expect(popAll(queue)).toHaveLength(1);
  });

  it('keeps a whole queue of chains for later', () => {
    const { driver, queue } = createQueue();
    for (let count = 0; count < SIZE; count++) driver.add(ONE_BYTE);
    const kept = popAll(queue);
    pushAll(queue, kept);
    expect(kept).toHaveLength(SIZE);
    expect(driver.deviceIndex).toBe(SIZE);
  });

  it('counts chains it has not returned as available when its position is saved', () => {
    const { driver, queue } = createQueue();
    driver.add(ONE_BYTE);
    driver.add(ONE_BYTE);
    const [first] = popAll(queue);
    if (first !== undefined) pushAll(queue, [first]);
    expect(queue.position).toEqual({ nextAvailable: 1, nextUsed: 1 });
  });

  it('touches nothing once it is stopped', () => {
    const { driver, queue, memory, counter } = createQueue();
    driver.add(ONE_BYTE);
    driver.add(ONE_BYTE);
    const [chain] = popAll(queue);
    driver.add(ONE_BYTE);
    queue.stop();
    const before = memory.bytes.slice();
    queue.beginRound();
    expect(queue.pop()).toBeUndefined();
    expect(queue.hasAvailable()).toBe(false);
    if (chain !== undefined) pushAll(queue, [chain]);
    expect(Buffer.compare(memory.bytes, before)).toBe(0);
    expect(counter.notifications).toBe(0);
  });

  it.each([
    [
      'pushed twice',
      (queue: SplitVirtqueue<never>, chain: DescriptorChain) => {
        queue.push(chain, 0);
        queue.push(chain, 0);
      },
    ],
    [
      'pushed with more bytes than it has',
      (queue: SplitVirtqueue<never>, chain: DescriptorChain) => queue.push(chain, 2),
    ],
    [
      'read past its end',
      (_queue: SplitVirtqueue<never>, chain: DescriptorChain) =>
        chain.readable.read(0, new Uint8Array(1)),
    ],
    [
      'written past its end',
      (_queue: SplitVirtqueue<never>, chain: DescriptorChain) =>
        chain.writable.write(1, new Uint8Array(1)),
    ],
  ])("finds a device's own mistake: a chain %s", (_mistake, blunder) => {
    const { driver, queue } = createQueue();
    driver.add(ONE_BYTE);
    const [chain] = popAll(queue);
    expect(() => chain !== undefined && blunder(queue, chain)).toThrow('internal error');
  });
});

describe('used buffer notifications', () => {
  it('are sent without EVENT_IDX unless avail.flags says not to', () => {
    const { driver, queue, counter } = createQueue();
    driver.setUsedEvent(0x7777);
    driver.add(ONE_BYTE);
    answerAll(queue);
    expect(counter.notifications).toBe(1);
    driver.suppressInterrupts(true);
    driver.add(ONE_BYTE);
    answerAll(queue);
    expect(counter.notifications).toBe(1);
  });

  it('are sent with EVENT_IDX exactly when the used index passes used_event', () => {
    const batch = fc.integer({ min: 1, max: SIZE });
    const step = fc.record({ batch, eventAhead: fc.integer({ min: -3, max: 12 }) });
    fc.assert(
      fc.property(fc.nat(0xffff), fc.array(step, { maxLength: 20 }), (start, steps) => {
        const { driver, queue, counter } = createQueue({
          features: VIRTIO_F_EVENT_IDX,
          position: { nextAvailable: start, nextUsed: start },
        });
        // virtio 1.2, 2.7.7.2: avail.flags has no meaning here.
        driver.suppressInterrupts(true);
        for (const { batch, eventAhead } of steps) {
          const before = counter.notifications;
          driver.setUsedEvent(driver.deviceIndex + eventAhead);
          for (let count = 0; count < batch; count++) driver.add(ONE_BYTE);
          answerAll(queue);
          for (let count = 0; count < batch; count++) driver.expectUsed();
          const isPassed = eventAhead >= 0 && eventAhead < batch;
          expect(counter.notifications - before).toBe(isPassed ? 1 : 0);
        }
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});

describe('available buffer notifications', () => {
  it('are asked for with EVENT_IDX whenever the queue is drained', () => {
    const { driver, queue } = createQueue({ features: VIRTIO_F_EVENT_IDX });
    driver.add(ONE_BYTE);
    driver.add(ONE_BYTE);
    queue.beginRound();
    queue.pop();
    expect(driver.availEvent).toBe(0);
    queue.pop();
    queue.pop();
    expect(driver.availEvent).toBe(2);
  });

  it('are not written about without EVENT_IDX', () => {
    const { driver, queue } = createQueue();
    driver.add(ONE_BYTE);
    answerAll(queue);
    expect(driver.availEvent).toBe(0);
  });
});
