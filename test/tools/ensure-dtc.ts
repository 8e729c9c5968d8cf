// Finds the device tree compiler `dtc`, which a test feeds our device-tree source.

import { ensureTool, runTool } from './ensure-tool.ts';

const DTC = { command: 'dtc', versionArgs: ['--version'], package: 'device-tree-compiler' };

/** Returns when `dtc` can be run; installs Debian's package if we may, else throws one sentence of advice. */
export function ensureDtc(): void {
  ensureTool(DTC);
}

/** Runs `dtc` in `directory` and returns everything it printed, warnings among it; throws if it fails. */
export function dtc(directory: string, args: readonly string[]): string {
  return runTool(DTC, directory, args);
}
