// What happened in the range, in a line above the time bar.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX, RefObject } from 'preact';
import type { TimeRange } from '../../src/trace/record/time-range.ts';
import { rangeMissing, rangeWords } from '../format/range-words.ts';
import type { BarView } from '../timebar/bar-view.ts';
import { useClock } from './clock-context.ts';

export interface RangeRowProps {
  readonly range: ReadonlySignal<TimeRange | null>;
  /** What is wrong with the range that the address asks for; null when nothing is. */
  readonly rangeProblem: ReadonlySignal<string | null>;
  /** Null drops it. */
  readonly onRange: (range: TimeRange | null, move: 'push' | 'replace') => void;
  readonly onDismissRange: () => void;
  /** Shows the range's statistics. */
  readonly onCount: () => void;
}

interface Props extends RangeRowProps {
  /** Another value for each frame of the bar: what is counted grows. */
  readonly painted: ReadonlySignal<number>;
  readonly view: RefObject<BarView | null>;
  readonly pastMs: number | null;
}

function Problem({ text, onDismiss }: { readonly text: string; readonly onDismiss: () => void }) {
  return (
    <div class="moment-range" role="group" aria-label="Range" data-wrong="true">
      <span role="status">{text}</span>
      <button type="button" class="button button-small" onClick={onDismiss}>
        Close
      </button>
    </div>
  );
}

/** Nothing without a range. */
export function RangeRow(props: Props): JSX.Element | null {
  const { range, rangeProblem, onRange, onDismissRange, onCount, painted, view, pastMs } = props;
  const clock = useClock();
  void painted.value;
  const chosen = range.value;
  const problem = rangeProblem.value;
  if (problem !== null) return <Problem text={problem} onDismiss={onDismissRange} />;
  const bar = view.current;
  const facts = bar?.rangeFacts() ?? null;
  if (chosen === null || bar === null) return null;
  const { startMs, endMs } = bar.limits;
  const missing = rangeMissing(chosen, { fromMs: startMs, toMs: endMs }, clock);
  return (
    <div class="moment-range" role="group" aria-label="Range">
      <span>
        {facts === null ? '' : rangeWords(chosen, pastMs, { ...facts, clock })}
        {missing === null ? null : <span class="moment-missing"> {missing}</span>}
      </span>
      <span class="moment-buttons">
        <button type="button" class="button button-small" onClick={onCount}>
          Statistics
        </button>
        <button type="button" class="button button-small" onClick={() => bar.showRange()}>
          Zoom to it
        </button>
        <button
          type="button"
          class="button button-small"
          title="Drop the range (Esc)"
          onClick={() => onRange(null, 'push')}
        >
          Clear
        </button>
      </span>
    </div>
  );
}
