// The guest's serial console, with the boot's progress above it and commands to try below.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { MachineStatus } from '../../src/worker/api/power.ts';
import { BootBar, type BootBarProps } from './boot-bar.tsx';
import { FailureNotice, type FailureNoticeProps } from './failure-notice.tsx';
import { Pane } from './pane.tsx';
import { TerminalView, type TerminalViewProps } from './terminal-view.tsx';
import { TryIt, type TryItProps } from './try-it.tsx';

interface PausedNoteProps {
  readonly status: ReadonlySignal<MachineStatus>;
  readonly queuedInput: ReadonlySignal<string>;
  readonly onResume: () => void;
}

export type ConsolePaneProps = BootBarProps &
  FailureNoticeProps &
  PausedNoteProps &
  TerminalViewProps &
  TryItProps;

function PausedNote({ status, queuedInput, onResume }: PausedNoteProps): JSX.Element | null {
  if (status.value !== 'paused') return null;
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

export function ConsolePane(props: ConsolePaneProps): JSX.Element {
  const { status, progress, failure, onRestart, queuedInput, onResume } = props;
  const { output, restarted, onType, onResize, info, notReady, onSelect } = props;
  return (
    <Pane
      id="console"
      title="Console"
      note="The PC’s serial port: click it or press Enter to type; Shift+Tab leaves it."
    >
      <BootBar status={status} progress={progress} />
      <FailureNotice failure={failure} onRestart={onRestart} />
      <PausedNote status={status} queuedInput={queuedInput} onResume={onResume} />
      <TerminalView output={output} restarted={restarted} onType={onType} onResize={onResize} />
      <TryIt info={info} notReady={notReady} onSelect={onSelect} onType={onType} />
    </Pane>
  );
}
