// `npm run digests`: the same boot and the same commands in five processes of Node, two of them beside two busy loops, in a
// worker of Chromium, of Firefox where it is installed, and in the kit. All must be the same run.

import { findChromium } from '../find-chromium.ts';
import { chromiumAt, firefoxAt } from '../browsers/browser.ts';
import { findFirefox } from '../browsers/find-browsers.ts';
import { runInBrowser } from './browser-run.ts';
import { difference } from './digest-difference.ts';
import type { ScriptAnswer, StepDigest } from './digest-script.ts';
import { runInNode } from './process-run.ts';

const BUSY_LOOPS = 2;

interface Place {
  readonly name: string;
  readonly run: () => Promise<ScriptAnswer>;
}

function places(): readonly Place[] {
  const firefox = findFirefox();
  if (firefox === undefined) console.log('No Firefox found: set FIREFOX_PATH to one.');
  return [
    ...[1, 2, 3].map((number) => ({
      name: `Node ${number}`,
      run: () => runInNode('bare', 0),
    })),
    ...[4, 5].map((number) => ({
      name: `Node ${number}, beside ${BUSY_LOOPS} busy loops`,
      run: () => runInNode('bare', BUSY_LOOPS),
    })),
    { name: 'GuestSession', run: () => runInNode('kit', 0) },
    { name: 'Chromium', run: () => runInBrowser(chromiumAt(findChromium())) },
    ...(firefox === undefined
      ? []
      : [{ name: 'Firefox', run: () => runInBrowser(firefoxAt(firefox)) }]),
  ];
}

let first: readonly StepDigest[] | undefined;
const different: string[] = [];

for (const { name, run } of places()) {
  const answer = await run();
  if (answer.kind === 'failed') throw new Error(`${name}: ${answer.reason}`);
  const last = answer.steps.at(-1)?.run;
  console.log(
    `${last?.digest}  ${last?.instructions} instructions, ${last?.eventCount} events  ${name}`,
  );
  first ??= answer.steps;
  const differs = difference(answer.steps, first);
  if (differs === undefined) continue;
  different.push(name);
  console.log(`  differs ${differs}`);
}
console.log(different.length === 0 ? 'one digest' : `not one digest: ${different.join('; ')}`);
process.exitCode = different.length === 0 ? 0 : 1;
