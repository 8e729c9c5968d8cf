import { expect, it } from 'vitest';
import type { Mark } from '../../src/trace/record/marks.ts';
import { MarkIndex } from './mark-index.ts';

it('has a stage once, though a restored guest comes to it anew', () => {
  const at = (timeMs: number, stage: string): Mark => ({
    kind: 'stage',
    stage,
    sequence: 0,
    timeMs,
    instructions: 0,
  });
  const marks = [at(1, 'kernel'), at(2, 'ready'), at(5, 'ready'), at(9, 'kernel')];
  const index = new MarkIndex({ marks, droppedMarks: 0, firstSequence: 1, event: () => undefined });
  index.update();
  expect(index.stages).toEqual([
    { timeMs: 1, stage: 'kernel' },
    { timeMs: 2, stage: 'ready' },
    { timeMs: 9, stage: 'kernel' },
  ]);
});
