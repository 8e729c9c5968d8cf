#!/usr/bin/env node
// The `viommu` command as a process: its streams, and its exit status.

import { EXIT_FAILED } from './exit-status.ts';
import { runCommand, type Streams } from './run-command.ts';

/** Ends at once, with everything written: an abandoned guest does not keep the process alive. */
function exit(status: number): void {
  process.stdout.write('', (failure) => {
    const isWritten = failure === undefined || failure === null;
    process.stderr.write('', () => process.exit(isWritten ? status : EXIT_FAILED));
  });
}

// Whoever read our output has gone (`viommu boot | head`), or there is no room for it: the run can not be reported, so
// it did not succeed.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE')
    output.err(`viommu: The output cannot be written: ${error.message}\n`);
  process.exit(EXIT_FAILED);
});
process.stderr.on('error', () => process.exit(EXIT_FAILED));

const { stdout, stderr } = process;
const output: Streams = {
  out: (text) => stdout.write(text),
  err: (text) => stderr.write(text),
  columns: stderr.isTTY ? () => stderr.columns : undefined,
};
exit(await runCommand(process.argv.slice(2), output));
