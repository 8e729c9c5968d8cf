import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  answerAll,
  contentOf,
  createPackedQueue,
  popAll,
  pushAll,
} from '../../test/rigs/queue-rig.ts';
import { VIRTIO_F_EVENT_IDX, VIRTIO_F_INDIRECT_DESC } from './features.ts';
import {
  PACKED_START,
  RING_EVENT_FLAGS_DESC,
  RING_EVENT_FLAGS_DISABLE,
  RING_EVENT_FLAGS_ENABLE,
  packedAdvance,
  packedDistance,
} from './ring-layout.ts';

const SIZE = 8;
const ONE_BYTE = { writable: [1] };
const RESERVED_FLAGS = 3;

describe('[B28] the layout of a packed ring', () => {
  // Every number here is written out from virtio 1.2, 2.8: nothing is taken from ring-layout.ts.
  it('is read and written at the places the specification gives, with wrap counters from 1', () => {
    const { driver, queue, memory } = createPackedQueue({ size: 3, features: VIRTIO_F_EVENT_IDX });
    const view = new DataView(memory.bytes.buffer);
    const ring = driver.descriptorArea;
    expect([ring % 16, driver.driverArea % 4, driver.deviceArea % 4]).toEqual([0, 0, 0]);
    const put = (index: number, bytes: number, id: number, flags: number) => {
      view.setBigUint64(ring + index * 16, 0x2_0000n + BigInt(index) * 0x100n, true);
      view.setUint32(ring + index * 16 + 8, bytes, true);
      view.setUint16(ring + index * 16 + 12, id, true);
      view.setUint16(ring + index * 16 + 14, flags, true);
    };
    const used = (index: number) => [
      view.getUint32(ring + index * 16 + 8, true),
      view.getUint16(ring + index * 16 + 12, true),
      view.getUint16(ring + index * 16 + 14, true),
    ];
    memory.bytes.set([0xde, 0xad], 0x2_0000);
    put(0, 2, 0, 0x0081);
    put(1, 5, 0x1234, 0x0082);
    const [chain] = popAll(queue);
    if (chain === undefined) throw new Error('one chain');
    expect([...contentOf(chain)]).toEqual([0xde, 0xad]);
    expect(chain.writable.length).toBe(5);
    pushAll(queue, [chain]);
    expect(used(0)).toEqual([5, 0x1234, 0x8082]);
    // The next one wanted is descriptor 2 with wrap counter 1: RING_EVENT_FLAGS_DESC.
    expect(view.getUint32(driver.deviceArea, true)).toBe(0x0002_8002);

    put(2, 7, 0x4321, 0x0080);
    expect(answerAll(queue)).toBe(1);
    // Nothing written: WRITE stays clear.
    expect(used(2)).toEqual([0, 0x4321, 0x8080]);
    expect(view.getUint32(driver.deviceArea, true)).toBe(0x0002_0000);

    put(0, 1, 9, 0x8002);
    expect(answerAll(queue)).toBe(1);
    expect(used(0)).toEqual([1, 9, 0x0002]);
  });
});

