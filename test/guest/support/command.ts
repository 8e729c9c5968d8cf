// The `viommu` command as a user runs it: a process, its output, its exit status.

import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/guest/package-root.ts';
import { schemaProblems } from '../../support/json-schema.ts';

export const COMMAND = join('dist', 'src', 'cli', 'viommu.js');

const REPORT_SCHEMA: unknown = JSON.parse(
  readFileSync(join(packageRoot(), 'src', 'cli', 'boot', 'boot-report.schema.json'), 'utf8'),
);

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Called with everything on standard error so far, whenever there is more. */
type Watch = (stderr: string, child: ChildProcess) => void;

/** Runs the command with all the words of all the groups. */
export function viommu(...groups: readonly (readonly string[])[]): Promise<Ended> {
  return runAt(packageRoot(), groups.flat());
}

/** Runs the command of the project at `root`. */
export function runAt(
  root: string,
  words: readonly string[],
  watch: Watch = () => undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, [join(root, COMMAND), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    watch(stderr, child);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

/** The report that standard output ends with. Throws unless it is what its schema says. */
export function reportOf({ stdout }: Ended): Record<string, unknown> {
  const report: unknown = JSON.parse(stdout);
  const problems = schemaProblems(REPORT_SCHEMA, report);
  if (problems.length > 0) throw new Error(`not a report: ${problems.join('; ')}`);
  return { ...Object(report) };
}
