// The filter of the page, as text: what is wrong with it is said under its characters, with what was expected there.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { FilterProblem } from '../../src/trace/filter/filter-problem.ts';

/** Filters that are remembered. */
const MOST_RECENT = 12;
const STORED_AS = 'viommu-filters';
/** Characters that are shown before and after what is wrong. */
const SHOWN_AROUND = 120;

export type FilterShown =
  | { readonly kind: 'none' | 'busy' | 'valid' }
  | { readonly kind: 'invalid'; readonly problem: FilterProblem; readonly inForce: string };

export interface FilterBarProps {
  readonly filter: ReadonlySignal<string>;
  readonly filterState: ReadonlySignal<FilterShown>;
  readonly onFilter: (text: string, move: 'push' | 'replace') => void;
}

const STATES = {
  none: ['', ''],
  busy: ['…', 'Looking'],
  valid: ['✓', 'Filtered'],
  invalid: ['✕', 'Wrong'],
} as const;

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

/** The latest first. None where the browser keeps nothing for the page. */
function readRecent(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED_AS) ?? '[]');
    return isTexts(stored) ? stored.slice(0, MOST_RECENT) : [];
  } catch {
    return [];
  }
}

function remember(text: string): readonly string[] {
  const recent = [text, ...readRecent().filter((each) => each !== text)].slice(0, MOST_RECENT);
  try {
    localStorage.setItem(STORED_AS, JSON.stringify(recent));
  } catch {
    // Then they are gone with the page.
  }
  return recent;
}

/** What is wrong with a filter, and some of what stands before and after it. */
function excerpt(text: string, { from, to }: FilterProblem): readonly [string, string, string] {
  const start = Math.max(0, from - SHOWN_AROUND);
  const wrongEnd = Math.min(to, from + SHOWN_AROUND);
  const end = Math.min(text.length, wrongEnd + SHOWN_AROUND);
  return [
    `${start > 0 ? '…' : ''}${text.slice(start, from)}`,
    text.slice(from, wrongEnd),
    `${text.slice(wrongEnd, end)}${end < text.length ? '…' : ''}`,
  ];
}

interface ProblemProps {
  readonly text: string;
  readonly shown: Extract<FilterShown, { kind: 'invalid' }>;
}

function Problem({ text, shown }: ProblemProps): JSX.Element {
  const { problem, inForce } = shown;
  const [before, wrong, after] = excerpt(text, problem);
  return (
    <div class="filter-problem" id="filter-problem" role="status">
      <code class="mono">
        {before}
        <mark>{wrong === '' ? ' ' : wrong}</mark>
        {after}
      </code>
      <p>
        {problem.message} {inForce === '' ? 'All events are listed.' : `${inForce} stays in force.`}
      </p>
    </div>
  );
}

export function FilterBar({ filter, filterState, onFilter }: FilterBarProps): JSX.Element {
  const [recent, setRecent] = useState(readRecent);
  const text = filter.value;
  const shown = filterState.value;
  const [icon, word] = STATES[shown.kind];
  const keep = (): void => {
    if (shown.kind === 'valid') setRecent(remember(text));
  };
  return (
    <>
      <div class="filter-bar" data-state={shown.kind}>
        <input
          type="text"
          class="field field-small filter-text mono"
          aria-label="Filter"
          placeholder="Filter, such as kind == map"
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          list="recent-filters"
          value={text}
          aria-invalid={shown.kind === 'invalid'}
          aria-describedby={shown.kind === 'invalid' ? 'filter-problem' : undefined}
          onInput={(event) => onFilter(event.currentTarget.value, 'replace')}
          onChange={keep}
          onKeyDown={(event) => {
            if (event.key === 'Enter') keep();
            if (event.key !== 'Escape' || text === '') return;
            event.preventDefault();
            event.stopPropagation();
            onFilter('', 'push');
          }}
        />
        <datalist id="recent-filters">
          {recent.map((each) => (
            <option value={each} />
          ))}
        </datalist>
        <span class="filter-state" role="status">
          <span aria-hidden="true">{icon}</span> {word}
        </span>
        {text === '' ? null : (
          <button
            type="button"
            class="button button-small"
            aria-label="Clear the filter"
            title="Clear the filter (Escape)"
            onClick={() => onFilter('', 'push')}
          >
            Clear
          </button>
        )}
      </div>
      {shown.kind === 'invalid' ? <Problem text={text} shown={shown} /> : null}
    </>
  );
}
