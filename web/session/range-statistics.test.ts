import { signal } from '@preact/signals';
import { expect, it } from 'vitest';
import { PastRig } from '../../test/rigs/past-rig.ts';
import type { TimeRange } from '../../src/trace/record/time-range.ts';
import { History } from '../../src/trace/replay/history.ts';
import { StretchCount } from '../../src/trace/statistics/stretch-count.ts';
import type { Looking } from '../model/moments.ts';
import { RangeStatistics } from './range-statistics.ts';

const MAP = { kind: 'map', domain: 1, base: 0, pages: 1, to: 3 } as const;

/** A session's statistics, whose frames and clock the test moves. */
async function rig(load = async () => ({ StretchCount })) {
  const past = new PastRig({ options: {}, reserved: {}, accepts: 0n });
  past.do({ kind: 'attach', endpoint: 8, domain: 1, flags: 0 });
  past.take();
  const history = new History(past.record);
  const frames: (() => void)[] = [];
  const frame = signal(0);
  const range = signal<TimeRange | null>(null);
  const looking = signal<Looking>({ kind: 'live' });
  let nowMs = 0;
  const statistics = new RangeStatistics({
    latest: () => ({ history }),
    pacer: { frame, ask: () => undefined },
    range,
    looking,
    nowMs: () => 1000,
    load,
    now: () => (nowMs += 3),
    onNextFrame: (callback) => void frames.push(callback),
  });
  const paint = (): boolean => {
    frame.value += 1;
    const callback = frames.shift();
    callback?.();
    return callback !== undefined;
  };
  const settle = (): void => {
    for (let frames = 0; frames < 1000 && paint(); frames += 1);
  };
  const map = (from: number): void => {
    past.do({ ...MAP, from });
    past.take();
  };
  const maps = (): number | undefined =>
    statistics.view.value.counted?.figures.kinds.find(({ kind }) => kind === 'mapped')?.count;
  const wait = (ms: number): void => {
    nowMs += ms;
  };
  const stop = statistics.watch();
  await Promise.resolve();
  await Promise.resolve();
  return {
    past,
    history,
    range,
    looking,
    statistics,
    paint,
    settle,
    map,
    maps,
    wait,
    stop,
    frames,
  };
}

it('counts in frames, and again when there is more and time to read', async () => {
  const { statistics, paint, settle, map, maps, wait } = await rig();
  map(0);
  expect(statistics.view.value).toMatchObject({ counted: null, progress: expect.any(Number) });
  paint();
  expect(statistics.view.value.counted).toBeNull();
  settle();
  expect(statistics.view.value).toMatchObject({ isCurrent: true, progress: null });
  const before = maps() ?? 0;
  map(1);
  paint();
  expect(maps()).toBe(before);
  wait(60_000);
  settle();
  expect(maps()).toBe(before + 1);
  expect(paint()).toBe(false);
});

it('says that its figures are of something else until what was chosen is counted', async () => {
  const { history, statistics, range, paint, settle, map, maps } = await rig();
  map(0);
  map(1);
  map(2);
  settle();
  const { lastSequence } = history.record;
  const timeOf = (sequence: number): number => history.record.event(sequence)?.timeMs ?? 0;
  const all = maps();
  range.value = { fromMs: timeOf(lastSequence), toMs: 2000 };
  expect(statistics.view.value).toMatchObject({ isCurrent: false, progress: 0 });
  expect(maps()).toBe(all);
  paint();
  range.value = { fromMs: timeOf(lastSequence - 1), toMs: 2000 };
  settle();
  expect(statistics.view.value).toMatchObject({ isCurrent: true, progress: null });
  expect(maps()).toBe(2);
  // That far the guest has come
  expect(statistics.view.value.counted?.figures.range.toMs).toBe(1000);
});

it('forgets what a machine has taken back, and stops when nobody looks', async () => {
  const { past, statistics, settle, map, maps, stop, frames, wait } = await rig();
  past.do({ kind: 'save' });
  map(0);
  settle();
  const before = maps() ?? 0;
  past.do({ kind: 'go-back' });
  past.do({ kind: 'unmap', domain: 1, base: 0, from: 5, pages: 1 });
  past.take();
  settle();
  expect(statistics.view.value.counted?.figures.kinds).toContainEqual({
    kind: 'unmapped',
    count: 1,
  });
  expect(maps() ?? 0).toBe(before - 1);
  stop();
  map(4);
  wait(60_000);
  settle();
  expect(frames).toHaveLength(0);
  expect(maps() ?? 0).toBe(before - 1);
});

it('says that what counts could not be fetched, and fetches it when it is shown again', async () => {
  let isReachable = false;
  const load = async (): Promise<{ StretchCount: typeof StretchCount }> => {
    if (!isReachable) throw new Error('no network');
    return { StretchCount };
  };
  const { statistics, stop, settle } = await rig(load);
  expect(statistics.view.value).toMatchObject({ isUnreachable: true, progress: null });
  stop();
  isReachable = true;

  statistics.watch();
  expect(statistics.view.value).toMatchObject({ isUnreachable: false, progress: 0 });
  await Promise.resolve();
  await Promise.resolve();
  settle();

  expect(statistics.view.value.counted).not.toBeNull();
});

it('counts one slice in each frame when what it had counted is taken back', async () => {
  const { past, range, frames, paint, map } = await rig();
  for (let from = 0; from < 8; from += 1) map(from);
  paint();
  range.value = { fromMs: 0, toMs: 900 };
  expect(frames).toHaveLength(1);

  past.record.rewind(2);
  range.value = { fromMs: 0, toMs: 800 };

  expect(frames).toHaveLength(1);
});
