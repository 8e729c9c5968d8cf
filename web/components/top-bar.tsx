// Name, what this is, how the machine is doing, and its switches.

import type { JSX } from 'preact';
import type { IommuMode } from '../../src/worker/api/api.ts';
import { formatClock } from '../format/quantity.ts';
import type { MachineSession } from '../machine-session.ts';
import { theme, toggleTheme } from '../theme.ts';
import { BrandMark, MoonIcon, PauseIcon, PlayIcon, ResetIcon, SunIcon } from './icons.tsx';
import { ModeSelect } from './mode-select.tsx';

const STATUS_WORDS = {
  loading: 'Starting',
  running: 'Running',
  paused: 'Paused',
  failed: 'Stopped',
} as const;

const TAGLINE_STARTS: Readonly<Record<IommuMode, string>> = {
  translated: 'Its devices reach memory only through an',
  bypass: 'Its devices reach all of its memory: its',
  off: 'Its devices reach all of its memory: it has no',
};

const TAGLINE_ENDS: Readonly<Record<IommuMode, string>> = {
  translated: ', and you see every address it maps, lets through or stops.',
  bypass: ' is told to let everything through, and only counts.',
  off: ' that could stop them or show what they do.',
};

function StatusView({ session }: { session: MachineSession }): JSX.Element {
  const status = session.status.value;
  const { timeMs, mips } = session.clock.value;
  const isOff = session.failure.value?.kind === 'powered-off';
  const isStarting = status === 'running' && !session.isReady;
  return (
    <div class="status" data-status={isOff ? 'off' : status}>
      <span class="status-word" role="status" aria-label="Machine status">
        <i class="status-dot" aria-hidden="true" />
        {isOff ? 'Off' : isStarting ? 'Booting' : STATUS_WORDS[status]}
      </span>
      <span class="status-metric" title="Time the guest has run; pauses are not counted">
        {formatClock(timeMs)}
      </span>
      <span class="status-metric" title="Million guest instructions a second">
        {status === 'running' && Math.round(mips) === 0 ? 'idle' : `${Math.round(mips)} MIPS`}
      </span>
    </div>
  );
}

function PauseButton({ session }: { session: MachineSession }): JSX.Element {
  const status = session.status.value;
  const isPaused = status === 'paused';
  return (
    <button
      type="button"
      class="button"
      disabled={status === 'loading' || status === 'failed'}
      onClick={() => void (isPaused ? session.resume() : session.pause())}
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

function Tagline({ mode }: { mode: IommuMode }): JSX.Element {
  return (
    <p class="tagline">
      A real Linux PC, running in this tab. {TAGLINE_STARTS[mode]} <b>IOMMU</b>
      {TAGLINE_ENDS[mode]}
    </p>
  );
}

export function TopBar({ session }: { session: MachineSession }): JSX.Element {
  return (
    <header class="topbar">
      <div class="brand">
        <BrandMark />
        <h1>viommu</h1>
      </div>
      <Tagline mode={session.mode.value} />
      <StatusView session={session} />
      <div class="controls">
        <PauseButton session={session} />
        <button
          type="button"
          class="button"
          title="Power cycle: the machine starts again from its firmware"
          onClick={() => void session.reset()}
        >
          <ResetIcon />
          <span>Reset</span>
        </button>
        <ModeSelect session={session} />
      </div>
      <ThemeButton />
    </header>
  );
}
