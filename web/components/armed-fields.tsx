// The fields of an armed access.

import type { JSX } from 'preact';
import type { FilterProblem } from '../../src/trace/filter/filter-problem.ts';
import {
  namesPlace,
  WHEN_NAMES,
  WHEN_NOTES,
  type ArmedDraft,
  type ReadDraft,
} from './armed-form.ts';
import { STAGES } from './armed-words.ts';
import { FilterExcerpt } from './filter-problem-note.tsx';

export interface ArmedFieldsProps {
  readonly endpoints: readonly { readonly id: number; readonly name: string }[];
  readonly endpoint: number | null;
  readonly draft: ArmedDraft;
  /** What the draft comes to; null without a device. */
  readonly read: ReadDraft | null;
  readonly filterProblem: FilterProblem | null;
  readonly onEndpoint: (id: number) => void;
  readonly onDraft: (changes: Partial<ArmedDraft>) => void;
}

const PROBLEM_ID = 'armed-problem';

interface TextProps extends Pick<ArmedFieldsProps, 'draft' | 'read' | 'onDraft'> {
  readonly name: 'address' | 'filter' | 'count' | 'ms' | 'times';
  readonly label: string;
  readonly isWrong?: boolean;
  readonly placeholder?: string;
}

function TextField(props: TextProps): JSX.Element {
  const { name, label, draft, read, onDraft, placeholder } = props;
  const isInvalid = props.isWrong === true || (read?.isValid === false && read.field === name);
  const isNumber = name === 'count' || name === 'ms' || name === 'times';
  return (
    <label class="control">
      <span>{label}</span>
      <input
        class={`field mono armed-${name}`}
        value={draft[name]}
        inputMode={isNumber ? 'numeric' : 'text'}
        placeholder={placeholder}
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        aria-invalid={isInvalid}
        aria-describedby={isInvalid ? PROBLEM_ID : undefined}
        onInput={({ currentTarget }) => onDraft({ [name]: currentTarget.value })}
      />
    </label>
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly choices: readonly (readonly [value: Value, words: string])[];
  readonly onChoose: (value: Value) => void;
}

function Choice<Value extends string>(props: ChoiceProps<Value>): JSX.Element {
  const { label, value, choices, onChoose } = props;
  return (
    <label class="control">
      <span>{label}</span>
      <select
        class="field"
        value={value}
        onChange={({ currentTarget }) => {
          const chosen = choices.find(([each]) => each === currentTarget.value);
          if (chosen !== undefined) onChoose(chosen[0]);
        }}
      >
        {choices.map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

const ACCESSES = [
  ['read', 'reads'],
  ['write', 'writes'],
] as const;

const WHENS = [
  ['event', WHEN_NAMES.event],
  ['every', WHEN_NAMES.every],
  ['stage', WHEN_NAMES.stage],
  ['in-flight', WHEN_NAMES['in-flight']],
  ['unmap-waits', WHEN_NAMES['unmap-waits']],
] as const;

/** What the chosen condition asks for. */
function WhenFields(props: ArmedFieldsProps): JSX.Element | null {
  const { draft, filterProblem, onDraft } = props;
  switch (draft.when) {
    case 'event':
      return (
        <>
          <TextField
            {...props}
            name="filter"
            label="Event filter"
            isWrong={filterProblem !== null}
          />
          <TextField {...props} name="count" label="Which match, counted from 1" />
        </>
      );
    case 'every':
      return (
        <>
          <TextField {...props} name="ms" label="Milliseconds" />
          <TextField {...props} name="times" label="Times" />
        </>
      );
    case 'stage':
      return (
        <Choice
          label="Stage"
          value={draft.stage}
          choices={STAGES}
          onChoose={(stage) => onDraft({ stage })}
        />
      );
    case 'in-flight':
    case 'unmap-waits':
      return null;
  }
}

export function ArmedFields(props: ArmedFieldsProps): JSX.Element {
  const { endpoints, endpoint, draft, read, filterProblem, onEndpoint, onDraft } = props;
  const isOpen = namesPlace(draft.when);
  return (
    <>
      <div class="armed-row">
        <Choice
          label="Device"
          value={String(endpoint ?? '')}
          choices={endpoints.map(({ id, name }) => [String(id), name] as const)}
          onChoose={(id) => onEndpoint(Number(id))}
        />
        <Choice
          label="Access"
          value={draft.access}
          choices={ACCESSES}
          onChoose={(access) => onDraft({ access })}
        />
        <TextField
          {...props}
          name="address"
          label="16 bytes at"
          placeholder={isOpen ? 'that buffer' : '0xdeadb000'}
        />
      </div>
      <div class="armed-row">
        <Choice
          label="When"
          value={draft.when}
          choices={WHENS}
          onChoose={(when) => onDraft({ when, ...(namesPlace(when) ? { address: '' } : {}) })}
        />
        <WhenFields {...props} />
      </div>
      <div class="armed-problem" id={PROBLEM_ID} role="status">
        {filterProblem === null ? null : (
          <>
            <FilterExcerpt text={draft.filter} problem={filterProblem} /> {filterProblem.message}
          </>
        )}
        {filterProblem === null && read?.isValid === false ? read.problem : null}
      </div>
      <p class="armed-note">{WHEN_NOTES[draft.when]}</p>
    </>
  );
}
