import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { answerAll, createSplitQueue, popAll, pushAll } from '../../test/rigs/queue-rig.ts';
import { VIRTIO_F_EVENT_IDX } from './features.ts';

const SIZE = 8;
const ONE_BYTE = { writable: [1] };

describe('[B16] the layout of a split ring', () => {
  // Every number here is written out from virtio 1.2, 2.7: nothing is taken from ring-layout.ts.
  it('is read and written at the places the specification gives', () => {
    const { driver, queue, memory } = createSplitQueue({ features: VIRTIO_F_EVENT_IDX, size: 4 });
    const view = new DataView(memory.bytes.buffer);
    const [request, answer] = [0x2_0000, 0x2_0100];
    memory.bytes.set([0xde, 0xad], request);
    const table = driver.descriptorArea;
    expect(table % 16).toBe(0);
    view.setBigUint64(table + 3 * 16, BigInt(request), true);
    view.setUint32(table + 3 * 16 + 8, 2, true);
    view.setUint16(table + 3 * 16 + 12, 1, true);
    view.setUint16(table + 3 * 16 + 14, 1, true);
    view.setBigUint64(table + 1 * 16, BigInt(answer), true);
    view.setUint32(table + 1 * 16 + 8, 5, true);
    view.setUint16(table + 1 * 16 + 12, 2, true);
    expect(driver.driverArea % 2).toBe(0);
    view.setUint16(driver.driverArea + 4, 3, true);
    view.setUint16(driver.driverArea + 2, 1, true);

    const [chain] = popAll(queue);
    if (chain === undefined) throw new Error('one chain');
    const bytes = new Uint8Array(2);
    chain.readable.read(0, bytes);
    expect([...bytes]).toEqual([0xde, 0xad]);
    expect(chain.writable.length).toBe(5);
    pushAll(queue, [chain]);

    expect(driver.deviceArea % 4).toBe(0);
    expect(view.getUint16(driver.deviceArea, true)).toBe(0);
    expect(view.getUint16(driver.deviceArea + 2, true)).toBe(1);
    expect(view.getUint32(driver.deviceArea + 4, true)).toBe(3);
    expect(view.getUint32(driver.deviceArea + 8, true)).toBe(5);
    expect(view.getUint16(driver.deviceArea + 4 + 8 * 4, true)).toBe(1);
  });
});

describe('SplitVirtqueue', () => {
  it('carries on when the 16-bit indices wrap', () => {
    const { driver, queue } = createSplitQueue({
      features: VIRTIO_F_EVENT_IDX,
      start: 0xffff - 5,
    });
    for (let round = 0; round < 12; round++) {
      driver.add(ONE_BYTE);
      expect(answerAll(queue)).toBe(1);
      expect(driver.expectUsed().length).toBe(1);
    }
    expect(queue.position).toEqual({ nextAvailable: 6, nextUsed: 6 });
    expect(driver.availEvent).toBe(6);
  });

  it('counts chains it has not returned as available when its position is saved', () => {
    const { driver, queue } = createSplitQueue();
    driver.add(ONE_BYTE);
    driver.add(ONE_BYTE);
    const [first] = popAll(queue);
    if (first !== undefined) pushAll(queue, [first]);
    expect(queue.position).toEqual({ nextAvailable: 1, nextUsed: 1 });
  });

  it('[B20 B25] writes a used entry whole before the index that shows it', () => {
    const { driver, queue, log } = createSplitQueue();
    driver.add(ONE_BYTE);
    driver.add(ONE_BYTE);
    answerAll(queue);
    const inRing = log.accesses.filter(
      ({ kind, address }) => kind === 'write' && address >= driver.deviceArea,
    );
    const ring = inRing.filter(({ address }) => address < driver.deviceArea + 4 + 8 * SIZE);
    expect(ring.map(({ address, length }) => [address - driver.deviceArea, length])).toEqual([
      [4, 16],
      [0, 4],
    ]);
  });

  it('[B17] does not write its descriptor table or the available ring', () => {
    const { driver, queue, log } = createSplitQueue({ features: VIRTIO_F_EVENT_IDX });
    for (let round = 0; round < 3 * SIZE; round++) {
      driver.add({ readable: [Uint8Array.of(1)], writable: [1] });
      answerAll(queue);
      driver.expectUsed();
    }
    const writes = log.touched('write');
    const isDriverOwned = (at: number): boolean => at < driver.deviceArea;
    expect([...writes].filter(isDriverOwned)).toEqual([]);
  });

  it.each([
    ['[B21] without', 0n],
    ['[B22] with', VIRTIO_F_EVENT_IDX],
  ])('keeps used.flags at 0 %s EVENT_IDX, whatever stood there', (_when, features) => {
    const { driver, queue, memory } = createSplitQueue({ features });
    memory.bytes[driver.deviceArea] = 1;
    driver.add(ONE_BYTE);
    answerAll(queue);
    expect([...memory.bytes.subarray(driver.deviceArea, driver.deviceArea + 4)]).toEqual([
      0, 0, 1, 0,
    ]);
  });
});

describe('used buffer notifications', () => {
  it('[B21] are sent without EVENT_IDX unless avail.flags says not to', () => {
    const { driver, queue, counter } = createSplitQueue();
    driver.setUsedEvent(0x7777);
    driver.add(ONE_BYTE);
    answerAll(queue);
    expect(counter.notifications).toBe(1);
    driver.suppressInterrupts(true);
    driver.add(ONE_BYTE);
    answerAll(queue);
    expect(counter.notifications).toBe(1);
  });

  it('[B22] are sent with EVENT_IDX exactly when the used index passes used_event', () => {
    const batch = fc.integer({ min: 1, max: SIZE });
    const step = fc.record({ batch, eventAhead: fc.integer({ min: -3, max: 12 }) });
    fc.assert(
      fc.property(fc.nat(0xffff), fc.array(step, { maxLength: 20 }), (start, steps) => {
        const { driver, queue, counter } = createSplitQueue({
          features: VIRTIO_F_EVENT_IDX,
          start,
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
  it('[B22] are asked for with EVENT_IDX whenever the queue is drained', () => {
    const { driver, queue } = createSplitQueue({ features: VIRTIO_F_EVENT_IDX });
    driver.add(ONE_BYTE);
    driver.add(ONE_BYTE);
    queue.beginRound();
    queue.pop();
    expect(driver.availEvent).toBe(0);
    queue.pop();
    queue.pop();
    expect(driver.availEvent).toBe(2);
  });

  it('[B21] are not written about without EVENT_IDX', () => {
    const { driver, queue } = createSplitQueue();
    driver.add(ONE_BYTE);
    answerAll(queue);
    expect(driver.availEvent).toBe(0);
  });
});
