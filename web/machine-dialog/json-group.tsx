// The plan as JSON: shown, copied, pasted, edited.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { draftText, withText } from './draft.ts';
import { fieldOf } from './fields.ts';
import type { Form } from './form.ts';

export const JSON_ID = 'machine-json';

export interface JsonGroupProps {
  readonly form: Form;
  /** A link to a page with this machine; null while it is none. */
  readonly link: string | null;
}

const REFUSED = 'The browser did not allow it: select the text and copy it by hand.';

/** Copies a text, and says what became of it. */
function CopyButton(props: {
  readonly text: string | null;
  readonly label: string;
  readonly onDone: (words: string) => void;
}): JSX.Element {
  const { text, label, onDone } = props;
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text ?? '');
      onDone('Copied.');
    } catch {
      onDone(REFUSED);
    }
  };
  return (
    <button
      type="button"
      class="button button-small"
      disabled={text === null}
      title={text === null ? 'Correct what is wrong first' : ''}
      onClick={() => void copy()}
    >
      {label}
    </button>
  );
}

export function JsonGroup({ form, link }: JsonGroupProps): JSX.Element {
  const [told, setTold] = useState('');
  const text = draftText(form.draft);
  const problems = form.checked.problems.filter(({ path }) => fieldOf(path) === null);
  return (
    <div class="machine-field" data-wide>
      <label for={JSON_ID} class="visually-hidden">
        Plan
      </label>
      <textarea
        id={JSON_ID}
        class="field mono machine-json"
        rows={14}
        spellcheck={false}
        autocomplete="off"
        aria-describedby={`${JSON_ID}-help`}
        aria-invalid={problems.length > 0}
        value={text}
        onInput={({ currentTarget: { value } }) => form.update((draft) => withText(draft, value))}
      />
      <div id={`${JSON_ID}-help`} class="machine-help">
        {problems.map(({ path, message }) => (
          <p data-tone="wrong">
            <span aria-hidden="true">✖</span> {path === '' ? message : `${path}: ${message}`}
          </p>
        ))}
        {problems.length === 0 ? (
          <p>
            The same as the fields: change either, or paste a plan that viommu boot has printed.
          </p>
        ) : null}
      </div>
      <div class="machine-copy">
        <CopyButton text={text} label="Copy JSON" onDone={setTold} />
        <CopyButton text={link} label="Copy link" onDone={setTold} />
        <span role="status" class="quiet">
          {told}
        </span>
      </div>
    </div>
  );
}
