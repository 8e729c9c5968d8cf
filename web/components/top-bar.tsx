// Name, what this is, how the machine is doing, and its switches.

import { useComputed, type ReadonlySignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import type { PastNote } from '../../src/worker/api/past.ts';
import type {
  BootProgress,
  IommuMode,
  MachineFailure,
  MachineStatus,
} from '../../src/worker/api/power.ts';
import { formatClock, formatExact } from '../format/quantity.ts';
import type { MachineClock } from '../model/views.ts';
import { theme, toggleTheme } from '../theme.ts';
import { Term } from '../glossary/term.tsx';
import { AboutDialog } from './about-dialog.tsx';
import { BrandMark, MoonIcon, PauseIcon, PlayIcon, ResetIcon, SunIcon } from './icons.tsx';
import { RecordingControls, type RecordingControlsProps } from './recording-controls.tsx';
import { ModeSelect, type ModeSelectProps } from './mode-select.tsx';

const STATUS_WORDS = {
  loading: 'Starting',
  restoring: 'Restoring…',
  running: 'Running',
  paused: 'Paused',
  failed: 'Stopped',
  trace: 'Trace',
} as const;

/** A machine that was switched off is not broken. */
const POWER_ENDS: ReadonlyMap<MachineFailure['kind'] | undefined, string> = new Map([
  ['powered-off', 'Off'],
  ['halted', 'Halted'],
  ['files-needed', 'Not started'],
]);

const TAGLINE_STARTS: Readonly<Record<IommuMode, string>> = {
  translated: 'The PC’s devices reach memory only through an',
  bypass: 'The PC’s devices reach all of its memory: its',
  off: 'The PC’s devices reach all of its memory: it has no',
};

const TAGLINE_ENDS: Readonly<Record<IommuMode, string>> = {
  translated: ', and you see all that it lets through or stops.',
  bypass: ' is told to let everything through, and only counts.',
  off: ' that could stop them or show what they do.',
};

interface StatusViewProps {
  readonly past: ReadonlySignal<PastNote | null>;
  readonly status: ReadonlySignal<MachineStatus>;
  readonly progress: ReadonlySignal<BootProgress>;
  readonly failure: ReadonlySignal<MachineFailure | null>;
  readonly clock: ReadonlySignal<MachineClock>;
}

interface PauseButtonProps {
  readonly status: ReadonlySignal<MachineStatus>;
  readonly onPause: () => void;
  readonly onResume: () => void;
}

export interface TopBarProps
  extends
    StatusViewProps,
    PauseButtonProps,
    ModeSelectProps,
    Omit<RecordingControlsProps, 'isTrace'> {
  /** The switch between views. */
  readonly views?: ComponentChildren;
  /** What leads to commands, keys and terms. */
  readonly help?: ComponentChildren;
  /** What gives things to others. */
  readonly share?: ComponentChildren;
  readonly onReset: () => void;
  /** Shows what the machine is made of. */
  readonly onMachine: () => void;
}

/** Null where an idle PC runs. */
function speedOf(status: MachineStatus, mips: number): number | null {
  const speed = Math.round(mips);
  return status === 'running' && speed === 0 ? null : speed;
}

function pastWords(past: PastNote | null): string | undefined {
  return past === null
    ? undefined
    : `Event #${formatExact(past.sequence)} of ${formatExact(past.last)}, in the past`;
}

function StatusView(props: StatusViewProps): JSX.Element {
  const status = props.status.value;
  // Of news that change no word on the screen nothing is drawn anew.
  const time = useComputed(() => formatClock(props.clock.value.timeMs));
  const speed = useComputed(() => speedOf(props.status.value, props.clock.value.mips));
  const speedWords = useComputed(() => (speed.value === null ? 'idle' : String(speed.value)));
  const isIdle = useComputed(() => speed.value === null);
  const end = POWER_ENDS.get(props.failure.value?.kind);
  const past = pastWords(props.past.value);
  const isStarting = status === 'running' && props.progress.value.stage !== 'ready';
  return (
    <div class="status" data-status={end === undefined ? status : 'off'}>
      <span class="status-word" role="status" aria-label="Machine status">
        <i class="status-dot" aria-hidden="true" />
        {past ?? end ?? (isStarting ? 'Booting' : STATUS_WORDS[status])}
      </span>
      {status === 'trace' ? null : (
        <>
          <span class="status-metric">
            <Term of="guest-time">{time}</Term>
          </span>
          <span class="status-metric">
            {speedWords}
            {isIdle.value ? null : (
              <>
                {' '}
                <Term of="mips" />
              </>
            )}
          </span>
        </>
      )}
    </div>
  );
}

function PauseButton({ onPause, onResume, ...props }: PauseButtonProps): JSX.Element {
  const status = props.status.value;
  const isPaused = status === 'paused';
  return (
    <button
      type="button"
      class="button"
      title={isPaused ? 'Let the PC go on' : 'Stop the PC where it is'}
      disabled={status !== 'running' && !isPaused}
      onClick={isPaused ? onResume : onPause}
    >
      {isPaused ? <PlayIcon /> : <PauseIcon />}
      <span>{isPaused ? 'Resume' : 'Pause'}</span>
    </button>
  );
}

function ThemeButton(): JSX.Element {
  const isDark = theme.value === 'dark';
  const label = isDark ? 'Switch to the light theme' : 'Switch to the dark theme';
  return (
    <button
      type="button"
      class="button button-icon theme-button"
      aria-label={label}
      title={label}
      onClick={toggleTheme}
    >
      {isDark ? <SunIcon /> : <MoonIcon />}
    </button>
  );
}

function Tagline(props: Pick<TopBarProps, 'mode' | 'past'>): JSX.Element {
  const mode = props.mode.value;
  // What the status then says needs its room
  if (props.past.value !== null) return <span class="tagline" />;
  return (
    <p class="tagline">
      Real Linux, in this tab.{' '}
      <span class="tagline-more">
        {TAGLINE_STARTS[mode]}{' '}
        <b>
          <Term of="iommu" />
        </b>
        {TAGLINE_ENDS[mode]}
      </span>
    </p>
  );
}

export function TopBar(props: TopBarProps): JSX.Element {
  const { status, past, progress, failure, clock, mode } = props;
  const isTrace = status.value === 'trace';
  return (
    <header class="topbar">
      <div class="brand">
        <BrandMark />
        <h1>viommu</h1>
      </div>
      {props.views}
      {isTrace ? <span class="tagline" /> : <Tagline mode={mode} past={past} />}
      <StatusView status={status} past={past} progress={progress} failure={failure} clock={clock} />
      <div class="controls">
        {isTrace ? null : (
          <>
            <PauseButton status={status} onPause={props.onPause} onResume={props.onResume} />
            <button
              type="button"
              class="button"
              title="Boot from power-on: the PC is switched off, and its firmware starts Linux"
              onClick={props.onReset}
            >
              <ResetIcon />
              <span>Reset</span>
            </button>
          </>
        )}
        <RecordingControls
          canRecord={props.canRecord}
          onSave={props.onSave}
          onOpen={props.onOpen}
          isTrace={isTrace}
        />
        {props.share}
        {isTrace ? null : (
          <>
            <ModeSelect mode={mode} isLazy={props.isLazy} onStart={props.onStart} />
            <button
              type="button"
              class="button"
              aria-haspopup="dialog"
              title="What the PC is made of: kernel, files, memory, devices, IOMMU"
              onClick={props.onMachine}
            >
              Machine…
            </button>
          </>
        )}
        {props.help}
        <AboutDialog />
      </div>
      <ThemeButton />
    </header>
  );
}
