// What a virtqueue does in either ring format.

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  answerAll,
  contentOf,
  CREATE_QUEUE,
  popAll,
  pushAll,
  RING_KINDS,
} from '../../test/rigs/queue-rig.ts';
import { expectSame } from '../../test/support/expect-same.ts';
import { VIRTIO_F_EVENT_IDX, VIRTIO_F_INDIRECT_DESC, VIRTIO_F_IN_ORDER } from './features.ts';
import { packedDistance } from './ring-layout.ts';
import type { RingQueue } from './ring-queue.ts';
import type { DescriptorChain } from './virtqueue.ts';

const SIZE = 8;
const ONE_BYTE = { writable: [1] };
const UNTOUCHED = 0xa5;

// Cuts `bytes` at the given places; places past the end give empty buffers, which are legal.
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [...places].sort((a, b) => a - b);
  return [0, ...sorted].map((place, index) => bytes.slice(place, sorted[index]));
}

describe.each(RING_KINDS)('[B28] a %s ring', (kind) => {
  const createQueue = CREATE_QUEUE[kind];

  it('[B20 B30] shows a request the same in any framing, and takes the answer in any', () => {
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
          queue.push(chain, answer.length);
          queue.flush();
          const used = driver.expectUsed();
          expectSame(pieces, [...bytes]);
          expectSame(chain.writable.length, answer.length);
          expectSame([...used.bytes], [...answer]);
          expectSame(used.length, answer.length);
        }
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('[B30] takes a byte per descriptor, in the ring and in a table', () => {
    const { driver, queue } = createQueue();
    for (const directDescriptors of [SIZE, 0]) {
      driver.add({
        readable: [1, 2, 3, 4].map((value) => Uint8Array.of(value)),
        writable: [1, 1, 1, 1],
        directDescriptors,
      });
      const [chain] = popAll(queue);
      if (chain === undefined) throw new Error('one chain');
      expect([...contentOf(chain)]).toEqual([1, 2, 3, 4]);
      chain.writable.write(0, Uint8Array.of(5, 6, 7, 8));
      queue.push(chain, 4);
      queue.flush();
      expect([...driver.expectUsed().bytes]).toEqual([5, 6, 7, 8]);
    }
  });

  it('gives chains in the order they were made available and returns them in any', () => {
    const { driver, queue } = createQueue();
    const heads = [5, 6, 7].map((value) => driver.add({ readable: [Uint8Array.of(value)] }));
    const chains = popAll(queue);
    expect(chains.map((chain) => [...contentOf(chain)])).toEqual([[5], [6], [7]]);
    pushAll(queue, chains.toReversed());
    expect([1, 2, 3].map(() => driver.expectUsed().head)).toEqual(heads.toReversed());
  });

  it('holds what a plain list holds, whatever is kept, returned and added in between', () => {
    const step = fc.record({
      add: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 }),
      isIndirect: fc.boolean(),
      push: fc.array(fc.nat(7), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.constantFrom(4, 8, 16), fc.array(step, { maxLength: 30 }), (size, steps) => {
        const { driver, queue } = createQueue({ size });
        const added: number[] = [];
        const kept: { chain: DescriptorChain; head: number }[] = [];
        for (const { add, isIndirect, push } of steps) {
          for (const count of add) {
            if (driver.freeDescriptors < count) continue;
            const writable = Array.from({ length: count }, () => 1);
            added.push(driver.add({ writable, ...(isIndirect ? { directDescriptors: 0 } : {}) }));
          }
          for (const chain of popAll(queue)) kept.push({ chain, head: added.shift() ?? -1 });
          const returned = push.flatMap((index) => kept.splice(index, 1));
          pushAll(
            queue,
            returned.map(({ chain }) => chain),
          );
          for (const { head, chain } of returned) {
            expect(driver.expectUsed()).toMatchObject({ head, length: chain.writable.length });
          }
          expect(driver.takeUsed()).toBeUndefined();
          expectSame(added, []);
        }
      }),
      { seed: 1, numRuns: 150 },
    );
  });

  it('[B20 B25] shows nothing before flush, and then all at once', () => {
    const { driver, queue, counter } = createQueue();
    driver.add(ONE_BYTE);
    driver.add(ONE_BYTE);
    for (const chain of popAll(queue)) queue.push(chain, 0);
    expect(driver.deviceIndex).toBe(0);
    queue.flush();
    queue.flush();
    expect(driver.deviceIndex).toBe(2);
    expect(counter.notifications).toBe(1);
  });

  it('[B20] reports fewer bytes than there is room for when fewer were written', () => {
    const { driver, queue } = createQueue();
    driver.add({ writable: [3, 3], fill: UNTOUCHED });
    const [chain] = popAll(queue);
    chain?.writable.write(0, Uint8Array.of(1, 2, 3, 4));
    if (chain !== undefined) queue.push(chain, 4);
    queue.flush();
    const used = driver.expectUsed();
    expect(used.length).toBe(4);
    expect([...used.bytes]).toEqual([1, 2, 3, 4, UNTOUCHED, UNTOUCHED]);
  });

  it('[B17] writes no readable buffer and no indirect table, and reads no writable buffer', () => {
    const { driver, queue, log, memory } = createQueue();
    driver.add({ readable: [new Uint8Array(16).fill(3)], writable: [16], directDescriptors: 0 });
    const ring = [driver.descriptorArea, driver.driverArea, driver.deviceArea];
    const heap = memory.bytes.indexOf(3, Math.max(...ring));
    const [chain] = popAll(queue);
    if (chain === undefined) throw new Error('one chain');
    contentOf(chain);
    pushAll(queue, [chain]);
    // In the order of their allocation: 16 readable bytes, a gap of 8, 16 writable bytes, then the table.
    const isIn = (from: number) => (at: number) => at >= heap + from && at < heap + from + 16;
    expect([...log.touched('write')].filter((at) => at >= heap)).toHaveLength(16);
    expect([...log.touched('write')].filter((at) => at >= heap).every(isIn(24))).toBe(true);
    expect([...log.touched('read')].some(isIn(24))).toBe(false);
    expect([...log.touched('read')].filter(isIn(0))).toHaveLength(16);
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

  it('goes on at a saved position, with the chains that were not returned', () => {
    const { driver, queue, reopen } = createQueue();
    const heads = [1, 2, 3].map((value) => driver.add({ readable: [Uint8Array.of(value)] }));
    const [first] = popAll(queue);
    if (first !== undefined) pushAll(queue, [first]);
    const restored = reopen(queue.position);
    const chains = popAll(restored);
    pushAll(restored, chains);
    expect(chains.map((chain) => [...contentOf(chain)])).toEqual([[2], [3]]);
    expect([1, 2, 3].map(() => driver.expectUsed().head)).toEqual(heads);
  });

  it('has no position to save while a kept chain was overtaken', () => {
    const { driver, queue } = createQueue();
    driver.add(ONE_BYTE);
    driver.add(ONE_BYTE);
    const [first, second] = popAll(queue);
    if (first === undefined || second === undefined) throw new Error('two chains');
    pushAll(queue, [second]);
    expect(() => queue.position).toThrow('internal error');
    pushAll(queue, [first]);
    expect(queue.position.nextUsed).toBe(queue.position.nextAvailable);
  });

  it('[B27] touches nothing once it is stopped, and forgets what was taken', () => {
    const { driver, queue, memory, counter } = createQueue({
      features: VIRTIO_F_INDIRECT_DESC | VIRTIO_F_EVENT_IDX,
    });
    for (let count = 0; count < 3; count++) driver.add(ONE_BYTE);
    const [first, second] = popAll(queue);
    if (first === undefined || second === undefined) throw new Error('two chains');
    queue.push(first, 0);
    driver.add(ONE_BYTE);
    queue.stop();
    const before = memory.bytes.slice();
    queue.beginRound();
    expect(queue.pop()).toBeUndefined();
    expect(queue.hasAvailable()).toBe(false);
    queue.push(second, 1);
    queue.flush();
    expect(Buffer.compare(memory.bytes, before)).toBe(0);
    expect(counter.notifications).toBe(0);
  });

  it('[B24] returns chains in the order they were made available with IN_ORDER', () => {
    const { driver, queue } = createQueue({ features: VIRTIO_F_IN_ORDER });
    const heads = [1, 2, 3].map(() => driver.add(ONE_BYTE));
    answerAll(queue);
    expect(heads.map(() => driver.expectUsed().head)).toEqual(heads);
  });

  const one = (driver: { add(request: object): number }): number => driver.add(ONE_BYTE);
  it.each([
    [
      'pushed twice',
      (queue: RingQueue, chain: DescriptorChain) => {
        queue.push(chain, 0);
        queue.push(chain, 0);
      },
    ],
    [
      '[B20] pushed with more bytes than it has',
      (queue: RingQueue, chain: DescriptorChain) => {
        chain.writable.write(0, Uint8Array.of(1));
        chain.writable.write(0, Uint8Array.of(1));
        queue.push(chain, 2);
      },
    ],
    [
      '[B20] pushed with more bytes than were written',
      (queue: RingQueue, chain: DescriptorChain) => queue.push(chain, 1),
    ],
    [
      'read past its end',
      (_queue: RingQueue, chain: DescriptorChain) => chain.readable.read(0, new Uint8Array(1)),
    ],
    [
      'written past its end',
      (_queue: RingQueue, chain: DescriptorChain) => chain.writable.write(1, new Uint8Array(1)),
    ],
  ])("finds a device's own mistake: a chain %s", (_mistake, blunder) => {
    const { driver, queue } = createQueue();
    one(driver);
    const [chain] = popAll(queue);
    expect(() => chain !== undefined && blunder(queue, chain)).toThrow('internal error');
  });

  it("[B24] finds a device's own mistake: a chain out of order, with IN_ORDER", () => {
    const { driver, queue } = createQueue({ features: VIRTIO_F_IN_ORDER });
    one(driver);
    one(driver);
    const [, second] = popAll(queue);
    expect(() => second !== undefined && queue.push(second, 0)).toThrow('internal error');
  });
});

describe('[B23] a driver that notifies only when it is asked to', () => {
  // Whether the device wants to hear of the `count` descriptors that were added at `old` (virtio 1.2, 2.7.10 and 2.8.10).
  const IS_WANTED = {
    split: (view: DataView, deviceArea: number, old: number, count: number) => {
      const availEvent = view.getUint16(deviceArea + 4 + 8 * SIZE, true);
      return ((old + count - availEvent - 1) & 0xffff) < count;
    },
    packed: (view: DataView, deviceArea: number, old: number, count: number) => {
      const [event, flags] = [0, 2].map((at) => view.getUint16(deviceArea + at, true));
      if (event === undefined || flags !== 2) return flags === 0;
      return packedDistance(old, event, SIZE) < count;
    },
  };

  it.each(RING_KINDS)('is always answered, on a %s ring', (kind) => {
    const burst = fc.integer({ min: 1, max: SIZE });
    fc.assert(
      fc.property(fc.array(burst, { minLength: 1, maxLength: 40 }), (bursts) => {
        const { driver, queue, memory } = CREATE_QUEUE[kind]({ features: VIRTIO_F_EVENT_IDX });
        const view = new DataView(memory.bytes.buffer);
        for (const count of bursts) {
          const old = driver.nextAvailable;
          for (let index = 0; index < count; index++) driver.add(ONE_BYTE);
          if (IS_WANTED[kind](view, driver.deviceArea, old, count)) answerAll(queue);
          for (let index = 0; index < count; index++) driver.expectUsed();
        }
      }),
      { seed: 1, numRuns: 50 },
    );
  });
});
