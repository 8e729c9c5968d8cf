// Says that the PC stands still, now or in its past, and what can be done about it.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { PastNote } from '../../src/worker/api/past.ts';
import type { MachineStatus } from '../../src/worker/api/power.ts';

export interface PausedNoteProps {
  readonly past: ReadonlySignal<PastNote | null>;
  readonly onReturn: () => void;
  readonly status: ReadonlySignal<MachineStatus>;
  readonly queuedInput: ReadonlySignal<string>;
  readonly onResume: () => void;
}

function PastNoteView({ onResume, onReturn }: PausedNoteProps): JSX.Element {
  return (
    <div class="paused-note" role="status">
      <span>This is how the PC was. It can go on from here in another way, or return.</span>
      <span class="paused-buttons">
        <button type="button" class="button button-small" onClick={onResume}>
          Go on from here
        </button>
        <button type="button" class="button button-small" onClick={onReturn}>
          Return to the latest event
        </button>
      </span>
    </div>
  );
}

export function PausedNote(props: PausedNoteProps): JSX.Element | null {
  const { status, queuedInput, onResume, past } = props;
  if (status.value !== 'paused') return null;
  if (past.value !== null) return <PastNoteView {...props} />;
  const waiting = queuedInput.value.length;
  return (
    <div class="paused-note" role="status">
      <span>
        {waiting === 0
          ? 'Paused. What you type is kept until you resume.'
          : `Paused. ${waiting} ${waiting === 1 ? 'key waits' : 'keys wait'} to be sent.`}
      </span>
      <button type="button" class="button button-small" onClick={onResume}>
        Resume now
      </button>
    </div>
  );
}
