#!/usr/bin/env node
// The `viommu` command as a process: its streams, and its exit status.

import { EXIT_FAILED } from './exit-status.ts';
import { unwritable } from './output-file.ts';
import { runCommand, type Streams } from './run-command.ts';

/** Ends at once, with everything written: an abandoned guest does not keep the process alive. */
function exit(status: number): void {
  process.stdout.write('', (failure) => {
    // Of what could not be written before, this one fails, too, and says less of why
    const cause = process.stdout.errored ?? failure;
    if (cause !== undefined && cause !== null) return endUnwritten(cause);
    process.stderr.write('', () => process.exit(status));
  });
}

/**
 * Ends at once: whoever read our output has gone (`viommu boot | head`), or there is no room for it. The run can not be reported,
 * so it did not succeed.
 */
function endUnwritten(cause: Error): void {
  const isGone = 'code' in cause && cause.code === 'EPIPE';
  const words = isGone ? '' : `viommu: ${unwritable('output', 'standard output', cause).message}\n`;
  process.stderr.write(words, () => process.exit(EXIT_FAILED));
}

process.stdout.on('error', endUnwritten);
process.stderr.on('error', () => process.exit(EXIT_FAILED));

const { stdout, stderr } = process;
const output: Streams = {
  out: (text) => stdout.write(text),
  err: (text) => stderr.write(text),
  columns: stderr.isTTY ? () => stderr.columns : undefined,
};
exit(await runCommand(process.argv.slice(2), output));
