// `npm run starts -- --count 1000`: starts the kit from its snapshot again and again and reads the disk each time. All
// must succeed, and all be the same run.

import { parseArgs } from 'node:util';
import { GuestSession } from '../../src/guest/guest-session.ts';

const COMMAND = 'disk-read virtio';
const REPORT_EVERY = 50;

const { values } = parseArgs({ options: { count: { type: 'string', default: '1000' } } });
const count = Number(values.count);
if (!Number.isInteger(count) || count < 1) {
  throw new Error(`--count takes a whole number from 1, not "${values.count}"`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const startsMs: number[] = [];
const totalsMs: number[] = [];
const digests = new Map<string, number>();
let failures = 0;

async function startOnce(): Promise<void> {
  const begin = performance.now();
  const session = await GuestSession.start();
  try {
    startsMs.push(performance.now() - begin);
    const { exitCode, output } = await session.run(COMMAND);
    if (exitCode !== 0) throw new Error(`${COMMAND} ended with ${exitCode}: ${output}`);
    totalsMs.push(performance.now() - begin);
    const { digest } = session.digest();
    digests.set(digest, (digests.get(digest) ?? 0) + 1);
  } finally {
    await session.dispose();
  }
}

for (let done = 1; done <= count; done += 1) {
  try {
    await startOnce();
  } catch (error) {
    failures += 1;
    console.error(`start ${done}:`, error);
  }
  if (done % REPORT_EVERY === 0 || done === count) {
    console.log(
      `${done} starts: ${failures} failures, ${digests.size} digests, median ${median(startsMs).toFixed(0)} ms to start, ${median(totalsMs).toFixed(0)} ms with ${COMMAND}`,
    );
  }
}
for (const [digest, times] of digests) console.log(`${digest}  ${times} times`);
process.exitCode = failures === 0 && digests.size === 1 ? 0 : 1;
