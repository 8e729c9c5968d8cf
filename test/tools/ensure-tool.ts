// Programs of the system that tests compare our output with: found, or installed where we may.

import { spawnSync } from 'node:child_process';

/** A program that Debian packages. */
export interface SystemTool {
  readonly command: string;
  /** Arguments with which it does nothing but succeed. */
  readonly versionArgs: readonly string[];
  /** Debian's package that has it. */
  readonly package: string;
}

function runs(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** Returns when the tool can be run; installs Debian's package if we may, else throws one sentence of advice. */
export function ensureTool({ command, versionArgs, package: name }: SystemTool): void {
  if (runs(command, versionArgs)) return;
  const advice = `${command} is missing: install it with 'apt-get install ${name}' (or your system's package of it) and run the tests again.`;
  const mayInstall = process.getuid?.() === 0 && runs('apt-get', ['--version']);
  if (!mayInstall) throw new Error(advice);
  const install = (): boolean => runs('apt-get', ['install', '-y', name]);
  if (!install() && !(runs('apt-get', ['update']) && install())) throw new Error(advice);
}

/** Runs the tool in `directory` and returns everything it printed; throws if it fails. */
export function runTool(
  { command }: SystemTool,
  directory: string,
  args: readonly string[],
): string {
  const result = spawnSync(command, args, { cwd: directory, encoding: 'utf8' });
  if (result.status !== 0) {
    throw new Error(`${command} ${args.join(' ')}:\n${result.stdout}${result.stderr}`);
  }
  return result.stdout + result.stderr;
}
