// Files that a run would write over: its own, and those that it reads.

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { InputError } from '../../machine/images/guest-images.ts';
import type { BootArguments } from './boot-arguments.ts';

/** Throws `InputError` where the trace or the recording would take the place of another file of the command line. */
export function checkOutputs({ trace, record, files, planFile, sharePath }: BootArguments): void {
  const { kernel, initrd, disk } = files;
  const inputs = { kernel, initrd, disk, plan: planFile, share: sharePath };
  checkOutput('trace', trace, inputs);
  checkOutput('record', record, { ...inputs, trace });
}

function checkOutput(
  name: string,
  path: string | undefined,
  others: Readonly<Record<string, unknown>>,
): void {
  if (path === undefined) return;
  for (const [other, otherPath] of Object.entries(others)) {
    if (typeof otherPath !== 'string' || !isSameFile(path, otherPath)) continue;
    throw new InputError(
      `--${name} and --${other} name the same file, ${path}, which would be lost. Give --${name} another name.`,
    );
  }
}

function isSameFile(one: string, other: string): boolean {
  if (resolve(one) === resolve(other)) return true;
  const [first, second] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }));
  // What is no file can be given twice: /dev/null, a terminal
  if (first?.isFile() !== true || second === undefined) return false;
  return first.ino === second.ino && first.dev === second.dev;
}
