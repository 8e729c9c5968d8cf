// What can be written, in a list under the caret: what the language takes there, and filters that were used before, which come
// first as long as nothing is written.

import {
  autocompletion,
  pickedCompletion,
  type Completion as Offer,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import {
  completeFilter,
  type Completion,
  type SeenWords,
} from '../../src/trace/filter/complete-filter.ts';
import { EXAMPLE_FILTERS } from '../../src/trace/filter/examples.ts';

export interface Completing {
  /** Values that the record has seen. Asked whenever something is completed. */
  readonly seen: () => SeenWords;
  /** Filters that were used before, the latest first. */
  readonly recent: () => readonly string[];
}

/** Whole filters that are offered at once. */
const MOST_WHOLE = 6;

/** Whole filters that begin with what is written; examples as long as nothing is. */
export function wholeFilters(text: string, recent: readonly string[]): readonly Offer[] {
  const used = recent.map((label): Offer => ({ label, detail: 'used before' }));
  const examples = EXAMPLE_FILTERS.map(({ text: label, about }): Offer => ({
    label,
    detail: about,
  }));
  const all = text === '' ? [...used, ...examples] : used;
  return all
    .filter(({ label }, at) => all.findIndex((other) => other.label === label) === at)
    .filter(({ label }) => label.startsWith(text) && label !== text)
    .slice(0, MOST_WHOLE)
    .map((each) => ({ ...each, type: 'whole' }));
}

/** A field wants to be compared, an operator wants a value: a space, unless one is there. */
function wantsMore({ kind, label }: Completion): boolean {
  return (kind === 'field' || kind === 'operator') && !label.endsWith('"');
}

function offerOf(completion: Completion): Offer {
  const { label, detail, kind } = completion;
  if (!wantsMore(completion)) return { label, detail, type: kind };
  const apply = (view: EditorView, picked: Offer, from: number, to: number): void => {
    const isSpaced = view.state.sliceDoc(to, to + 1) === ' ';
    view.dispatch({
      changes: { from, to, insert: isSpaced ? label : `${label} ` },
      selection: { anchor: from + label.length + 1 },
      userEvent: 'input.complete',
      annotations: pickedCompletion.of(picked),
    });
  };
  return { label, detail, type: kind, apply };
}

function whole({ recent }: Completing, isForEmpty: boolean) {
  return ({ state, pos }: CompletionContext): CompletionResult | null => {
    const { length } = state.doc;
    if (pos !== length || isForEmpty !== (length === 0)) return null;
    const options = wholeFilters(state.doc.toString(), recent());
    return options.length === 0 ? null : { from: 0, options, filter: false };
  };
}

function words({ seen }: Completing) {
  return ({ state, pos }: CompletionContext): CompletionResult | null => {
    const { from, to, options } = completeFilter(state.doc.toString(), pos, seen());
    const isWritten = options.length === 1 && options[0]?.label === state.sliceDoc(from, to);
    if (options.length === 0 || isWritten) return null;
    return { from, to, options: options.map(offerOf), filter: false };
  };
}

/** Nothing is chosen until a person chooses, so that Enter applies the filter. The keys are those of the editor. */
export function completing(ports: Completing): Extension {
  return autocompletion({
    override: [whole(ports, true), words(ports), whole(ports, false)],
    activateOnTypingDelay: 0,
    interactionDelay: 0,
    activateOnCompletion: ({ type }) => type === 'field' || type === 'operator',
    selectOnOpen: false,
    defaultKeymap: false,
    icons: false,
    optionClass: ({ type }) => `filter-offer filter-offer-${type ?? ''}`,
  });
}
