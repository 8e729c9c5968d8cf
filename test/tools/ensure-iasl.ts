// Finds ACPICA's compiler and disassembler `iasl`, which an ACPI test compares our tables with.

import { spawnSync } from 'node:child_process';

const PACKAGE = 'acpica-tools';
const ADVICE = `iasl is missing: install it with 'apt-get install ${PACKAGE}' (or your system's ACPICA package) and run the tests again.`;

function runs(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** Returns when `iasl` can be run; installs Debian's package if we may, else throws one sentence of advice. */
export function ensureIasl(): void {
  if (runs('iasl', ['-v'])) return;
  const mayInstall = process.getuid?.() === 0 && runs('apt-get', ['--version']);
  if (!mayInstall) throw new Error(ADVICE);
  const install = (): boolean => runs('apt-get', ['install', '-y', PACKAGE]);
  if (!install() && !(runs('apt-get', ['update']) && install())) throw new Error(ADVICE);
}

/** Runs `iasl` in `directory` and returns everything it printed; throws if it fails. */
export function iasl(directory: string, args: readonly string[]): string {
  const result = spawnSync('iasl', args, { cwd: directory, encoding: 'utf8' });
  if (result.status !== 0)
    throw new Error(`iasl ${args.join(' ')}:\n${result.stdout}${result.stderr}`);
  return result.stdout + result.stderr;
}
