// `viommu replay`: replays a recorded run, says whether it was the same, and goes on from there.

import { GuestSession } from '../../guest/guest-session.ts';
import { readInput } from '../../guest/guest-files.ts';
import { readShare } from '../../guest/share-files.ts';
import { decodeRecording } from '../../machine/recording/recording-file.ts';
import type { CliOutput } from '../boot/guest-screen.ts';
import { EXIT_DONE, EXIT_FAILED } from '../exit-status.ts';
import type { ReplayArguments } from './replay-arguments.ts';
import { lastWriteSentence, replayReport, verdict, type AnsweredWrite } from './replay-report.ts';

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
    const answer = await askLastWrite(session, args.lastWrite);
    if (answer !== undefined) say(`${lastWriteSentence(answer)}\n`);
    const areDone = await runAll(session, args.commands, say);
    if (args.isJson) output.out(`${JSON.stringify(replayReport(result, answer))}\n`);
    return result.identical && areDone ? EXIT_DONE : EXIT_FAILED;
  } finally {
    await session.dispose();
  }
}

/** Searches where the replay ended; undefined when nothing is asked. */
async function askLastWrite(
  session: GuestSession,
  gpa: bigint | undefined,
): Promise<AnsweredWrite | undefined> {
  if (gpa === undefined) return undefined;
  return { gpa, write: await session.past.lastWrite(gpa) };
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
