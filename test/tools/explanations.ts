// `npm run explanations -- --count 100000`: random histories of a device; everything that it refused is explained twice,
// by the product and by a second, naive explainer. Both must agree on every cause and all evidence.

import { parseArgs } from 'node:util';
import { CAUSE_IDS, type CauseId } from '../../src/trace/explain/causes.ts';
import { checkSeed } from '../model/explain/compare.ts';

const PROGRESS_MS = 5000;
/** Histories that meet every cause. */
const MEETS_ALL = 10_000;
/** Of a draft's request, and of an access that is no event. */
const OUT_OF_REACH: readonly CauseId[] = ['detach-reserved-bytes', 'no-memory'];

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
  },
});
const [count, first] = [Number(values.count), Number(values.seed)];
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(first)) {
  throw new Error('--count takes a whole number from 1, and --seed a whole number');
}

const tally = new Map<CauseId, number>();
const begin = performance.now();
let shown = begin;
let failure: string | undefined;
let done = 0;
while (done < count && failure === undefined) {
  failure = checkSeed(first + done, tally);
  done += 1;
  const now = performance.now();
  if (now - shown < PROGRESS_MS) continue;
  shown = now;
  console.log(`${done} histories, ${Math.round((done / (now - begin)) * 1000)} a second`);
}
const explained = [...tally.values()].reduce((sum, times) => sum + times, 0);
const missing = CAUSE_IDS.filter((id) => !tally.has(id) && !OUT_OF_REACH.includes(id));
for (const id of CAUSE_IDS) console.log(`${String(tally.get(id) ?? 0).padStart(9)}  ${id}`);
const seconds = ((performance.now() - begin) / 1000).toFixed(0);
console.log(`${done} histories from seed ${first} in ${seconds} s, ${explained} explanations`);
if (failure !== undefined) console.error(failure);
// A short run does not meet what is rare
const isMissed = count >= MEETS_ALL && missing.length > 0;
if (isMissed) console.error(`never met: ${missing.join(', ')}`);
process.exitCode = failure === undefined && !isMissed ? 0 : 1;
