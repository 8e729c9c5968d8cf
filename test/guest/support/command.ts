// The `viommu` command as a user runs it: a process, its output, its exit status.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../../src/guest/package-root.ts';

export const COMMAND = join('dist', 'src', 'cli', 'viommu.js');

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command with all the words of all the groups. */
export function viommu(...groups: readonly (readonly string[])[]): Promise<Ended> {
  return runAt(packageRoot(), groups.flat());
}

/** Runs the command of the project at `root`. */
export function runAt(root: string, words: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [join(root, COMMAND), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}
