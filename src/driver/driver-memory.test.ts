import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { FlatMemory } from '../memory/flat-memory.ts';
import { DriverMemory, roomFor } from './driver-memory.ts';

const START = 16;
const LENGTH = 256;

function create(): { memory: FlatMemory; driverMemory: DriverMemory } {
  const memory = new FlatMemory(0x200);
  return { memory, driverMemory: new DriverMemory(memory, START, LENGTH) };
}

describe('DriverMemory', () => {
  it('uses the room of a freed block again', () => {
    const { driverMemory } = create();
    const first = driverMemory.allocate(100);
    driverMemory.allocate(100);
    expect(driverMemory.hasRoom(60)).toBe(false);
    driverMemory.free(first);
    expect(driverMemory.hasRoom(60)).toBe(true);
    expect(driverMemory.allocate(60)).toBe(first);
  });

  it('finds room without end for blocks that come and go in order', () => {
    const { driverMemory } = create();
    const blocks = [driverMemory.allocate(24), driverMemory.allocate(40), driverMemory.allocate(8)];
    for (let count = 0; count < 1000; count++) {
      driverMemory.free(blocks.shift() ?? 0);
      blocks.push(driverMemory.allocate(8 + (count % 40)));
      driverMemory.verify();
    }
    expect(blocks).toHaveLength(3);
  });

  it.each([
    ['before', -1],
    ['behind', 24],
  ])('finds a write %s a block, also beside a freed one', (_where, distance) => {
    const { memory, driverMemory } = create();
    driverMemory.allocate(24);
    const block = driverMemory.allocate(24);
    const last = driverMemory.allocate(24);
    driverMemory.free(last);
    driverMemory.verify();
    memory.bytes[block + distance] = 0;
    expect(() => driverMemory.verify()).toThrow('write outside');
  });

  it('finds a write into a freed block that others surround', () => {
    const { memory, driverMemory } = create();
    const freed = driverMemory.allocate(24);
    driverMemory.allocate(24);
    driverMemory.free(freed);
    memory.bytes[freed + 5] = 0;
    expect(() => driverMemory.verify()).toThrow('write outside');
  });

  it('hands out blocks that do not touch, and keeps what it promised', () => {
    const action = fc.oneof(
      fc.record({ lengths: fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 4 }) }),
      fc.record({ freed: fc.nat(20) }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const { driverMemory } = create();
        const blocks: { start: number; length: number }[] = [];
        const allocate = (length: number): void => {
          const start = driverMemory.allocate(length);
          expect(start).toBeGreaterThanOrEqual(START);
          expect(start + length).toBeLessThan(START + LENGTH);
          for (const each of blocks) {
            expect(start + length < each.start || start > each.start + each.length).toBe(true);
          }
          blocks.push({ start, length });
        };
        for (const each of actions) {
          if ('lengths' in each) {
            if (driverMemory.hasRoom(roomFor(each.lengths))) each.lengths.forEach(allocate);
          } else {
            const [block] = blocks.splice(each.freed % Math.max(1, blocks.length), 1);
            if (block !== undefined) driverMemory.free(block.start);
          }
          driverMemory.verify();
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
