// The filter of the page, as text: what is wrong with it is said below, with what was expected there. It begins as a plain field;
// an editor that knows the language takes its place when somebody writes, and where that can not be fetched the field stays.

import type { ReadonlySignal } from '@preact/signals';
import type { ComponentType, JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { SeenWords } from '../../src/trace/filter/complete-filter.ts';
import type { FilterProblem } from '../../src/trace/filter/filter-problem.ts';
import type { FilterEditorProps } from '../filter-editor/filter-editor.tsx';
import { FilterProblemNote } from './filter-problem-note.tsx';
import { useFilterEditor } from './use-filter-editor.ts';

export type FilterShown =
  | { readonly kind: 'none' | 'busy' | 'naming' | 'valid' }
  | { readonly kind: 'invalid'; readonly problem: FilterProblem; readonly inForce: string };

export interface FilterBarProps {
  readonly filter: ReadonlySignal<string>;
  readonly filterState: ReadonlySignal<FilterShown>;
  readonly onFilter: (text: string, move: 'push' | 'replace') => void;
  /** Filters that were used before, the latest first. */
  readonly recentFilters: ReadonlySignal<readonly string[]>;
  /** A filter was used that is worth to be remembered. */
  readonly onUsed: (text: string) => void;
  /** Values that the record has seen. */
  readonly seen: () => SeenWords;
  /** Fetches the editor. */
  readonly loadEditor: () => Promise<ComponentType<FilterEditorProps>>;
}

const PLACEHOLDER = 'Filter, such as kind == map';
const HINT_ID = 'filter-hint';
const PROBLEM_ID = 'filter-problem';

const STATES = {
  none: ['', ''],
  busy: ['…', 'Looking'],
  naming: ['…', 'Fetching names'],
  valid: ['✓', 'Filtered'],
  unfinished: ['…', 'Unfinished'],
  invalid: ['✕', 'Wrong'],
} as const;

/** A filter that only wants to go on, and is being written, is not wrong yet. */
function isUnfinished(text: string, shown: FilterShown): boolean {
  return shown.kind === 'invalid' && shown.problem.from >= text.trimEnd().length;
}

export function FilterBar(props: FilterBarProps): JSX.Element {
  const { filter, filterState, onFilter, recentFilters, onUsed, seen, loadEditor } = props;
  const text = filter.value;
  const shown = filterState.value;
  const [isWriting, setWriting] = useState(false);
  const { editor, field, ask, onComposition } = useFilterEditor(loadEditor, text !== '');
  const state = isWriting && isUnfinished(text, shown) ? 'unfinished' : shown.kind;
  const problem = shown.kind === 'invalid' && state === 'invalid' ? shown : null;
  const [icon, word] = STATES[state];
  const describedBy = problem === null ? HINT_ID : `${PROBLEM_ID} ${HINT_ID}`;
  const onText = (next: string): void => {
    setWriting(true);
    onFilter(next, 'replace');
  };
  const onApply = (): void => {
    setWriting(false);
    if (shown.kind === 'valid') onUsed(text);
  };
  const onClear = (): void => onFilter('', 'push');
  return (
    <>
      <div class="filter-bar" data-state={state} onFocusOut={onApply}>
        {editor === null ? (
          <input
            ref={field}
            type="text"
            class="field field-small filter-text mono"
            aria-label="Filter"
            placeholder={PLACEHOLDER}
            spellcheck={false}
            autocomplete="off"
            autocapitalize="off"
            list="recent-filters"
            value={text}
            aria-invalid={problem !== null}
            aria-describedby={problem === null ? undefined : PROBLEM_ID}
            onFocus={ask}
            onCompositionStart={() => onComposition(true)}
            onCompositionEnd={() => onComposition(false)}
            onInput={(event) => onText(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') onApply();
              if (event.key !== 'Escape' || text === '') return;
              event.preventDefault();
              event.stopPropagation();
              onClear();
            }}
          />
        ) : (
          <editor.Component
            text={text}
            wrong={problem?.problem ?? null}
            describedBy={describedBy}
            placeholder={PLACEHOLDER}
            begins={editor.begins}
            seen={seen}
            recent={() => recentFilters.value}
            onText={onText}
            onApply={onApply}
            onClear={onClear}
          />
        )}
        {editor === null ? (
          <datalist id="recent-filters">
            {recentFilters.value.map((each) => (
              <option value={each} />
            ))}
          </datalist>
        ) : (
          <span class="visually-hidden" id={HINT_ID}>
            Arrow down lists what can be written. Enter applies the filter, Escape takes it away.
          </span>
        )}
        <span class="filter-state" role="status">
          <span aria-hidden="true">{icon}</span> <span class="filter-word">{word}</span>
        </span>
        {text === '' ? null : (
          <button
            type="button"
            class="button button-small"
            aria-label="Clear the filter"
            title="Clear the filter (Escape)"
            onClick={onClear}
          >
            Clear
          </button>
        )}
      </div>
      {problem === null ? null : (
        <FilterProblemNote id={PROBLEM_ID} text={text} shown={problem} isMarked={editor !== null} />
      )}
    </>
  );
}
