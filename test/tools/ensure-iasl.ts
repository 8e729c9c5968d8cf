// Finds ACPICA's compiler and disassembler `iasl`, which an ACPI test compares our tables with.

import { ensureTool, runTool } from './ensure-tool.ts';

const IASL = { command: 'iasl', versionArgs: ['-v'], package: 'acpica-tools' };

/** Returns when `iasl` can be run; installs Debian's package if we may, else throws one sentence of advice. */
export function ensureIasl(): void {
  ensureTool(IASL);
}

/** Runs `iasl` in `directory` and returns everything it printed; throws if it fails. */
export function iasl(directory: string, args: readonly string[]): string {
  return runTool(IASL, directory, args);
}
