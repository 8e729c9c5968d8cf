import { expect, it } from 'vitest';
import { explain } from '../../src/trace/explain/explain.ts';
import { BLK, ExplainRig } from '../../test/rigs/explain-rig.ts';
import { taleOf } from './fault-tale.ts';
import type { Words } from './inspected.ts';

function text(words: Words): string {
  return words
    .flatMap((word) => (typeof word === 'object' && 'later' in word ? word.later : word))
    .map((word) => (typeof word === 'string' ? word : word.text))
    .join('');
}

it('tells of a MAP that was refused as of none that mapped anything', () => {
  const pc = new ExplainRig();
  pc.attach(1, BLK);
  pc.map(1, 0x4000n, 0x4fffn);
  pc.map(1, 0x4000n, 0x5fffn);
  pc.access(BLK, 'read', 0x5000n, 4);
  pc.take();
  const fault = pc.record.lastSequence;
  const why = explain(pc.history, fault);
  const tale = taleOf(pc.history, fault, why && { ...why, callers: [] });
  expect(tale?.cause).toBe('map-refused');
  expect(tale?.steps.map(({ words }) => text(words))).toEqual([
    'MAP #5 was to map 0x00004000 (8 KiB) in domain 1, and was refused.',
    expect.stringContaining('tried to read from 0x00005000: stopped'),
  ]);
});
