// Copies a text, and says so; where the browser will not, the text is selected for copying by hand.

import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';

export interface CopyFieldProps {
  readonly label: string;
  readonly text: string;
  readonly onCopy: (text: string) => Promise<void>;
}

type Outcome = 'none' | 'copied' | 'selected';

const WORDS: Readonly<Record<Outcome, string>> = {
  none: '',
  copied: 'Copied.',
  selected: 'The browser does not let this page copy: it is selected, copy it by hand.',
};

export function CopyField({ label, text, onCopy }: CopyFieldProps): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  // Of the text that was copied, and of no other
  const [last, setLast] = useState<{ readonly text: string; readonly outcome: Outcome }>();
  const outcome = last?.text === text ? last.outcome : 'none';
  const copy = async (): Promise<void> => {
    try {
      await onCopy(text);
      setLast({ text, outcome: 'copied' });
    } catch {
      field.current?.focus();
      field.current?.select();
      setLast({ text, outcome: 'selected' });
    }
  };
  return (
    <div class="copy-field">
      <input
        ref={field}
        type="text"
        readOnly
        value={text}
        aria-label={label}
        onFocus={({ currentTarget }) => currentTarget.select()}
      />
      <button type="button" class="button" onClick={() => void copy()}>
        {outcome === 'copied' ? 'Copied' : 'Copy'}
      </button>
      <p class="copy-said quiet" role="status">
        {WORDS[outcome]}
      </p>
    </div>
  );
}
