// A page that does not keep up has the machine wait, and misses nothing.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FloodLife } from '../../../test/tools/border/flood-life.ts';
import { MachineModel } from '../../../web/model/machine-model.ts';
import type { MachineBatch } from '../api/news.ts';
import { EVENT_BYTES } from '../../trace/record/event-columns.ts';
import { BATCH_EVENTS } from '../../trace/record/record-tail.ts';
import { MAX_EVENTS } from './life-history.ts';
import { NewsHost } from './news-host.ts';

const TICK_EVENTS = 5000;
/** As far as the machine may be ahead of its page. */
const AHEAD = 2 * MAX_EVENTS;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});

/** A page whose answer to a batch a test gives. */
class Page {
  readonly model = new MachineModel();
  batches = 0;
  #answer = (): void => undefined;
  #isPrompt = false;

  listen = async (batch: MachineBatch): Promise<void> => {
    this.model.apply(structuredClone(batch), 0);
    this.batches += 1;
    if (this.#isPrompt) return;
    await new Promise<void>((resolve) => {
      this.#answer = resolve;
    });
  };

  /** Answers at once from now on. */
  answer(): void {
    this.#isPrompt = true;
    this.#answer();
  }
}

/** Ticks until the machine waits. */
function flood({ machine }: FloodLife): number {
  let ticks = 0;
  for (; !machine.isWaiting && ticks < 10; ticks += 1) machine.tick(TICK_EVENTS, ticks);
  return ticks;
}

describe('NewsHost', () => {
  it('has a machine wait whose page does not answer, and go on when it does', async () => {
    const [life, page] = [new FloodLife(), new Page()];
    const { machine } = life;
    const news = new NewsHost(life);
    life.begin();
    await news.listen(page.listen);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(page.batches).toBe(1);
    expect(flood(life)).toBe(Math.floor(AHEAD / TICK_EVENTS) + 1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([page.batches, machine.isWaiting]).toEqual([1, true]);
    page.answer();
    await vi.advanceTimersByTimeAsync(100);
    expect(machine.isWaiting).toBe(false);
    const { history, droppedEvents, feed } = page.model;
    expect(history?.record.lastSequence).toBe(machine.iommu.sequence);
    expect(history?.present.count(1)).toBe(machine.live(1));
    expect(feed.count('map') + feed.count('unmap') + feed.count('fault')).toBe(
      machine.iommu.sequence - feed.count('attach'),
    );
    expect(droppedEvents).toBe(0);
  });

  it('never has a machine wait that nobody listens to', () => {
    const life = new FloodLife();
    const news = new NewsHost(life);
    life.begin();
    flood(life);
    expect(news).toBeDefined();
    expect(life.machine.isWaiting).toBe(false);
  });
});

function elementBytes(array: unknown): number {
  if (array instanceof Uint8Array) return 1;
  return array instanceof Float64Array ? 8 : 4;
}

/** Bytes that arrays of numbers are copied from while something is done. */
function countCopied(act: () => void): number {
  const arrays: { readonly prototype: Uint8Array } = Object.getPrototypeOf(Uint8Array);
  const [set, slice] = [vi.spyOn(arrays.prototype, 'set'), vi.spyOn(arrays.prototype, 'slice')];
  act();
  let bytes = 0;
  for (const [at, [source]] of set.mock.calls.entries()) {
    bytes += source.length * elementBytes(set.mock.contexts[at]);
  }
  for (const { type, value } of slice.mock.results)
    if (type === 'return') bytes += value.byteLength;
  set.mockRestore();
  slice.mockRestore();
  return bytes;
}

describe('a page that is told of very much', () => {
  it('copies some megabytes in one go, however many events it has', async () => {
    const life = new FloodLife();
    const { machine } = life;
    const model = new MachineModel();
    const copied: number[] = [];
    const batches: number[] = [];
    const news = new NewsHost(life);
    life.begin();
    await news.listen((batch) => {
      batches.push(batch.record.reduce((sum, { count }) => sum + count, 0));
      copied.push(countCopied(() => model.apply(batch, 0)));
    });
    for (let ranMs = 40; ranMs <= 800; ranMs += 40) {
      machine.tick(2 * BATCH_EVENTS, ranMs);
      await vi.advanceTimersByTimeAsync(40);
    }
    // Columns of all of them in one piece would be twice what may be copied
    expect(machine.iommu.sequence * EVENT_BYTES).toBeGreaterThan(8 << 20);
    expect(model.history?.record.lastSequence).toBe(machine.iommu.sequence);
    expect(Math.max(...batches)).toBeLessThanOrEqual(BATCH_EVENTS);
    expect(Math.max(...copied)).toBeGreaterThan(0);
    expect(Math.max(...copied)).toBeLessThan(4 << 20);
  });
});

describe('news of an idle machine', () => {
  it('come once each second on its clock, with the tick that begins it', async () => {
    const [life, page] = [new FloodLife(), new Page()];
    const { machine } = life;
    const told: number[] = [];
    const news = new NewsHost(life);
    machine.ranMs = 20_030;
    life.begin();
    page.answer();
    await news.listen((batch) => {
      told.push(batch.timeMs);
      return page.listen(batch);
    });
    for (let step = 1; step <= 1020; step += 1) {
      await vi.advanceTimersByTimeAsync(10);
      if (step % 10 === 0) machine.tick(0, machine.ranMs + 100);
    }
    const seconds = told.map((timeMs) => Math.floor(timeMs / 1000));
    expect(seconds).toEqual(Array.from({ length: 11 }, (_, index) => 20 + index));
  });

  it('come with the tick that tells of another second, however long the one before took', async () => {
    const [life, page] = [new FloodLife(), new Page()];
    const { machine } = life;
    const news = new NewsHost(life);
    machine.ranMs = 20_030;
    life.begin();
    page.answer();
    await news.listen(page.listen);
    await vi.advanceTimersByTimeAsync(1_500);
    const { batches } = page;
    machine.tick(0, 21_040);
    await vi.advanceTimersByTimeAsync(0);
    expect(page.batches).toBe(batches + 1);
    machine.tick(0, 21_140);
    await vi.advanceTimersByTimeAsync(500);
    expect(page.batches).toBe(batches + 1);
  });

  it('come at once when there is an event', async () => {
    const [life, page] = [new FloodLife(), new Page()];
    const news = new NewsHost(life);
    life.begin();
    page.answer();
    await news.listen(page.listen);
    await vi.advanceTimersByTimeAsync(100);
    const { batches } = page;
    life.machine.tick(1, 100);
    await vi.advanceTimersByTimeAsync(20);
    expect(page.batches).toBe(batches + 1);
  });
});
