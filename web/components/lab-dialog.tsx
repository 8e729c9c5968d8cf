// Asks before a PC with `edu` takes the place of the one there is.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { AskDialog } from './ask-dialog.tsx';

export interface LabDialogProps {
  readonly isAsked: ReadonlySignal<boolean>;
  readonly onAnswer: (mayStart: boolean) => void;
}

export function LabDialog({ isAsked, onAnswer }: LabDialogProps): JSX.Element | null {
  if (!isAsked.value) return null;
  return (
    <AskDialog title="Start the lab?" yes="Start the lab" no="Cancel" onAnswer={onAnswer}>
      <p>
        The lab is a PC with edu, a PCI device to write drivers for and to attack with. Nobody
        drives it, until you do.
      </p>
      <p>It takes the place of this PC and boots. What is in this one’s memory is lost.</p>
    </AskDialog>
  );
}
