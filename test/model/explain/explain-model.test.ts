// The explainer against the second, naive one, on random histories. `npm run explanations` goes on for longer.

import { describe, expect, it } from 'vitest';
import type { CauseId } from '../../../src/trace/explain/causes.ts';
import { explain } from '../../../src/trace/explain/explain.ts';
import { checkSeed } from './compare.ts';

const HISTORIES = 120;

describe('explanations of random histories', () => {
  it('have the causes and the evidence that a second explainer finds', () => {
    const tally = new Map<CauseId, number>();
    for (let seed = 0; seed < HISTORIES; seed += 1) expect(checkSeed(seed, tally)).toBeUndefined();
    expect(tally.size).toBeGreaterThan(40);
  });

  it('that are wrong are found, in the fewest steps that lead there', () => {
    const wrong: typeof explain = (history, sequence) => {
      const right = explain(history, sequence);
      return right?.cause === 'unmapped' ? { ...right, evidence: [] } : right;
    };
    let failure: string | undefined;
    for (let seed = 0; failure === undefined && seed < HISTORIES; seed += 1) {
      failure = checkSeed(seed, new Map(), wrong);
    }
    expect(failure).toMatch(
      /is explained by unmapped , and by the second explainer by unmapped \d+,\d+/,
    );
    // Reset, start, ATTACH, MAP, UNMAP and the access that faults
    expect(failure?.match(/^ {2}#/gm)).toHaveLength(6);
  });
});
