import { expect, it } from 'vitest';
import type { MachineBatch } from '../../src/worker/api/news.ts';
import { MachineModel } from './machine-model.ts';

const BATCH: MachineBatch = {
  life: 1,
  status: 'running',
  progress: { stage: 'ready', detail: '', loadedBytes: 0, totalBytes: 0, elapsedMs: 0 },
  failure: null,
  past: null,
  console: new Uint8Array(),
  isConsoleAnew: false,
  events: [],
  dropped: {},
  state: null,
  timeMs: 0,
  mips: 0,
};

it('counts what the worker left out in chips, faults and the note about it alike', () => {
  const model = new MachineModel();
  const dropped = { mapped: 12_000, unmapped: 11_000, faulted: 40 };
  model.apply({ ...BATCH, dropped }, 0);
  model.apply(BATCH, 1);
  expect(model.feed.count('map')).toBe(12_000);
  expect(model.faultCount).toBe(40);
  expect(model.droppedEvents).toBe(23_040);
});
