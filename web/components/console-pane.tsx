// The guest's serial console, with the boot's progress above it and commands to try below.

import type { JSX } from 'preact';
import type { MachineSession } from '../machine-session.ts';
import { BootBar } from './boot-bar.tsx';
import { FailureNotice } from './failure-notice.tsx';
import { Pane } from './pane.tsx';
import { TerminalView } from './terminal-view.tsx';
import { TryIt } from './try-it.tsx';

function PausedNote({ session }: { session: MachineSession }): JSX.Element | null {
  if (session.status.value !== 'paused') return null;
  const waiting = session.queuedInput.value.length;
  return (
    <div class="paused-note" role="status">
      <span>
        {waiting === 0
          ? 'Paused. What you type is kept until you resume.'
          : `Paused. ${waiting} ${waiting === 1 ? 'key waits' : 'keys wait'} to be sent.`}
      </span>
      <button type="button" class="button button-small" onClick={() => void session.resume()}>
        Resume now
      </button>
    </div>
  );
}

export function ConsolePane({ session }: { session: MachineSession }): JSX.Element {
  return (
    <Pane
      id="console"
      title="Console"
      note="The PC’s serial port: click it or press Enter to type; Shift+Tab leaves it."
    >
      <BootBar session={session} />
      <FailureNotice session={session} />
      <PausedNote session={session} />
      <TerminalView session={session} />
      <TryIt session={session} />
    </Pane>
  );
}
