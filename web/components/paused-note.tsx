// Says that the PC stands still, now or in its past, and what can be done about it.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { PastNote } from '../../src/worker/api/past.ts';
import type { MachineStatus } from '../../src/worker/api/power.ts';
import { formatExact, formatPlural } from '../format/quantity.ts';

export interface PausedNoteProps {
  readonly past: ReadonlySignal<PastNote | null>;
  readonly onReturn: () => void;
  readonly status: ReadonlySignal<MachineStatus>;
  /** What is typed and waits. */
  readonly queuedInput: ReadonlySignal<string>;
  /** Characters of the last input, if that was too much to wait with the rest; else 0. */
  readonly refusedInput: ReadonlySignal<number>;
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

function inputWords(waiting: number, refused: number): string {
  const kept =
    waiting === 0
      ? 'Paused. What you type is kept until you resume.'
      : `Paused. ${formatPlural(waiting, 'character')} ${waiting === 1 ? 'waits' : 'wait'} to be sent.`;
  return refused === 0
    ? kept
    : `${kept} The last ${formatExact(refused)} were too many to keep: resume, then paste them again.`;
}

export function PausedNote(props: PausedNoteProps): JSX.Element | null {
  const { status, queuedInput, refusedInput, onResume, past } = props;
  if (status.value !== 'paused') return null;
  if (past.value !== null) return <PastNoteView {...props} />;
  return (
    <div class="paused-note" role="status">
      <span>{inputWords(queuedInput.value.length, refusedInput.value)}</span>
      <button type="button" class="button button-small" onClick={onResume}>
        Resume now
      </button>
    </div>
  );
}
