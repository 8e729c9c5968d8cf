// Asks before a recording takes the place of a machine that was used.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

export interface ReplaceQuestion {
  /** What the file is called. */
  readonly name: string;
  readonly onAnswer: (mayReplace: boolean) => void;
}

export interface ReplaceDialogProps {
  /** Null while there is nothing to ask. */
  readonly question: ReadonlySignal<ReplaceQuestion | null>;
}

function Asked({ name, onAnswer }: ReplaceQuestion): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      class="dialog"
      ref={dialog}
      aria-labelledby="replace-title"
      onCancel={(event) => {
        event.preventDefault();
        onAnswer(false);
      }}
    >
      <h2 id="replace-title">Replace this session?</h2>
      <p>
        {name} is a recording. The PC starts again to replay it: what you have done with this one is
        lost, unless you save it as a recording first.
      </p>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={() => onAnswer(false)}>
          Keep this one
        </button>
        <button type="button" class="button button-primary" onClick={() => onAnswer(true)}>
          Replay the recording
        </button>
      </div>
    </dialog>
  );
}

export function ReplaceDialog({ question }: ReplaceDialogProps): JSX.Element | null {
  const asked = question.value;
  return asked === null ? null : <Asked key={asked.name} {...asked} />;
}
