// One guest of the `recording` benchmark in this process, `node recording-once.js READ TURNS`: prints seconds of CPU time.

import { READS } from './dma-reads.ts';
import { RecordingGuest, SWITCHES, type Switch } from './recording-guest.ts';

const read = READS.find(({ name }) => name === process.argv[2]);
const turns = Number(process.argv[3]);
if (read === undefined || !(turns > 0)) throw new Error('usage: recording-once READ TURNS');
const guest = await RecordingGuest.boot();
const seconds: Record<Switch, number[]> = { off: [], recorded: [], traced: [] };
for (let turn = -Math.ceil(read.warmingReads / SWITCHES.length); turn < turns; turn += 1) {
  const order = turn % 2 === 0 ? SWITCHES : SWITCHES.toReversed();
  for (const mode of order) {
    const cost = await guest.read(read, mode);
    if (turn >= 0) seconds[mode].push(cost);
  }
}
guest.check();
await guest.dispose();
console.log(JSON.stringify(seconds));
