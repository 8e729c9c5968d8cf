// Packed rings as no honest driver makes them. The one allowed outcome besides an answer is DEVICE_NEEDS_RESET.

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { AccessLog } from '../../test/rigs/access-log.ts';
import type { Descriptor } from '../driver/driver-queue.ts';
import { MirrorDevice } from '../../test/rigs/mirror-device.ts';
import { PackedDriverQueue } from '../driver/packed-driver-queue.ts';
import { createRig } from '../../test/rigs/virtio-rig.ts';
import { MAX_INDIRECT_ENTRIES } from './descriptor-block.ts';
import {
  VIRTIO_F_EVENT_IDX,
  VIRTIO_F_INDIRECT_DESC,
  VIRTIO_F_RING_PACKED,
  VIRTIO_F_VERSION_1,
} from './features.ts';
import {
  VIRTQ_DESC_F_AVAIL as AVAIL,
  VIRTQ_DESC_F_INDIRECT as INDIRECT,
  VIRTQ_DESC_F_NEXT as NEXT,
  VIRTQ_DESC_F_USED as USED,
  VIRTQ_DESC_F_WRITE as WRITE,
  VIRTQ_DESC_SIZE,
} from './ring-layout.ts';

const SIZE = 6;
// Where tests put indirect tables and buffers, both outside what the driver's allocator uses.
const TABLE = 0x9000;
const DATA = 0xd000;
const RAM_BYTES = 0x1_0000;
const DIRECT_ONLY = VIRTIO_F_VERSION_1 | VIRTIO_F_RING_PACKED;
const FEATURES = DIRECT_ONLY | VIRTIO_F_INDIRECT_DESC;
const UNREACHABLE = 1n << 40n;

function startHostile(features = FEATURES) {
  const device = new MirrorDevice();
  const logs: AccessLog[] = [];
  const rig = createRig(device, {
    rings: 'split-and-packed',
    ramBytes: RAM_BYTES,
    viewOf: (ram) => {
      const log = new AccessLog(ram);
      logs.push(log);
      return log;
    },
  });
  const [queue] = rig.driver.start(features, [{ size: SIZE, bufferBytes: 256 }]);
  const [log] = logs;
  if (!(queue instanceof PackedDriverQueue) || log === undefined) throw new Error('queue, log');
  return { device, queue, log, ...rig };
}

function available(over: Partial<Descriptor> = {}): Descriptor {
  const { flags = 0, ...rest } = over;
  return { address: BigInt(DATA), length: 16, next: 0, ...rest, flags: flags | AVAIL };
}

function table(length: number, over: Partial<Descriptor> = {}): Descriptor {
  return available({ address: BigInt(TABLE), length, flags: INDIRECT, ...over });
}

interface Malice {
  readonly fault: string;
  /** The ring, from descriptor 0 on. */
  readonly ring: readonly Descriptor[];
  /** The table at TABLE. */
  readonly indirect?: readonly Descriptor[];
}

const MALICES: readonly Malice[] = [
  {
    fault: 'a list longer than the queue',
    ring: Array.from({ length: SIZE }, () => available({ flags: NEXT })),
  },
  {
    fault: 'a list that goes on where nothing is available',
    ring: [available({ flags: NEXT }), { ...available(), flags: 0 }],
  },
  {
    fault: 'a list that goes on where a used descriptor stands',
    ring: [available({ flags: NEXT }), available({ flags: USED })],
  },
  {
    fault: 'a readable buffer after a writable one',
    ring: [available({ flags: NEXT | WRITE }), available()],
  },
  {
    fault: 'more than 2^32 bytes',
    ring: [available({ flags: NEXT, length: 0xffff_ffff }), available({ length: 2 })],
  },
  { fault: 'a buffer beyond 2^64', ring: [available({ address: 2n ** 64n - 8n, length: 9 })] },
  {
    fault: 'an unreachable buffer',
    ring: [available({ flags: NEXT, address: UNREACHABLE }), available({ flags: WRITE })],
  },
  { fault: 'an empty indirect table', ring: [table(0)] },
  { fault: 'an indirect table of broken length', ring: [table(24)] },
  { fault: 'an indirect table shorter than a descriptor', ring: [table(8)] },
  {
    fault: 'an indirect table over budget',
    ring: [table((MAX_INDIRECT_ENTRIES + 1) * VIRTQ_DESC_SIZE)],
  },
  { fault: 'the longest indirect table', ring: [table(0xffff_fff0)] },
  { fault: 'an unreachable indirect table', ring: [table(16, { address: UNREACHABLE })] },
  { fault: 'an indirect table beyond 2^64', ring: [table(32, { address: 2n ** 64n - 16n })] },
  { fault: 'INDIRECT with NEXT', ring: [table(16, { flags: INDIRECT | NEXT }), available()] },
  {
    fault: 'INDIRECT at the end of a list',
    ring: [available({ flags: NEXT }), table(16)],
    indirect: [available()],
  },
  {
    fault: 'a table with a readable buffer after a writable one',
    ring: [table(32)],
    indirect: [available({ flags: WRITE }), available()],
  },
];

