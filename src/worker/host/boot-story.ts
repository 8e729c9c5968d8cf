// The start of a guest in words, and what can go wrong in it.

import type { GuestStage, Oops } from '../../machine/boot-watch.ts';
import { InputError } from '../../machine/images/guest-images.ts';
import { ImageCorruptError } from '../../machine/images/image-files.ts';
import type { BootStage, MachineFailure } from '../api/power.ts';
import { ImageMissingError } from './image-download.ts';
import { FilesNeededError } from './own-files.ts';

const DETAILS: Readonly<Record<BootStage, string>> = {
  download: 'Fetching Linux, its files and the emulator',
  verify: 'Checking every file against its checksum',
  firmware: 'The firmware starts and hands over its tables',
  kernel: 'Linux unpacks itself and finds its hardware',
  iommu: 'The IOMMU driver is up; it takes charge of the devices',
  userspace: 'Linux starts its first program',
  ready: 'The shell is ready',
};

/** The same of a machine that is put back to where it was. */
export const RESTORING_DETAIL = 'Restoring the memory of a PC that has booted';

/** What happens in a stage, for the user. */
export function stageDetail(stage: BootStage | GuestStage): string {
  return DETAILS[stage];
}

/** Thrown by a start that a newer start has overtaken. */
export class SupersededError extends Error {
  override readonly name = 'SupersededError';
}

function failureKind(error: unknown): MachineFailure['kind'] {
  if (error instanceof ImageMissingError) return 'image-missing';
  if (error instanceof ImageCorruptError) return 'image-corrupt';
  if (error instanceof FilesNeededError) return 'files-needed';
  if (error instanceof InputError) return 'refused';
  return 'internal';
}

/** An error of a start as the page shows it. */
export function startFailure(error: unknown): MachineFailure {
  const words = error instanceof Error ? error.message : String(error);
  const kind = failureKind(error);
  return {
    kind,
    message: kind === 'internal' ? `The machine could not be started: ${words}` : words,
    consoleTail: [],
  };
}

export const NO_WEBASSEMBLY: MachineFailure = {
  kind: 'no-webassembly',
  message:
    'This browser does not run WebAssembly, which the emulated PC is made of. Switch it on (some hardened modes switch it off) or use another browser.',
  consoleTail: [],
};

export const POWERED_OFF: MachineFailure = {
  kind: 'powered-off',
  message: 'Linux switched the PC off.',
  consoleTail: [],
};

export const HALTED: MachineFailure = {
  kind: 'halted',
  message: 'Linux has halted: its processor has stopped for good, and the power is still on.',
  consoleTail: [],
};

export const CRASHED: MachineFailure = {
  kind: 'internal',
  message:
    'The emulated PC failed on something that Linux did, and was stopped. Reset it to go on.',
  consoleTail: [],
};

/** `words` are the kernel's own; the tail is cut to what it printed from them on. */
export function panicFailure(words: string, consoleTail: readonly string[]): MachineFailure {
  const start = consoleTail.findIndex((line) => line.includes('Kernel panic - not syncing'));
  return {
    kind: 'kernel-panic',
    message: `The kernel stopped itself: “${words}”.`,
    consoleTail: consoleTail.slice(Math.max(0, start)),
  };
}

/** What Linux calls to part from its IOMMU, as a backtrace names it. */
const DRIVER_REMOVAL = /\bviommu_remove\+/;

export function oopsFailure({ words, report }: Oops): MachineFailure {
  const isRemoval = report.some((line) => DRIVER_REMOVAL.test(line));
  const cause = isRemoval
    ? ' It happened while the driver of the IOMMU was removed, which Linux cannot do as long as devices are behind it.'
    : '';
  return {
    kind: 'kernel-oops',
    message: `Linux reports an error of its own: “${words}”.${cause}`,
    consoleTail: report,
  };
}

/** `isRunning`: whether the guest has executed anything in this time. */
export function stallFailure(
  seconds: number,
  isRunning: boolean,
  consoleTail: readonly string[],
): MachineFailure {
  return {
    kind: 'no-progress',
    message: isRunning
      ? `Linux has printed nothing for ${seconds} seconds of its start.`
      : `The PC’s processor has not executed anything for ${seconds} seconds of its start.`,
    consoleTail,
  };
}
