// Split rings as no honest driver makes them. The one allowed outcome besides an answer is DEVICE_NEEDS_RESET.

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { AccessLog } from '../../test/rigs/access-log.ts';
import type { Descriptor } from '../driver/driver-queue.ts';
import { MirrorDevice } from '../../test/rigs/mirror-device.ts';
import { SplitDriverQueue } from '../driver/split-driver-queue.ts';
import { createRig } from '../../test/rigs/virtio-rig.ts';
import { MAX_INDIRECT_ENTRIES } from './descriptor-block.ts';
import { VIRTIO_F_INDIRECT_DESC, VIRTIO_F_VERSION_1 } from './features.ts';
import {
  VIRTQ_DESC_F_INDIRECT as INDIRECT,
  VIRTQ_DESC_F_NEXT as NEXT,
  VIRTQ_DESC_F_WRITE as WRITE,
  VIRTQ_DESC_SIZE,
  usedRingLength,
} from './ring-layout.ts';

const SIZE = 8;
// Where tests put indirect tables and buffers, both outside what the driver's allocator uses.
const TABLE = 0x9000;
const DATA = 0xd000;
const RAM_BYTES = 0x1_0000;
const FEATURES = VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC;
const UNREACHABLE = 1n << 40n;

function startHostile(features = FEATURES) {
  const device = new MirrorDevice();
  const logs: AccessLog[] = [];
  const rig = createRig(device, {
    ramBytes: RAM_BYTES,
    viewOf: (ram) => {
      const log = new AccessLog(ram);
      logs.push(log);
      return log;
    },
  });
  const [queue] = rig.driver.start(features, [{ size: SIZE, bufferBytes: 256 }]);
  const [log] = logs;
  if (!(queue instanceof SplitDriverQueue) || log === undefined) throw new Error('queue, log');
  return { device, queue, log, ...rig };
}

function describeBuffer(over: Partial<Descriptor> = {}): Descriptor {
  return { address: BigInt(DATA), length: 16, flags: 0, next: 0, ...over };
}

function table(length: number, over: Partial<Descriptor> = {}): Descriptor {
  return { address: BigInt(TABLE), length, flags: INDIRECT, next: 0, ...over };
}

interface Malice {
  readonly fault: string;
  /** The queue's own table, from descriptor 0 on. */
  readonly direct?: readonly Descriptor[];
  /** The table at TABLE. */
  readonly indirect?: readonly Descriptor[];
  /** Anything else; default: make descriptor 0 available. */
  readonly act?: (queue: SplitDriverQueue) => void;
}

