// A row of the tables of causes: what is done to a device, and what the last of it is explained by.

import { expect } from 'vitest';
import type { CauseId } from '../../src/trace/explain/causes.ts';
import { ExplainRig, type ExplainRigOptions } from '../rigs/explain-rig.ts';

export interface ExplainedRow {
  readonly cause: CauseId;
  readonly rig?: ExplainRigOptions;
  /** Ends with what is refused; returns the sequences of the evidence, ascending. */
  readonly play: (pc: ExplainRig) => readonly number[];
  readonly says: string;
}

/** Plays a row; `of` is what it is about: the latest fault, or the latest event. */
export function checkRow(
  { rig, play, cause, says }: ExplainedRow,
  of: (pc: ExplainRig) => number,
): void {
  const pc = new ExplainRig(rig);
  const evidence = play(pc);
  const explanation = pc.explain(of(pc));
  expect(explanation).toMatchObject({ sequence: of(pc), cause, evidence });
  expect(explanation?.sentence).toBe(says);
}
