// The page is put into its place part by part, each in a task of its own: all at once would keep a key or a frame waiting.

import { useComputed, signal, type ReadonlySignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { nextTask } from '../next-task.ts';

/** A page that is there as a whole. */
export const UNFOLDED: ReadonlySignal<number> = signal(Number.POSITIVE_INFINITY);

export class Unfolding {
  readonly #shown = signal(0);

  /** Parts that are shown, by their numbers: those up to it. */
  get shown(): ReadonlySignal<number> {
    return this.#shown;
  }

  /** Shows one after the other; resolves when all are there. */
  async unfold(parts: number): Promise<void> {
    for (let part = 1; part <= parts; part += 1) {
      await nextTask();
      this.#shown.value = part;
    }
    await nextTask();
    this.#shown.value = Number.POSITIVE_INFINITY;
  }
}

export interface PartProps {
  readonly at: number;
  readonly shown: ReadonlySignal<number>;
  readonly children: ComponentChildren;
}

export function Part({ at, shown, children }: PartProps): JSX.Element | null {
  const isShown = useComputed(() => shown.value >= at);
  return isShown.value ? <>{children}</> : null;
}