const MALICES: readonly Malice[] = [
  { fault: 'a head outside the queue', act: (queue) => queue.makeAvailable(SIZE) },
  { fault: 'the highest head', act: (queue) => queue.makeAvailable(0xffff) },
  {
    fault: 'an available index one too far ahead',
    act: (queue) => queue.setAvailableIndex(SIZE + 1),
  },
  { fault: 'an available index that went back', act: (queue) => queue.setAvailableIndex(0xffff) },
  { fault: 'a descriptor that follows itself', direct: [describeBuffer({ flags: NEXT })] },
  {
    fault: 'a loop of two',
    direct: [describeBuffer({ flags: NEXT, next: 1 }), describeBuffer({ flags: NEXT })],
  },
  {
    fault: 'a loop of empty buffers',
    direct: [describeBuffer({ flags: NEXT, length: 0 })],
  },
  {
    fault: 'a next outside the queue',
    direct: [describeBuffer({ flags: NEXT, next: SIZE })],
  },
  {
    fault: 'a readable buffer after a writable one',
    direct: [describeBuffer({ flags: NEXT | WRITE, next: 1 }), describeBuffer()],
  },
  {
    fault: 'more than 2^32 bytes',
    direct: [
      describeBuffer({ flags: NEXT, next: 1, length: 0xffff_ffff }),
      describeBuffer({ length: 2 }),
    ],
  },
  {
    fault: 'a buffer beyond 2^64',
    direct: [describeBuffer({ address: 2n ** 64n - 8n, length: 9 })],
  },
  {
    fault: 'an unreachable buffer',
    direct: [
      describeBuffer({ flags: NEXT, next: 1, address: UNREACHABLE }),
      describeBuffer({ flags: WRITE }),
    ],
  },
  { fault: 'an empty indirect table', direct: [table(0)] },
  { fault: 'an indirect table of broken length', direct: [table(24)] },
  { fault: 'an indirect table shorter than a descriptor', direct: [table(8)] },
  {
    fault: 'an indirect table over budget',
    direct: [table((MAX_INDIRECT_ENTRIES + 1) * VIRTQ_DESC_SIZE)],
  },
  { fault: 'the longest indirect table', direct: [table(0xffff_fff0)] },
  { fault: 'an unreachable indirect table', direct: [table(16, { address: UNREACHABLE })] },
  { fault: 'an indirect table beyond 2^64', direct: [table(32, { address: 2n ** 64n - 16n })] },
  { fault: 'INDIRECT with NEXT', direct: [table(16, { flags: INDIRECT | NEXT, next: 1 })] },
  { fault: 'a table inside a table', direct: [table(16)], indirect: [table(16)] },
  {
    fault: 'a loop in a table',
    direct: [table(32)],
    indirect: [describeBuffer({ flags: NEXT, next: 1 }), describeBuffer({ flags: NEXT })],
  },
  {
    fault: 'a next outside its table, though inside the queue',
    direct: [table(16)],
    indirect: [describeBuffer({ flags: NEXT, next: 1 }), describeBuffer()],
  },
];

describe('a hostile split ring', () => {
  it.each(MALICES)('[B13 B18] with $fault: DEVICE_NEEDS_RESET, and no byte written', (malice) => {
    const { driver, queue, log } = startHostile();
    const { direct = [], indirect = [], act = () => queue.makeAvailable(0) } = malice;
    direct.forEach((each, index) => queue.writeDescriptor(index, each));
    indirect.forEach((each, index) =>
      queue.writeDescriptorAt(TABLE + index * VIRTQ_DESC_SIZE, each),
    );
    act(queue);
    driver.notify(0);
    expect(driver.needsReset).toBe(true);
    expect(log.touched('write').size).toBe(0);
  });

  it('[B18] with an indirect table that was not negotiated: DEVICE_NEEDS_RESET', () => {
    const { driver, queue } = startHostile(VIRTIO_F_VERSION_1);
    queue.writeDescriptor(0, table(16));
    queue.makeAvailable(0);
    driver.notify(0);
    expect(driver.needsReset).toBe(true);
  });

  it('that goes wrong after good chains: those stay unreturned, for they were not flushed', () => {
    const { driver, queue } = startHostile();
    queue.add({ writable: [1] });
    queue.makeAvailable(SIZE);
    driver.notify(0);
    expect(driver.needsReset).toBe(true);
    expect(queue.deviceIndex).toBe(0);
  });

  it('that is always available: a device that keeps chains keeps no more than a queue of them', () => {
    const { device, driver, queue } = startHostile();
    let kept = 0;
    device.notify = (index) => {
      const ring = device.context?.queue(index);
      for (; ring?.pop() !== undefined; kept++);
    };
    queue.writeDescriptor(0, describeBuffer());
    for (let round = 0; round < 5; round++) {
      for (let count = 0; count < SIZE; count++) queue.makeAvailable(0);
      driver.notify(0);
    }
    expect(kept).toBe(SIZE);
    expect(driver.needsReset).toBe(true);
  });

  it('whose available index lies in a buffer the device writes: the round ends', () => {
    const { device, driver, queue } = startHostile();
    const availableIndex = BigInt(queue.driverArea + 2);
    let chains = 0;
    // Each answer makes the next entry available, as a clever driver could have a disk do.
    device.onChain = (chain) => {
      chains++;
      if (chains > 100) throw new Error('the round does not end');
      chain.writable.write(0, Uint8Array.of(chains + 1, (chains + 1) >>> 8));
    };
    queue.writeDescriptor(0, { address: availableIndex, length: 2, flags: WRITE, next: 0 });
    queue.makeAvailable(0);
    driver.notify(0);
    expect(chains).toBe(1);
  });
});

