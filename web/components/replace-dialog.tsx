// Asks before a recording takes the place of a machine that was used.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { AskDialog } from './ask-dialog.tsx';

export interface ReplaceQuestion {
  /** What the file is called. */
  readonly name: string;
  readonly onAnswer: (mayReplace: boolean) => void;
}

export interface ReplaceDialogProps {
  /** Null while there is nothing to ask. */
  readonly question: ReadonlySignal<ReplaceQuestion | null>;
}

export function ReplaceDialog({ question }: ReplaceDialogProps): JSX.Element | null {
  const asked = question.value;
  if (asked === null) return null;
  return (
    <AskDialog
      key={asked.name}
      title="Replace this session?"
      yes="Replay the recording"
      no="Keep this one"
      onAnswer={asked.onAnswer}
    >
      <p>
        {asked.name} is a recording. The PC starts again to replay it: what you have done with this
        one is lost, unless you save it as a recording first.
      </p>
    </AskDialog>
  );
}
