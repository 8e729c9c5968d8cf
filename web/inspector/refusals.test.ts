import { describe, expect, it } from 'vitest';
import { BLK, ExplainRig } from '../../test/rigs/explain-rig.ts';
import { Refusals } from './refusals.ts';

/** All that is found, however often that takes a look. */
function found(refusals: Refusals): readonly string[] {
  let looks = 0;
  while (refusals.look()) {
    looks += 1;
    if (looks > 100) throw new Error('it never ends');
  }
  return refusals.all.map(({ sequence, cause }) => `${sequence} ${cause}`);
}

function played(): ExplainRig {
  const pc = new ExplainRig();
  pc.attach(1, BLK);
  pc.map(1, 0x4000n, 0x4fffn);
  pc.map(1, 0x4000n, 0x4fffn);
  pc.access(BLK, 'read', 0x8000n, 4);
  for (let count = 0; count < 9; count += 1) pc.unmap(7, 0n, 0xfffn);
  pc.take();
  return pc;
}

describe('the refusals of a record', () => {
  it('are found a few at a time, each with its cause', () => {
    const { history } = played();
    const refusals = new Refusals(history);
    refusals.look();
    expect(refusals.isCompleteUntil(Infinity)).toBe(false);
    expect(refusals.isCompleteUntil(6)).toBe(true);
    expect(found(refusals)).toEqual([
      '5 map-overlap',
      '6 never-mapped',
      ...Array.from({ length: 9 }, (_unused, index) => `${7 + index} unknown-domain`),
    ]);
    expect(refusals.isCompleteUntil(Infinity)).toBe(true);
  });

  it('are those of what has come since, and not of what was taken back', () => {
    const pc = played();
    const refusals = new Refusals(pc.history);
    found(refusals);
    pc.record.rewind(5);
    expect(found(refusals)).toEqual(['5 map-overlap']);
    refusals.dispose();
    pc.record.rewind(3);
    expect(refusals.all).toHaveLength(1);
  });
});