describe('what only looks hostile', () => {
  it('[B19] the WRITE flag on an indirect descriptor is ignored', () => {
    const { driver, queue } = startHostile();
    queue.writeDescriptor(0, table(32, { flags: INDIRECT | WRITE }));
    queue.writeDescriptorAt(TABLE, describeBuffer({ flags: NEXT, next: 1 }));
    queue.writeDescriptorAt(TABLE + VIRTQ_DESC_SIZE, describeBuffer({ flags: WRITE }));
    queue.makeAvailable(0);
    driver.notify(0);
    expect(driver.needsReset).toBe(false);
    expect(queue.deviceIndex).toBe(1);
  });

  it('[B19] direct descriptors may precede one indirect descriptor', () => {
    const { driver, queue } = startHostile();
    for (const directDescriptors of [0, 1, 2, 3, 4, 5]) {
      queue.add({
        readable: [1, 2, 3].map((each) => Uint8Array.of(each)),
        writable: [1, 2],
        directDescriptors,
      });
      driver.notify(0);
      expect([...queue.expectUsed().bytes]).toEqual([3, 2, 1]);
    }
  });

  it('[B19] an index of its table counts inside the table only, even beyond the queue', () => {
    const { driver, queue } = startHostile();
    queue.writeDescriptor(0, table(16 * (SIZE + 2)));
    queue.writeDescriptorAt(TABLE, describeBuffer({ flags: NEXT, next: SIZE + 1 }));
    queue.writeDescriptorAt(TABLE + 16 * (SIZE + 1), describeBuffer({ flags: WRITE }));
    queue.makeAvailable(0);
    driver.notify(0);
    expect(driver.needsReset).toBe(false);
    expect(queue.deviceIndex).toBe(1);
  });

  it('[B18] exactly 2^32 bytes are fine', () => {
    const { device, driver, queue, memory } = startHostile();
    const lengths: number[] = [];
    device.onChain = ({ readable, writable }) => lengths.push(readable.length, writable.length);
    queue.writeDescriptor(0, describeBuffer({ flags: NEXT, next: 1, length: 0 }));
    queue.writeDescriptor(
      1,
      describeBuffer({ flags: NEXT | WRITE, next: 2, length: 0xffff_ffff, address: 1n << 33n }),
    );
    queue.writeDescriptor(2, describeBuffer({ flags: WRITE, length: 1 }));
    queue.makeAvailable(0);
    driver.notify(0);
    expect(lengths).toEqual([0, 0x1_0000_0000]);
    expect(driver.needsReset).toBe(false);
    expect(memory.bytes[DATA]).toBe(0);
  });

  it('[B18 B19] a chain as long as the queue is fine, and so is a table in any order', () => {
    const { driver, queue } = startHostile();
    queue.add({
      readable: [1, 2, 3, 4, 5].map((each) => Uint8Array.of(each)),
      writable: [1, 1, 1],
    });
    driver.notify(0);
    expect([...queue.expectUsed().bytes]).toEqual([3, 2, 1]);
    queue.writeDescriptor(0, table(48));
    queue.writeDescriptorAt(TABLE, describeBuffer({ flags: NEXT, next: 2 }));
    queue.writeDescriptorAt(TABLE + 32, describeBuffer({ flags: NEXT, next: 1 }));
    queue.writeDescriptorAt(TABLE + 16, describeBuffer({ flags: WRITE }));
    queue.makeAvailable(0);
    driver.notify(0);
    expect(driver.needsReset).toBe(false);
  });
});

