// The last filters that were used, the latest first. The browser keeps them.

import { signal, type ReadonlySignal } from '@preact/signals';

/** Filters that are remembered, and characters of one: longer ones are nobody's handwriting. */
const MOST_RECENT = 12;
const LONGEST = 2_000;
const STORED_AS = 'viommu-filters';

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function stored(): readonly string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(STORED_AS) ?? '[]');
    return isTexts(value) ? value.slice(0, MOST_RECENT) : [];
  } catch {
    // The browser keeps nothing for the page
    return [];
  }
}

export class RecentFilters {
  readonly #texts = signal(stored());

  get texts(): ReadonlySignal<readonly string[]> {
    return this.#texts;
  }

  /** Puts one before the others. Other pages may have added some since. */
  add(text: string): void {
    if (text.trim() === '' || text.length > LONGEST || text === this.#texts.peek()[0]) return;
    const others = stored().filter((each) => each !== text);
    this.#texts.value = [text, ...others].slice(0, MOST_RECENT);
    try {
      localStorage.setItem(STORED_AS, JSON.stringify(this.#texts.peek()));
    } catch {
      // Then they are gone with the page.
    }
  }
}
