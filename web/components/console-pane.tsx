// The guest's serial console, with the boot's progress above it and commands to try below.

import type { JSX } from 'preact';
import { BootBar, type BootBarProps } from './boot-bar.tsx';
import { FailureNotice, type FailureNoticeProps } from './failure-notice.tsx';
import { Pane } from './pane.tsx';
import { PausedNote, type PausedNoteProps } from './paused-note.tsx';
import { readsAloud, toggleReadAloud } from './read-aloud.ts';
import { TerminalView, type TerminalViewProps } from './terminal-view.tsx';
import { TryIt, type TryItProps } from './try-it.tsx';

export type ConsolePaneProps = BootBarProps &
  FailureNoticeProps &
  PausedNoteProps &
  TerminalViewProps &
  TryItProps & {
    /** Whether commands to try stand below it. */
    readonly offersCommands: boolean;
  };

function ReadAloudButton(): JSX.Element {
  return (
    <button
      type="button"
      class="button button-small"
      aria-pressed={readsAloud.value}
      title="Has screen readers read what the console prints"
      onClick={toggleReadAloud}
    >
      Screen reader
    </button>
  );
}

export function ConsolePane(props: ConsolePaneProps): JSX.Element {
  const {
    status,
    progress,
    failure,
    onRestart,
    onUsual,
    onMachine,
    queuedInput,
    refusedInput,
    onResume,
    past,
    onReturn,
  } = props;
  const { output, restarted, onType, onResize, info, noCommands, onSelect } = props;
  return (
    <Pane
      id="console"
      title="Console"
      note={
        <>
          <span class="for-mouse">Click to type; Shift+Tab leaves.</span>
          <span class="for-finger">Tap to type.</span>
        </>
      }
      tools={<ReadAloudButton />}
    >
      <BootBar status={status} progress={progress} />
      <FailureNotice {...{ failure, onRestart, onUsual, onMachine }} />
      <PausedNote
        status={status}
        queuedInput={queuedInput}
        refusedInput={refusedInput}
        onResume={onResume}
        past={past}
        onReturn={onReturn}
      />
      <TerminalView output={output} restarted={restarted} onType={onType} onResize={onResize} />
      {props.offersCommands ? (
        <TryIt info={info} noCommands={noCommands} onSelect={onSelect} onType={onType} />
      ) : null}
    </Pane>
  );
}
