// Asks before something takes the place of what there is.

import type { ComponentChildren, JSX } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

export interface AskDialogProps {
  readonly title: string;
  /** What the buttons say. */
  readonly yes: string;
  readonly no: string;
  /** Escape answers no. */
  readonly onAnswer: (isYes: boolean) => void;
  readonly children: ComponentChildren;
}

export function AskDialog({ title, yes, no, onAnswer, children }: AskDialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      class="dialog"
      ref={dialog}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onAnswer(false);
      }}
    >
      <h2 id={titleId}>{title}</h2>
      {children}
      <div class="dialog-actions">
        <button type="button" class="button" onClick={() => onAnswer(false)}>
          {no}
        </button>
        <button type="button" class="button button-primary" onClick={() => onAnswer(true)}>
          {yes}
        </button>
      </div>
    </dialog>
  );
}
