// The way to the prompt: one step per stage, what is being done, and how much is downloaded.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import {
  BOOT_STAGES,
  type BootProgress,
  type BootStage,
  type MachineStatus,
} from '../../src/worker/api/power.ts';
import { STAGE_NAMES } from '../format/stage-words.ts';
import { formatBytes, formatSeconds } from '../format/quantity.ts';

/** The last stage is the end, not a step. */
const STEPS = BOOT_STAGES.filter((stage) => stage !== 'ready');

/** How far the boot is, 0..1. */
export function bootFraction(progress: BootProgress): number {
  const index = BOOT_STAGES.indexOf(progress.stage);
  const within = progress.totalBytes > 0 ? progress.loadedBytes / progress.totalBytes : 0;
  return Math.min(1, (index + within) / STEPS.length);
}

function Step({ progress, stage }: { progress: BootProgress; stage: BootStage }): JSX.Element {
  const now = BOOT_STAGES.indexOf(progress.stage);
  const mine = BOOT_STAGES.indexOf(stage);
  const state = mine < now ? 'done' : mine === now ? 'now' : 'next';
  const within = progress.totalBytes > 0 ? progress.loadedBytes / progress.totalBytes : 0;
  const fill = state === 'done' ? 1 : state === 'now' ? within : 0;
  return (
    <li class="boot-step" data-state={state}>
      <span class="boot-track">
        <span class="boot-fill" style={{ transform: `scaleX(${fill})` }} />
      </span>
      <span>{STAGE_NAMES[stage]}</span>
    </li>
  );
}

/** Of a machine that is restored: there are no steps to be seen. */
function Whole({ progress }: { progress: BootProgress }): JSX.Element {
  const fraction = progress.totalBytes > 0 ? progress.loadedBytes / progress.totalBytes : 0;
  return (
    <span class="boot-track">
      <span class="boot-fill" style={{ transform: `scaleX(${fraction})` }} />
    </span>
  );
}

export interface BootBarProps {
  readonly status: ReadonlySignal<MachineStatus>;
  readonly progress: ReadonlySignal<BootProgress>;
}

export function BootBar(props: BootBarProps): JSX.Element | null {
  const progress = props.progress.value;
  if (progress.stage === 'ready' || props.status.value === 'failed') return null;
  const bytes =
    progress.totalBytes > 0
      ? `${formatBytes(progress.loadedBytes)} of ${formatBytes(progress.totalBytes)}`
      : `${formatSeconds(progress.elapsedMs).slice(0, -2)} s`;
  return (
    <div
      class="boot"
      role="progressbar"
      aria-label="Boot"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(bootFraction(progress) * 100)}
      aria-valuetext={`${STAGE_NAMES[progress.stage]}: ${progress.detail}`}
    >
      <p class="boot-detail">
        <span>{progress.detail}</span>
        <span class="boot-bytes">{bytes}</span>
      </p>
      {props.status.value === 'restoring' ? (
        <Whole progress={progress} />
      ) : (
        <ol class="boot-steps">
          {STEPS.map((stage) => (
            <Step progress={progress} stage={stage} />
          ))}
        </ol>
      )}
    </div>
  );
}
