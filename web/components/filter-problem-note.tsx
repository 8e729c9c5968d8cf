// What is wrong with a filter, in words, with the place where it is wrong.

import type { JSX } from 'preact';
import type { FilterProblem } from '../../src/trace/filter/filter-problem.ts';

/** Characters that are shown before and after what is wrong. */
const SHOWN_AROUND = 120;
/** A filter that is longer may be wrong where the field does not show it. */
const SEEN_WHOLE = 40;

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

/** Some of a filter, with what is wrong in it marked. */
export function FilterExcerpt(props: {
  readonly text: string;
  readonly problem: FilterProblem;
}): JSX.Element {
  const [before, wrong, after] = excerpt(props.text, props.problem);
  return (
    <code class="mono">
      {before}
      <mark>{wrong === '' ? ' ' : wrong}</mark>
      {after}
    </code>
  );
}

export interface FilterProblemNoteProps {
  readonly id: string;
  readonly text: string;
  readonly shown: { readonly problem: FilterProblem; readonly inForce: string };
  /** The field itself underlines the place. */
  readonly isMarked: boolean;
}

export function FilterProblemNote(props: FilterProblemNoteProps): JSX.Element {
  const { id, text, isMarked } = props;
  const { problem, inForce } = props.shown;
  return (
    <div class="filter-problem" id={id} role="status">
      {isMarked && text.length <= SEEN_WHOLE ? null : (
        <FilterExcerpt text={text} problem={problem} />
      )}
      <p>
        {problem.message} {inForce === '' ? 'All events are listed.' : `${inForce} stays in force.`}
      </p>
    </div>
  );
}
