// The script in a process of Node's, which prints the answer as JSON. With the word `kit` `GuestSession` does the same.

import { GuestSession } from '../../../src/guest/guest-session.ts';
import { loadGuestFiles } from '../../support/loaded-files.ts';
import { answerOf, COMMANDS, type ScriptAnswer, type StepDigest } from './digest-script.ts';

async function askKit(): Promise<ScriptAnswer> {
  const session = await GuestSession.boot();
  try {
    const steps: StepDigest[] = [{ step: 'boot', run: session.digest() }];
    for (const step of COMMANDS) {
      await session.run(step);
      steps.push({ step, run: session.digest() });
    }
    return { kind: 'done', steps };
  } finally {
    await session.dispose();
  }
}

const answer = process.argv[2] === 'kit' ? await askKit() : await answerOf(loadGuestFiles);
console.log(JSON.stringify(answer));