describe('[B28] positions in a packed ring', () => {
  it('advance and count like steps around it', () => {
    const place = fc.record({
      size: fc.integer({ min: 1, max: 40 }),
      before: fc.nat(200),
      steps: fc.nat(200),
    });
    fc.assert(
      fc.property(place, ({ size, before, steps }) => {
        const walk = (from: number, count: number): number => {
          let at = from;
          for (let step = 0; step < count; step++) at = packedAdvance(at, 1, size);
          return at;
        };
        const from = walk(PACKED_START, before);
        expect(packedDistance(from, walk(from, steps), size)).toBe(steps % (2 * size));
        if (steps <= size) expect(packedAdvance(from, steps, size)).toBe(walk(from, steps));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('reach the largest ring', () => {
    expect(packedAdvance(0x8000 | 32767, 1, 32768)).toBe(0);
    expect(packedAdvance(32767, 2, 32768)).toBe(0x8001);
    expect(packedDistance(32767, 0x8000, 32768)).toBe(1);
  });
});

describe('[B28] PackedVirtqueue', () => {
  it.each([1, 3, 5, 8, 12])('goes round a ring of %s, with lists of any length', (size) => {
    const { driver, queue } = createPackedQueue({ size });
    for (let round = 0; round < 6 * size; round++) {
      const length = 1 + (round % size);
      const writable = Array.from({ length }, () => 2);
      const id = driver.add({ writable });
      expect(answerAll(queue)).toBe(1);
      expect(driver.expectUsed()).toMatchObject({ head: id, length: 2 * length });
    }
  });

  it('processes everything in ring order, across the end of the ring', () => {
    const { driver, queue } = createPackedQueue({ size: 5 });
    const values: number[] = [];
    for (let round = 0; round < 7; round++) {
      for (let index = 0; index < 5; index++) {
        driver.add({ readable: [Uint8Array.of(5 * round + index)] });
      }
      const chains = popAll(queue);
      values.push(...chains.flatMap((chain) => [...contentOf(chain)]));
      pushAll(queue, chains);
      expect(chains.map(() => driver.expectUsed().length)).toEqual([0, 0, 0, 0, 0]);
    }
    expect(values).toEqual(Array.from({ length: 35 }, (_, index) => index));
  });

  it('takes no descriptor that is not made available, zeroed or used', () => {
    const { driver, queue } = createPackedQueue();
    expect(popAll(queue)).toEqual([]);
    for (let count = 0; count < SIZE; count++) driver.add(ONE_BYTE);
    expect(answerAll(queue)).toBe(SIZE);
    expect(popAll(queue)).toEqual([]);
    for (let count = 0; count < SIZE; count++) driver.expectUsed();
    expect(popAll(queue)).toEqual([]);
  });

  it('shows used descriptors to the driver with the first one last', () => {
    const { driver, queue, log } = createPackedQueue();
    for (let count = 0; count < 3; count++) driver.add(ONE_BYTE);
    answerAll(queue);
    const writes = log.accesses.filter(
      ({ kind, address }) => kind === 'write' && address < driver.driverArea,
    );
    // Length and buffer ID first, all flags after them.
    expect(writes.map(({ address, length }) => [address, length])).toEqual([
      [8, 6],
      [24, 6],
      [40, 6],
      [46, 2],
      [30, 2],
      [14, 2],
    ]);
  });

  it('looks at no flag but WRITE in an indirect table, and at no buffer ID', () => {
    const { driver, queue, memory } = createPackedQueue();
    const [table, data] = [0x3_0000, 0x3_1000];
    memory.bytes.set([1, 2, 3], data);
    const each = { address: BigInt(data), length: 3, next: 0xffff };
    driver.writeDescriptorAt(table, { ...each, flags: 0xfffd });
    driver.writeDescriptorAt(table + 16, { ...each, flags: 0 });
    driver.writeDescriptorAt(table + 32, { ...each, flags: 0xffff });
    driver.writeDescriptor(0, { address: BigInt(table), length: 48, flags: 4 | 2, next: 77 });
    driver.makeAvailable(0);
    const [chain] = popAll(queue);
    if (chain === undefined) throw new Error('one chain');
    expect([...contentOf(chain)]).toEqual([1, 2, 3, 1, 2, 3]);
    expect(chain.writable.length).toBe(3);
    pushAll(queue, [chain]);
    const view = new DataView(memory.bytes.buffer);
    expect(view.getUint16(12, true)).toBe(77);
  });

  it('mixes lists and indirect tables in one ring', () => {
    const { driver, queue } = createPackedQueue();
    for (const directDescriptors of [4, 0, 4, 0, 4]) {
      const id = driver.add({
        readable: [Uint8Array.of(1), Uint8Array.of(2)],
        writable: [1, 1],
        directDescriptors,
      });
      expect(popAll(queue).map((chain) => pushAll(queue, [chain]))).toHaveLength(1);
      expect(driver.expectUsed()).toMatchObject({ head: id, length: 2 });
    }
  });

  it('saves its position with the wrap counter and goes on from it', () => {
    const { driver, queue, reopen } = createPackedQueue({ size: 3 });
    for (let count = 0; count < 4; count++) {
      driver.add(ONE_BYTE);
      answerAll(queue);
      driver.expectUsed();
    }
    expect(queue.position).toEqual({ nextAvailable: 1, nextUsed: 1 });
    const restored = reopen(queue.position);
    for (let count = 0; count < 4; count++) {
      driver.add(ONE_BYTE);
      expect(answerAll(restored)).toBe(1);
      driver.expectUsed();
    }
    expect(restored.position).toEqual({ nextAvailable: 0x8002, nextUsed: 0x8002 });
  });

  it('refuses a saved position outside its ring, for no driver can make one', () => {
    const { reopen } = createPackedQueue({ size: 3 });
    expect(() => reopen({ nextAvailable: 3, nextUsed: 0 })).toThrow('internal error');
    expect(() => reopen({ nextAvailable: 0, nextUsed: 0x8003 })).toThrow('internal error');
  });

  it.each([0x8000, 0x0000])('starts at the position %s a test asks for', (start) => {
    const { driver, queue } = createPackedQueue({ size: 3, start });
    driver.add(ONE_BYTE);
    expect(answerAll(queue)).toBe(1);
    expect(driver.expectUsed().length).toBe(1);
  });
});

describe('[B28] used buffer notifications of a packed ring', () => {
  it.each([
    ['sent', 'ENABLE', RING_EVENT_FLAGS_ENABLE, 0n, 1],
    ['not sent', 'DISABLE', RING_EVENT_FLAGS_DISABLE, 0n, 0],
    ['sent', 'DESC without EVENT_IDX, which is invalid', RING_EVENT_FLAGS_DESC, 0n, 1],
    ['sent', 'the reserved value', RESERVED_FLAGS, VIRTIO_F_EVENT_IDX, 1],
    ['sent', 'ENABLE with EVENT_IDX', RING_EVENT_FLAGS_ENABLE, VIRTIO_F_EVENT_IDX, 1],
    ['not sent', 'DISABLE with EVENT_IDX', RING_EVENT_FLAGS_DISABLE, VIRTIO_F_EVENT_IDX, 0],
    ['not sent', 'reserved bits beside DISABLE', 0xfffd, 0n, 0],
  ])('are %s for %s', (_outcome, _flags, flags, features, notifications) => {
    const { driver, queue, counter } = createPackedQueue({ features });
    driver.setDriverEvent({ desc: 0x7777, flags });
    driver.add(ONE_BYTE);
    answerAll(queue);
    expect(counter.notifications).toBe(notifications);
  });

  it('are sent with DESC exactly when that descriptor is used, at that wrap counter', () => {
    const step = fc.record({
      chains: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
      eventAhead: fc.integer({ min: -5, max: 14 }),
    });
    const ring = fc.record({ size: fc.constantFrom(5, 8), steps: fc.array(step) });
    fc.assert(
      fc.property(ring, ({ size, steps }) => {
        const features = VIRTIO_F_EVENT_IDX | VIRTIO_F_INDIRECT_DESC;
        const { driver, queue, counter } = createPackedQueue({ size, features });
        for (const { chains, eventAhead } of steps) {
          const before = counter.notifications;
          const from = driver.nextAvailable;
          // A step back is a step forward around both wraps.
          const ahead = (eventAhead + 2 * size) % (2 * size);
          const half = Math.floor(ahead / 2);
          const event = packedAdvance(packedAdvance(from, half, size), ahead - half, size);
          driver.setUsedEvent(event);
          let added = 0;
          for (const count of chains) {
            if (driver.freeDescriptors < count) continue;
            driver.add({ writable: Array.from({ length: count }, () => 1) });
            added += count;
          }
          const answered = answerAll(queue);
          for (let index = 0; index < answered; index++) driver.expectUsed();
          expect(counter.notifications - before).toBe(ahead < added ? 1 : 0);
        }
      }),
      { seed: 1, numRuns: 150 },
    );
  });
});

describe('[B28] available buffer notifications of a packed ring', () => {
  it('are asked for with EVENT_IDX whenever the queue is drained', () => {
    const { driver, queue } = createPackedQueue({ features: VIRTIO_F_EVENT_IDX });
    expect(driver.deviceEvent).toEqual({ desc: 0, flags: RING_EVENT_FLAGS_ENABLE });
    driver.add({ writable: [1, 1] });
    answerAll(queue);
    expect(driver.deviceEvent).toEqual({ desc: 0x8002, flags: RING_EVENT_FLAGS_DESC });
  });

  it('are not written about without EVENT_IDX, nor twice for the same place', () => {
    const without = createPackedQueue();
    without.driver.add(ONE_BYTE);
    answerAll(without.queue);
    expect(without.driver.deviceEvent).toEqual({ desc: 0, flags: RING_EVENT_FLAGS_ENABLE });
    const { queue, log } = createPackedQueue({ features: VIRTIO_F_EVENT_IDX });
    popAll(queue);
    const writes = log.touched('write').size;
    log.accesses.length = 0;
    popAll(queue);
    expect([writes, log.touched('write').size]).toEqual([4, 0]);
  });
});
