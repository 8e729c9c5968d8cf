// The `viommu` command, wherever its words go. What it needs is loaded when it is named: no other command waits for that.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { didYouMean } from '../base/suggestion.ts';
import { packageRoot } from '../guest/package-root.ts';
import type { BootArguments } from './boot/boot-arguments.ts';
import type { CliOutput } from './boot/guest-screen.ts';
import { DEVICE_HELP } from './device/device-help.ts';
import { EXIT_DONE, EXIT_USAGE, exitStatusOf, messageOf } from './exit-status.ts';
import { compileForShortRuns } from './guest-compiler.ts';
import {
  BOOT_HELP,
  DTS_HELP,
  HELP,
  REPLAY_HELP,
  SERVE_HELP,
  SWEEP_HELP,
  WINDOW_HELP,
} from './help.ts';
import { TRACE_HELP } from './trace/trace-help.ts';
import { UsageError } from './usage-error.ts';

/** Where the words go. `columns`: standard error is a terminal so wide. */
export interface Streams extends CliOutput {
  readonly columns?: (() => number) | undefined;
}

type Words = readonly string[];

/** What a command does; resolves with the exit status. */
type Work = (streams: Streams) => Promise<number>;

interface Command {
  readonly help: string;
  /** What is to be done; undefined when its words ask for help. Rejects with `UsageError` for wrong words. */
  readonly read: (words: Words) => Promise<Work | undefined>;
}

/** What `args` stand for, unless they ask for help. */
function work<A extends { readonly isHelp: boolean }>(
  args: A,
  run: (args: A, streams: Streams) => Promise<number>,
): Work | undefined {
  return args.isHelp ? undefined : (streams) => run(args, streams);
}

async function boot(args: BootArguments, streams: Streams): Promise<number> {
  if (args.printsPlan) {
    const { printedPlan } = await import('./boot/boot-plan.ts');
    streams.out(await printedPlan(args));
    return EXIT_DONE;
  }
  compileForShortRuns();
  const { bootCommand } = await import('./boot/boot-command.ts');
  return bootCommand(args, streams, streams.columns);
}

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  [
    'boot',
    {
      help: BOOT_HELP,
      read: async (words) => {
        const { parseBootArguments } = await import('./boot/boot-arguments.ts');
        return work(parseBootArguments(words), boot);
      },
    },
  ],
  [
    'serve',
    {
      help: SERVE_HELP,
      read: async (words) => {
        const { parseServeArguments } = await import('./serve/serve-arguments.ts');
        return work(parseServeArguments(words), async (args, streams) => {
          const { serveCommand } = await import('./serve/serve-command.ts');
          return serveCommand(args, streams);
        });
      },
    },
  ],
  [
    'replay',
    {
      help: REPLAY_HELP,
      read: async (words) => {
        const { parseReplayArguments } = await import('./replay/replay-arguments.ts');
        return work(parseReplayArguments(words), async (args, streams) => {
          compileForShortRuns();
          const { replayCommand } = await import('./replay/replay-command.ts');
          return replayCommand(args, streams);
        });
      },
    },
  ],
  [
    'trace',
    {
      help: TRACE_HELP,
      read: async (words) => {
        const { parseTraceArguments } = await import('./trace/trace-arguments.ts');
        return work(parseTraceArguments(words), async (args, streams) => {
          const { traceCommand } = await import('./trace/trace-command.ts');
          return traceCommand(args, streams);
        });
      },
    },
  ],
  [
    'sweep',
    {
      help: SWEEP_HELP,
      read: async (words) => {
        const { parseSweepArguments } = await import('./sweep/sweep-arguments.ts');
        return work(parseSweepArguments(words), async (args, streams) => {
          const { sweepCommand } = await import('./sweep/sweep-command.ts');
          return sweepCommand(args, streams);
        });
      },
    },
  ],
  [
    'window',
    {
      help: WINDOW_HELP,
      read: async (words) => {
        const { parseWindowArguments } = await import('./window/window-arguments.ts');
        return work(parseWindowArguments(words), async (args, streams) => {
          compileForShortRuns();
          const { windowCommand } = await import('./window/window-command.ts');
          return windowCommand(args, streams);
        });
      },
    },
  ],
  [
    'device',
    {
      help: DEVICE_HELP,
      read: async (words) => {
        const { parseDeviceArguments } = await import('./device/device-arguments.ts');
        return work(parseDeviceArguments(words), async (args) => {
          const { deviceCommand } = await import('./device/device-command.ts');
          await deviceCommand(args, { input: process.stdin, output: process.stdout });
          return EXIT_DONE;
        });
      },
    },
  ],
  [
    'dts',
    {
      help: DTS_HELP,
      read: async (words) => {
        const { parseDtsArguments } = await import('./dts/dts-arguments.ts');
        return work(parseDtsArguments(words), async (args, { out }) => {
          const { printedTree } = await import('./dts/printed-tree.ts');
          out(await printedTree(args));
          return EXIT_DONE;
        });
      },
    },
  ],
]);

function version(): string {
  const text: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  const isManifest = typeof text === 'object' && text !== null && 'version' in text;
  return isManifest ? String(text.version) : 'unknown';
}

async function run([name, ...words]: Words, streams: Streams): Promise<number> {
  const command = COMMANDS.get(name ?? '');
  if (command !== undefined) {
    const wanted = await command.read(words);
    if (wanted !== undefined) return wanted(streams);
    streams.out(command.help);
    return EXIT_DONE;
  }
  switch (name) {
    case '--help':
    case '-h':
    case 'help':
      streams.out(COMMANDS.get(words[0] ?? '')?.help ?? HELP);
      return EXIT_DONE;
    case '--version':
    case '-v':
      streams.out(`${version()}\n`);
      return EXIT_DONE;
    case undefined:
      streams.err(HELP);
      return EXIT_USAGE;
    default: {
      const known = didYouMean(name, [...COMMANDS.keys(), '--help', '--version']);
      throw new UsageError(`There is no command ${name}.${known} "viommu --help" lists them.`);
    }
  }
}

/** Does what the words behind `viommu` ask for. Resolves with the exit status; every error has become words by then. */
export async function runCommand(words: Words, streams: Streams): Promise<number> {
  try {
    return await run(words, streams);
  } catch (error) {
    streams.err(`viommu: ${messageOf(error)}\n`);
    return exitStatusOf(error);
  }
}
