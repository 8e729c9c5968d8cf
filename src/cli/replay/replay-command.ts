// `viommu replay`: brings a recorded run about again, says whether it was the same, and goes on from there.

import { GuestSession } from '../../guest/guest-session.ts';
import { readInput } from '../../guest/guest-files.ts';
import { readShare } from '../../guest/share-files.ts';
import { decodeRecording, type Recording } from '../../machine/recording/recording-file.ts';
import type { ReplayResult } from '../../machine/recording/replay.ts';
import type { CliOutput } from '../boot/guest-screen.ts';
import { EXIT_DONE, EXIT_FAILED } from '../exit-status.ts';
import type { ReplayArguments } from './replay-arguments.ts';

/** Resolves with the exit status. Rejects with `InputError` for a file that is no recording, or one of another machine. */
export async function replayCommand(args: ReplayArguments, output: CliOutput): Promise<number> {
  const bytes = await readInput(args.file, 'recording');
  const recording = decodeRecording(bytes);
  if (recording.damage !== undefined) output.err(`viommu: ${recording.damage}\n`);
  const say = args.isJson ? output.err : output.out;
  const session = await GuestSession.create({
    plan: recording.head.plan,
    ...args.images,
    share: args.sharePath === undefined ? undefined : await readShare(args.sharePath),
    onConsole: (console) => {
      if (!args.isQuiet) say(console);
    },
  });
  try {
    const result = await session.past.replay(bytes, args.until);
    say(`\n${verdict(result, recording, args.until)}\n`);
    const areDone = await runAll(session, args.commands, say);
    if (args.isJson) output.out(`${JSON.stringify(result)}\n`);
    return result.identical && areDone ? EXIT_DONE : EXIT_FAILED;
  } finally {
    await session.dispose();
  }
}

async function runAll(
  session: GuestSession,
  commands: readonly string[],
  say: (text: string) => void,
): Promise<boolean> {
  let areDone = true;
  if (commands.length > 0) session.start();
  for (const command of commands) {
    say(`\n$ ${command}\n`);
    const { exitCode } = await session.run(command, { onOutput: say });
    if (exitCode === 0) continue;
    areDone = false;
    say(`[exit code ${exitCode}]\n`);
  }
  return areDone;
}

/** What became of the replay, in a sentence. */
function verdict(result: ReplayResult, recording: Recording, until: number | undefined): string {
  const { identical, events, instructions, digest, firstDifference } = result;
  if (firstDifference !== null) {
    return `Not identical: event ${firstDifference} is the first that is not as it was recorded.`;
  }
  if (!identical) {
    return `Not identical: all ${events} events are as they were recorded, but the console or the memory is not.`;
  }
  const part =
    until !== undefined && events < recording.events
      ? `Identical up to event ${events} of ${recording.events}`
      : `Identical: ${events} events`;
  return `${part}, ${instructions} instructions, digest ${digest}.`;
}
