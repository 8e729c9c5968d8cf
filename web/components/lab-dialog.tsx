// Asks before a PC with `edu` takes the place of the one there is.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

export interface LabDialogProps {
  readonly isAsked: ReadonlySignal<boolean>;
  readonly onAnswer: (mayStart: boolean) => void;
}

function Asked({ onAnswer }: Pick<LabDialogProps, 'onAnswer'>): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      class="dialog"
      ref={dialog}
      aria-labelledby="lab-title"
      onCancel={(event) => {
        event.preventDefault();
        onAnswer(false);
      }}
    >
      <h2 id="lab-title">Start the lab?</h2>
      <p>
        The lab is a PC with edu, a PCI device to write drivers for and to attack with. Nobody
        drives it, until you do.
      </p>
      <p>It takes the place of this PC and boots. What is in this one’s memory is lost.</p>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={() => onAnswer(false)}>
          Cancel
        </button>
        <button type="button" class="button button-primary" onClick={() => onAnswer(true)}>
          Start the lab
        </button>
      </div>
    </dialog>
  );
}

export function LabDialog({ isAsked, onAnswer }: LabDialogProps): JSX.Element | null {
  return isAsked.value ? <Asked onAnswer={onAnswer} /> : null;
}
