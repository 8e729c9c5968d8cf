// @vitest-environment happy-dom

import { effect, signal, type ReadonlySignal } from '@preact/signals';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTask } from '../next-task.ts';
import { Sights } from './sights.ts';

type Look = (entries: readonly { readonly isIntersecting: boolean }[]) => void;

/** What the browser would say of the elements, in the order in which they are watched. */
let looks: Look[] = [];

beforeEach(() => {
  looks = [];
  vi.useFakeTimers();
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      constructor(look: Look) {
        looks.push(look);
      }
      observe(): void {}
      disconnect(): void {}
    },
  );
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

/** A pane that shows one signal; `shown` has all that it has shown. */
class Pane {
  readonly source = signal(0);
  readonly shown: number[] = [];
  readonly element = document.createElement('div');
  readonly stopWatching: () => void;
  readonly #look: Look | undefined;

  constructor(sights: Sights, id: string) {
    const sight = sights.of(id);
    const groups: { readonly pane: { readonly value: ReadonlySignal<number> } } = sight.propsOf({
      pane: { value: this.source },
    });
    effect(() => void this.shown.push(groups.pane.value.value));
    document.body.append(this.element);
    this.stopWatching = sight.watch(this.element);
    this.#look = looks.at(-1);
  }

  see(isIntersecting: boolean): void {
    this.#look?.([{ isIntersecting }]);
  }
}

describe('Sights', () => {
  it('shows what is in sight at once, and what is not when it comes into sight', () => {
    const pane = new Pane(new Sights(), 'events');
    pane.source.value = 1;
    pane.see(false);
    for (let change = 2; change <= 100; change += 1) pane.source.value = change;
    expect(pane.shown).toEqual([0, 1]);
    pane.see(true);
    expect(pane.shown).toEqual([0, 1, 100]);
    pane.source.value = 101;
    expect(pane.shown).toEqual([0, 1, 100, 101]);
  });

  it('has panes out of sight follow by turns, one at a time, each within a second and a half', () => {
    const sights = new Sights();
    const panes = Array.from({ length: 10 }, (_unused, index) => new Pane(sights, `${index}`));
    for (const pane of panes) pane.see(false);
    for (const pane of panes) pane.source.value = 7;
    const count = (): number => panes.filter(({ shown }) => shown.at(-1) === 7).length;
    for (let before = count(); vi.getTimerCount() > 0 && count() < panes.length; before = count()) {
      vi.advanceTimersToNextTimer();
      expect(count() - before).toBeLessThanOrEqual(1);
    }
    expect(count()).toBe(panes.length);
    for (const pane of panes) pane.source.value = 8;
    vi.advanceTimersByTime(1_500);
    expect(panes.map(({ shown }) => shown)).toEqual(panes.map(() => [0, 7, 8]));
  });

  it('takes a pane with the focus for seen', () => {
    const pane = new Pane(new Sights(), 'rogue');
    const input = document.createElement('input');
    pane.element.append(input);
    pane.see(false);
    input.focus();
    pane.source.value = 1;
    expect(pane.shown).toEqual([0, 1]);
    input.blur();
    pane.source.value = 2;
    expect(pane.shown).toEqual([0, 1]);
  });

  it('sets no timer while all is in sight, or watched no more', () => {
    const pane = new Pane(new Sights(), 'faults');
    pane.source.value = 1;
    expect(vi.getTimerCount()).toBe(0);
    pane.see(false);
    expect(vi.getTimerCount()).toBe(1);
    pane.source.value = 2;
    pane.stopWatching();
    expect(pane.shown).toEqual([0, 1, 2]);
    vi.advanceTimersByTime(1_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('shows much that is new at once in one pane after the other, a task for each', async () => {
    vi.useRealTimers();
    const sights = new Sights();
    const panes = ['events', 'mappings', 'faults'].map((id) => new Pane(sights, id));
    let arrive = (): void => undefined;
    const news = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const spread = sights.spread(news, ['mappings']);
    for (const { source } of panes) source.value = 1;
    await nextTask();
    expect(panes.map(({ shown }) => shown.at(-1))).toEqual([0, 0, 0]);
    arrive();
    const changes: number[] = [];
    const firstShown = new Set<number>();
    for (let task = 0; task < 20; task += 1) {
      await nextTask();
      for (const [at, { shown }] of panes.entries()) if (shown.at(-1) === 1) firstShown.add(at);
      changes.push(panes.filter(({ shown }) => shown.at(-1) === 1).length);
    }
    await spread;
    expect(changes.at(-1)).toBe(panes.length);
    // 'mappings' was to come first
    expect([...firstShown]).toEqual([1, 0, 2]);
    // Never two in one task
    expect(changes.filter((count, at) => count - (changes[at - 1] ?? 0) > 1)).toEqual([]);
    for (const { source } of panes) source.value = 2;
    expect(panes.map(({ shown }) => shown.at(-1))).toEqual([2, 2, 2]);
  });
});
