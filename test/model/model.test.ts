// The device against the naive model, for a few seconds; `npm run test:long` does the same a million times.

import { describe, expect, it } from 'vitest';
import { STORES } from '../support/stores.ts';
import { findDifference } from './commands.ts';
import { Tally } from './tally.ts';

const SEED = 2017;
const RUNS = 80;

describe.each(STORES)('a device with a %s', (_name, makeStore) => {
  const stores = STORES.map(([, make]) => make);

  it('cannot be told from the naive model by requests, DMA, resets, events and snapshots in any order', () => {
    const tally = new Tally();
    const parameters = { seed: SEED, numRuns: RUNS };
    const difference = findDifference({ makeStore, stores, tally }, parameters);
    expect(difference?.text).toBe(undefined);
    expect(tally.operations).toBeGreaterThan(5000);
  });
});
