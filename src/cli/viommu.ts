#!/usr/bin/env node
// The `viommu` command.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deviceTreeSource } from '../machine/plan/device-tree.ts';
import { describeMachine } from '../machine/plan/machine-description.ts';
import { DEFAULT_PLAN } from '../machine/plan/plan-check.ts';
import { packageRoot } from '../guest/package-root.ts';
import { parseBootArguments, type BootArguments } from './boot/boot-arguments.ts';
import type { CliOutput } from './boot/guest-screen.ts';
import { parseDeviceArguments } from './device/device-arguments.ts';
import { deviceCommand } from './device/device-command.ts';
import { compileForShortRuns } from './guest-compiler.ts';
import { EXIT_DONE, EXIT_FAILED, EXIT_USAGE, exitStatusOf, messageOf } from './exit-status.ts';
import { DEVICE_HELP } from './device/device-help.ts';
import { parseDtsArguments, type DtsArguments } from './dts/dts-arguments.ts';
import { readPlanFile } from './plan-file.ts';
import {
  BOOT_HELP,
  DTS_HELP,
  HELP,
  REPLAY_HELP,
  SERVE_HELP,
  SWEEP_HELP,
  WINDOW_HELP,
} from './help.ts';
import { parseTraceArguments } from './trace/trace-arguments.ts';
import { TRACE_HELP } from './trace/trace-help.ts';
import { parseReplayArguments } from './replay/replay-arguments.ts';
import { parseWindowArguments } from './window/window-arguments.ts';
import { parseSweepArguments } from './sweep/sweep-arguments.ts';
import { parseServeArguments } from './serve/serve-arguments.ts';
import { didYouMean } from '../base/suggestion.ts';
import { UsageError } from './usage-error.ts';

const COMMANDS = [
  'boot',
  'serve',
  'replay',
  'trace',
  'sweep',
  'window',
  'device',
  'dts',
  '--help',
  '--version',
];

function version(): string {
  const text: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  const isManifest = typeof text === 'object' && text !== null && 'version' in text;
  return isManifest ? String(text.version) : 'unknown';
}

async function boot(args: BootArguments, output: CliOutput): Promise<number> {
  if (args.isHelp) {
    output.out(BOOT_HELP);
    return EXIT_DONE;
  }
  if (args.printsPlan) {
    const { printedPlan } = await import('./boot/boot-plan.ts');
    output.out(await printedPlan(args));
    return EXIT_DONE;
  }
  compileForShortRuns();
  // Brings the emulator, which no other command should wait for
  const { bootCommand } = await import('./boot/boot-command.ts');
  const { stderr } = process;
  return bootCommand(args, output, stderr.isTTY ? () => stderr.columns : undefined);
}

async function replay(words: readonly string[], output: CliOutput): Promise<number> {
  const args = parseReplayArguments(words);
  if (args.isHelp) {
    output.out(REPLAY_HELP);
    return EXIT_DONE;
  }
  compileForShortRuns();
  const { replayCommand } = await import('./replay/replay-command.ts');
  return replayCommand(args, output);
}

async function sweep(words: readonly string[], output: CliOutput): Promise<number> {
  const args = parseSweepArguments(words);
  if (args.isHelp) {
    output.out(SWEEP_HELP);
    return EXIT_DONE;
  }
  const { sweepCommand } = await import('./sweep/sweep-command.ts');
  return sweepCommand(args, output);
}

async function window(words: readonly string[], output: CliOutput): Promise<number> {
  const args = parseWindowArguments(words);
  if (args.isHelp) {
    output.out(WINDOW_HELP);
    return EXIT_DONE;
  }
  compileForShortRuns();
  const { windowCommand } = await import('./window/window-command.ts');
  return windowCommand(args, output);
}

async function serve(words: readonly string[], output: CliOutput): Promise<number> {
  const args = parseServeArguments(words);
  if (args.isHelp) {
    output.out(SERVE_HELP);
    return EXIT_DONE;
  }
  const { serveCommand } = await import('./serve/serve-command.ts');
  return serveCommand(args, output);
}

async function device(words: readonly string[], output: CliOutput): Promise<number> {
  const args = parseDeviceArguments(words);
  if (args.isHelp) output.out(DEVICE_HELP);
  else await deviceCommand(args, { input: process.stdin, output: process.stdout });
  return EXIT_DONE;
}

async function trace(words: readonly string[], output: CliOutput): Promise<number> {
  const args = parseTraceArguments(words);
  if (args.isHelp) {
    output.out(TRACE_HELP);
    return EXIT_DONE;
  }
  const { traceCommand } = await import('./trace/trace-command.ts');
  return traceCommand(args, output);
}

/** What `viommu help COMMAND` prints. */
const HELP_OF: ReadonlyMap<string | undefined, string> = new Map([
  ['boot', BOOT_HELP],
  ['device', DEVICE_HELP],
  ['dts', DTS_HELP],
  ['replay', REPLAY_HELP],
  ['serve', SERVE_HELP],
  ['sweep', SWEEP_HELP],
  ['trace', TRACE_HELP],
  ['window', WINDOW_HELP],
]);

async function dts({ iommu, planFile, isHelp }: DtsArguments): Promise<string> {
  if (isHelp) return DTS_HELP;
  const plan = planFile === undefined ? DEFAULT_PLAN : await readPlanFile(planFile);
  return deviceTreeSource(describeMachine(plan, iommu));
}

async function main([command, ...rest]: readonly string[], output: CliOutput): Promise<number> {
  switch (command) {
    case 'boot':
      return boot(parseBootArguments(rest), output);
    case 'serve':
      return serve(rest, output);
    case 'replay':
      return replay(rest, output);
    case 'sweep':
      return sweep(rest, output);
    case 'window':
      return window(rest, output);
    case 'trace':
      return trace(rest, output);
    case 'device':
      return device(rest, output);
    case 'dts':
      output.out(await dts(parseDtsArguments(rest)));
      return EXIT_DONE;
    case '--help':
    case '-h':
    case 'help':
      output.out(HELP_OF.get(rest[0]) ?? HELP);
      return EXIT_DONE;
    case '--version':
    case '-v':
      output.out(`${version()}\n`);
      return EXIT_DONE;
    case undefined:
      output.err(HELP);
      return EXIT_USAGE;
    default: {
      const known = didYouMean(command, COMMANDS);
      throw new UsageError(`There is no command ${command}.${known} "viommu --help" lists them.`);
    }
  }
}

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

const output: CliOutput = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
};
try {
  exit(await main(process.argv.slice(2), output));
} catch (error) {
  output.err(`viommu: ${messageOf(error)}\n`);
  exit(exitStatusOf(error));
}
