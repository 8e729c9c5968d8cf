// The exit status of every command, and what an error tells of it.

import { InputError } from '../machine/images/guest-images.ts';
import { ImageCorruptError } from '../machine/images/image-files.ts';
import { UsageError } from './usage-error.ts';

export const EXIT_DONE = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

/** The exit status that an error stands for: the user's mistake, or a run that failed. */
export function exitStatusOf(error: unknown): number {
  const isMistake =
    error instanceof UsageError ||
    error instanceof InputError ||
    error instanceof ImageCorruptError;
  return isMistake ? EXIT_USAGE : EXIT_FAILED;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