describe('[B28] a hostile packed ring', () => {
  it.each(MALICES)('[B13] with $fault: DEVICE_NEEDS_RESET, and no byte written', (malice) => {
    const { driver, queue, log } = startHostile();
    malice.ring.forEach((each, index) => queue.writeDescriptor(index, each));
    malice.indirect?.forEach((each, index) =>
      queue.writeDescriptorAt(TABLE + index * VIRTQ_DESC_SIZE, each),
    );
    driver.notify(0);
    expect(driver.needsReset).toBe(true);
    expect(log.touched('write').size).toBe(0);
  });

  it('with an indirect table that was not negotiated: DEVICE_NEEDS_RESET', () => {
    const { driver, queue } = startHostile(DIRECT_ONLY);
    queue.writeDescriptor(0, table(16));
    driver.notify(0);
    expect(driver.needsReset).toBe(true);
  });

  it('that goes wrong after good chains: those stay unreturned, for they were not flushed', () => {
    const { driver, queue } = startHostile();
    queue.add({ writable: [1] });
    queue.writeDescriptor(1, table(8));
    driver.notify(0);
    expect(driver.needsReset).toBe(true);
    expect(queue.deviceIndex).toBe(0);
  });

  it('that is always available: a device that keeps chains keeps no more than a queue of them', () => {
    const { device, driver, queue } = startHostile();
    let kept = 0;
    // Whatever the device takes, the next descriptor is available, at whichever wrap counter it wants.
    const offer = () => {
      const flags = Math.floor(kept / SIZE) % 2 === 0 ? AVAIL : USED;
      queue.writeDescriptor(kept % SIZE, { ...available(), flags });
    };
    device.notify = (index) => {
      const ring = device.context?.queue(index);
      for (offer(); ring?.pop() !== undefined; offer()) kept++;
    };
    for (let round = 0; round < 5; round++) driver.notify(0);
    expect(kept).toBe(SIZE);
    expect(driver.needsReset).toBe(true);
  });

  it('whose next descriptors lie in a buffer the device writes: the round ends', () => {
    const { device, driver, queue, log } = startHostile();
    let chains = 0;
    // Each answer makes the next descriptor available, as a clever driver could have a disk do.
    device.onChain = () => {
      chains++;
      if (chains > 100) throw new Error('the round does not end');
      const at = chains % SIZE;
      const wrap = Math.floor(chains / SIZE) % 2 === 0 ? AVAIL : USED;
      queue.writeDescriptor(at, { ...available({ length: 0 }), flags: wrap });
    };
    queue.writeDescriptor(0, available({ length: 0 }));
    driver.notify(0);
    expect(chains).toBe(SIZE);
    expect(driver.needsReset).toBe(false);
    // As many used descriptors as the ring has, each 6 bytes and 2 bytes of flags.
    expect(log.touched('write').size).toBe(SIZE * 8);
  });
});

