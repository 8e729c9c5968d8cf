// The `viommu` command as a user runs it, its output and its exit status: as a process, or in this one.

import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../../src/cli/run-command.ts';
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

/**
 * Runs the command in this process, with all the words of all the groups: a process of its own loads and compiles everything
 * anew, which takes a second or more. For all tests but those of streams, signals and the end of a process.
 */
export async function viommuHere(...groups: readonly (readonly string[])[]): Promise<Ended> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const status = await runCommand(groups.flat(), {
    out: (text) => stdout.push(Buffer.from(text)),
    err: (text) => stderr.push(Buffer.from(text)),
  });
  return {
    status,
    stdout: Buffer.concat(stdout).toString(),
    stderr: Buffer.concat(stderr).toString(),
  };
}

/** Runs the command as a process, with all the words of all the groups. */
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
