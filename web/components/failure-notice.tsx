// What went wrong, in words, where the user is looking, and what to do now.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { MachineFailure } from '../../src/worker/api/power.ts';
import { ResetIcon } from './icons.tsx';

/** What can be had at another try. */
const CAN_BE_TRIED: ReadonlySet<MachineFailure['kind']> = new Set([
  'image-missing',
  'image-corrupt',
]);

interface FailureWords {
  readonly title: string;
  readonly remedy: string;
}

const WORDS: Readonly<Record<MachineFailure['kind'], FailureWords>> = {
  'no-webassembly': {
    title: 'This browser cannot run the PC',
    remedy:
      'Open the page in a current Firefox, Chrome, Edge or Safari. If this is one, WebAssembly may be switched off, for example by a lockdown mode.',
  },
  'image-missing': {
    title: 'A part of the PC could not be downloaded',
    remedy:
      'Check the connection and try again. If this is your own copy of the site, build it again: a file is missing on the server.',
  },
  'image-corrupt': {
    title: 'A part of the PC arrived damaged',
    remedy:
      'Its checksum is wrong, so it was not used. Try again; if the message stays, the copy on the server is damaged.',
  },
  refused: {
    title: 'The PC cannot be built as asked',
    remedy: 'Change what it is made of, or start the usual PC.',
  },
  'files-needed': {
    title: 'This PC needs files of yours',
    remedy:
      'Choose them, or start the usual PC. They stay on this computer: nothing of them is sent anywhere.',
  },
  'kernel-panic': {
    title: 'Linux has panicked',
    remedy: 'Restart the PC to go on.',
  },
  'kernel-oops': {
    title: 'Linux has hit an error',
    remedy:
      'It has ended what caused the error and goes on as well as it can. Restart the PC when something no longer works.',
  },
  'no-progress': {
    title: 'The boot makes no progress',
    remedy:
      'Nothing has happened for a long time. Restart the PC; a reload of the page helps as well.',
  },
  'no-answer': {
    title: 'The PC does not answer',
    remedy:
      'Wait a little if this computer is busy: the PC may go on by itself. If it does not, restart it.',
  },
  'powered-off': {
    title: 'The PC is off',
    remedy: 'Restart it to go on.',
  },
  halted: {
    title: 'The PC has halted',
    remedy: 'Restart it to go on.',
  },
  internal: {
    title: 'The machine has stopped',
    remedy:
      'This should not happen: it is an error in this page, or the browser has no memory left. Restart the PC; if it happens again, please report the text above.',
  },
};

/** The last lines, scrolled to the very last: there it says why. */
function ConsoleTail({ lines }: { lines: readonly string[] }): JSX.Element {
  const box = useRef<HTMLPreElement>(null);
  useLayoutEffect(() => {
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  return (
    <pre
      class="failure-tail"
      ref={box}
      tabIndex={0}
      role="group"
      aria-label="Last lines of the console"
    >
      {lines.join('\n')}
    </pre>
  );
}

/** Another machine has to be asked for. */
const CAN_BE_CHANGED: ReadonlyMap<MachineFailure['kind'], string> = new Map([
  ['refused', 'Change it…'],
  ['files-needed', 'Choose the files…'],
]);

export interface FailureNoticeProps {
  readonly failure: ReadonlySignal<MachineFailure | null>;
  /** Starts the machine afresh. */
  readonly onRestart: () => void;
  /** Starts the machine of somebody who chose nothing. */
  readonly onUsual: () => void;
  /** Shows what the machine is made of. */
  readonly onMachine: () => void;
}

function Buttons({
  kind,
  ...props
}: Omit<FailureNoticeProps, 'failure'> & Pick<MachineFailure, 'kind'>): JSX.Element | null {
  if (kind === 'no-webassembly') return null;
  const change = CAN_BE_CHANGED.get(kind);
  if (change === undefined) {
    return (
      <button type="button" class="button button-primary" onClick={props.onRestart}>
        <ResetIcon />
        <span>{CAN_BE_TRIED.has(kind) ? 'Try again' : 'Restart the PC'}</span>
      </button>
    );
  }
  return (
    <div class="failure-actions">
      <button type="button" class="button button-primary" onClick={props.onMachine}>
        {change}
      </button>
      <button type="button" class="button" onClick={props.onUsual}>
        Start the usual PC
      </button>
    </div>
  );
}

export function FailureNotice({ failure, ...props }: FailureNoticeProps): JSX.Element | null {
  const now = failure.value;
  if (now === null) return null;
  const { title, remedy } = WORDS[now.kind];
  return (
    <div class="failure" role="alert" data-kind={now.kind}>
      <h3>{title}</h3>
      <p class="failure-message">{now.message}</p>
      {now.consoleTail.length > 0 ? <ConsoleTail lines={now.consoleTail} /> : null}
      <p>{remedy}</p>
      <Buttons {...props} kind={now.kind} />
    </div>
  );
}