describe('random rings', () => {
  const flags = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(0, NEXT, WRITE, NEXT | WRITE) },
    { weight: 1, arbitrary: fc.constantFrom(INDIRECT, INDIRECT | WRITE, INDIRECT | NEXT, 0xfff8) },
  );
  const data = fc.integer({ min: DATA, max: RAM_BYTES - 0x200 }).map(BigInt);
  const direct: fc.Arbitrary<Descriptor> = flags.chain((flags) =>
    fc.record({
      address: (flags & INDIRECT) !== 0 ? fc.constant(BigInt(TABLE)) : data,
      length: (flags & INDIRECT) !== 0 ? fc.constantFrom(16, 32, 48, 64, 20, 0) : fc.nat(0x40),
      flags: fc.constant(flags),
      next: fc.nat(SIZE),
    }),
  );
  const ring = fc.record({
    direct: fc.array(direct, { minLength: SIZE, maxLength: SIZE }),
    indirect: fc.array(direct, { minLength: 4, maxLength: 4 }),
    heads: fc.array(fc.nat(SIZE), { minLength: 1, maxLength: SIZE }),
    hasIndirect: fc.boolean(),
  });

  // The naive reading of virtio 1.2, 2.7.5: descriptors of a chain in order, or undefined for a malformed one.
  function naiveChain(
    descriptors: readonly Descriptor[],
    head: number,
    indirect: readonly Descriptor[] | undefined,
  ): Descriptor[] | undefined {
    const visited = new Set<number>();
    const chain: Descriptor[] = [];
    for (let index = head; ;) {
      const each = descriptors[index];
      if (each === undefined || visited.has(index)) return undefined;
      visited.add(index);
      if ((each.flags & INDIRECT) !== 0) {
        const isFit = indirect !== undefined && (each.flags & NEXT) === 0 && each.length > 0;
        if (!isFit || each.length % VIRTQ_DESC_SIZE !== 0) return undefined;
        const inner = naiveChain(indirect.slice(0, each.length / VIRTQ_DESC_SIZE), 0, undefined);
        return inner && inOrder([...chain, ...inner]);
      }
      chain.push(each);
      if ((each.flags & NEXT) === 0) return inOrder(chain);
      index = each.next;
    }
  }

  function inOrder(chain: Descriptor[]): Descriptor[] | undefined {
    const full = chain.filter((each) => each.length > 0);
    const firstWritable = full.findIndex((each) => (each.flags & WRITE) !== 0);
    const tail = firstWritable < 0 ? [] : full.slice(firstWritable);
    return tail.every((each) => (each.flags & WRITE) !== 0) ? chain : undefined;
  }

  function lay(queue: SplitDriverQueue, descriptors: readonly Descriptor[], at: number): void {
    descriptors.forEach((each, index) =>
      queue.writeDescriptorAt(at + index * VIRTQ_DESC_SIZE, each),
    );
  }

  it('[B18] are answered exactly when a naive reader finds every chain well-formed', () => {
    const seen = { good: 0, bad: 0 };
    fc.assert(
      fc.property(ring, ({ direct, indirect, heads, hasIndirect }) => {
        const features = VIRTIO_F_VERSION_1 | (hasIndirect ? VIRTIO_F_INDIRECT_DESC : 0n);
        const { driver, queue, log } = startHostile(features);
        lay(queue, direct, queue.descriptorArea);
        lay(queue, indirect, TABLE);
        const chains = heads.map((head) =>
          naiveChain(direct, head, hasIndirect ? indirect : undefined),
        );
        for (const head of heads) queue.makeAvailable(head);
        driver.notify(0);

        const isGood = chains.every((chain) => chain !== undefined);
        seen[isGood ? 'good' : 'bad']++;
        expect(driver.needsReset).toBe(!isGood);
        expect(queue.deviceIndex).toBe(isGood ? heads.length : 0);
        const allowed = new Set<number>();
        const allow = (start: number, length: number) => {
          for (let index = start; index < start + length; index++) allowed.add(index);
        };
        allow(queue.deviceArea, usedRingLength(SIZE));
        for (const each of chains.flatMap((chain) => chain ?? [])) {
          if ((each.flags & WRITE) !== 0) allow(Number(each.address), each.length);
        }
        expect([...log.touched('write')].filter((address) => !allowed.has(address))).toEqual([]);
      }),
      { seed: 1, numRuns: 400 },
    );
    expect(Math.min(seen.good, seen.bad)).toBeGreaterThan(50);
  });
});