describe('[B28] random packed rings', () => {
  const flags = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(0, NEXT, WRITE, NEXT | WRITE) },
    { weight: 2, arbitrary: fc.constantFrom(INDIRECT, INDIRECT | WRITE) },
    { weight: 1, arbitrary: fc.constantFrom(INDIRECT | NEXT, 0x7f78) },
  );
  const ownership = fc.oneof(
    { weight: 5, arbitrary: fc.constant(AVAIL) },
    { weight: 1, arbitrary: fc.constantFrom(0, USED, AVAIL | USED) },
  );
  const data = fc.integer({ min: DATA, max: RAM_BYTES - 0x200 }).map(BigInt);
  const descriptor: fc.Arbitrary<Descriptor> = fc
    .tuple(flags, ownership, fc.nat(0xffff))
    .chain(([bits, owner, next]) =>
      fc.record({
        address: (bits & INDIRECT) !== 0 ? fc.constant(BigInt(TABLE)) : data,
        length: (bits & INDIRECT) !== 0 ? fc.constantFrom(16, 32, 48, 64, 20, 0) : fc.nat(0x40),
        flags: fc.constant((bits & ~(AVAIL | USED)) | owner),
        next: fc.constant(next),
      }),
    );
  const scene = fc.record({
    ring: fc.array(descriptor, { minLength: SIZE, maxLength: SIZE }),
    indirect: fc.array(descriptor, { minLength: 4, maxLength: 4 }),
    hasIndirect: fc.boolean(),
  });

  interface NaiveList {
    readonly id: number;
    readonly at: number;
    readonly buffers: readonly Descriptor[];
  }

  // The naive reading of virtio 1.2, 2.8: the lists from descriptor 0 on, or undefined when one is malformed.
  function naiveLists(
    ring: readonly Descriptor[],
    indirect: readonly Descriptor[] | undefined,
  ): NaiveList[] | undefined {
    const isOurs = (each: Descriptor | undefined): each is Descriptor =>
      each !== undefined && (each.flags & (AVAIL | USED)) === AVAIL;
    const lists: NaiveList[] = [];
    for (let at = 0; isOurs(ring[at]);) {
      const start = at;
      const list: Descriptor[] = [];
      let last: Descriptor;
      do {
        const each = ring[at++];
        if (!isOurs(each)) return undefined;
        last = each;
        list.push(each);
      } while ((last.flags & NEXT) !== 0);
      const isTable = list.some((each) => (each.flags & INDIRECT) !== 0);
      if (isTable && (list.length > 1 || indirect === undefined)) return undefined;
      if (isTable && (last.length === 0 || last.length % 16 !== 0)) return undefined;
      const buffers = isTable ? (indirect ?? []).slice(0, last.length / 16) : list;
      if (!isInOrder(buffers)) return undefined;
      lists.push({ id: last.next, at: start, buffers });
    }
    return lists;
  }

  function isInOrder(buffers: readonly Descriptor[]): boolean {
    const full = buffers.filter((each) => each.length > 0);
    const firstWritable = full.findIndex((each) => (each.flags & WRITE) !== 0);
    return firstWritable < 0 || full.slice(firstWritable).every((each) => each.flags & WRITE);
  }

  it('are answered exactly when a naive reader finds every list well-formed', () => {
    const seen = { good: 0, bad: 0 };
    fc.assert(
      fc.property(scene, ({ ring, indirect, hasIndirect }) => {
        const { driver, queue, log, memory } = startHostile(hasIndirect ? FEATURES : DIRECT_ONLY);
        ring.forEach((each, index) => queue.writeDescriptor(index, each));
        indirect.forEach((each, index) => queue.writeDescriptorAt(TABLE + index * 16, each));
        const lists = naiveLists(ring, hasIndirect ? indirect : undefined);
        driver.notify(0);

        seen[lists === undefined ? 'bad' : 'good']++;
        expect(driver.needsReset).toBe(lists === undefined);
        const view = new DataView(memory.bytes.buffer);
        for (const { id, at } of lists ?? []) {
          const offset = queue.descriptorArea + at * VIRTQ_DESC_SIZE;
          expect(view.getUint16(offset + 12, true)).toBe(id);
          expect(view.getUint16(offset + 14, true) & (AVAIL | USED)).toBe(AVAIL | USED);
        }
        const allowed = new Set<number>();
        const allow = (start: number, length: number) => {
          for (let index = start; index < start + length; index++) allowed.add(index);
        };
        allow(queue.descriptorArea, SIZE * VIRTQ_DESC_SIZE);
        for (const each of [...ring, ...indirect]) {
          if ((each.flags & WRITE) !== 0) allow(Number(each.address), each.length);
        }
        expect([...log.touched('write')].filter((address) => !allowed.has(address))).toEqual([]);
      }),
      { seed: 1, numRuns: 400 },
    );
    expect(Math.min(seen.good, seen.bad)).toBeGreaterThan(50);
  });

  it('write event suppression with EVENT_IDX, and nothing else outside ring and buffers', () => {
    const { driver, queue, log } = startHostile(FEATURES | VIRTIO_F_EVENT_IDX);
    queue.writeDescriptor(0, available({ length: 0 }));
    driver.notify(0);
    const outside = [...log.touched('write')].filter((at) => at >= queue.driverArea);
    expect(outside).toEqual([0, 1, 2, 3].map((each) => queue.deviceArea + each));
  });
});
