import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { turnToAddresses, turnToDistances } from './x86-calls.ts';

function turned(bytes: readonly number[]): readonly number[] {
  const copy = Uint8Array.from(bytes);
  turnToAddresses(copy);
  return [...copy];
}

describe('calls as addresses', () => {
  it('are the same for every caller of a function', () => {
    // CALL and JMP to 0x20, from 0 and from 0x10
    const code = new Uint8Array(0x24);
    code.set([0xe8, 0x1f, 0, 0, 0], 0);
    code.set([0xe9, 0x0f, 0, 0, 0], 0x10);
    const after = turned([...code]);
    expect(after.slice(0, 5)).toEqual([0xe8, 0, 0, 0, 0x20]);
    expect(after.slice(0x10, 0x15)).toEqual([0xe9, 0, 0, 0, 0x20]);
  });

  it('are not looked for within an operand, and not where it would be cut off', () => {
    expect(turned([0xe8, 0xe8, 0xe8, 0xe8, 0xe8, 1, 0xe8, 1, 2, 3])).toEqual([
      0xe8, 0xe8, 0xe8, 0xe8, 0xe8, 1, 0xe8, 1, 2, 3,
    ]);
  });

  it('turn back to any bytes that they were', () => {
    const byte = fc.oneof(fc.constantFrom(0xe8, 0xe9, 0, 1, 0xff), fc.nat(255));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 64 }), (bytes) => {
        const copy = Uint8Array.from(turned(bytes));
        turnToDistances(copy);
        expect([...copy]).toEqual(bytes);
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});
