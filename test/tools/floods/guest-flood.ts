// A hostile endpoint of a real guest: faults at the end of each tick while the guest reads its disk, until there are enough.

import type { GuestSession } from '../../../src/guest/guest-session.ts';
import { ROGUE_ENDPOINT } from '../../../src/machine/plan/topology.ts';
import { DEFAULT_RECORD_BYTES } from '../../../src/trace/record/iommu-record.ts';
import { MAX_MARK_BYTES } from '../../../src/trace/record/marks.ts';
import { History } from '../../../src/trace/replay/history.ts';
import { answerOf, answerOfMoment, digestOf } from '../device-answer.ts';
import type { Checks } from './checks.ts';
import { MemoryWatch } from './memory.ts';

const EACH_TICK = 500;
/** Linux takes IOVAs from the top of the 32-bit space: the lower half is never mapped. */
const PAGES = 0x8_0000;
const PAGE = 4096n;

/** What is derived of a record, and garbage of the moment. */
const BESIDE_RECORD = 64 << 20;
/** The host makes these accesses: each is an input, which the log of the run keeps for a recording. */
const INPUT_BYTES = 160;

/** Makes `count` faults. */
export async function floodFaults(
  guest: GuestSession,
  checks: Checks,
  count: number,
): Promise<void> {
  const before = guest.iommu.totals().faults;
  const memory = new MemoryWatch();
  const tally = { made: 0, notBlocked: 0, unreported: 0 };
  const stopEvents = guest.iommu.onEvent(({ event }) => {
    if (event.kind === 'faulted' && !event.isReported) tally.unreported += 1;
  });
  const begin = performance.now();
  const stop = guest.onTick(() => {
    for (let each = 0; each < EACH_TICK && tally.made < count; each += 1) {
      const address = BigInt((tally.made * 7919) % PAGES) * PAGE;
      const access = tally.made % 2 === 0 ? 'write' : 'read';
      tally.made += 1;
      const { outcome } = guest.rogueDma({ endpoint: ROGUE_ENDPOINT, address, access, length: 4 });
      if (outcome !== 'blocked') tally.notBlocked += 1;
    }
  });
  let rounds = 0;
  while (tally.made < count) {
    const { exitCode, output } = await guest.run('disk-read virtio');
    checks.need(exitCode === 0, `disk-read during the flood: ${output.trim()}`);
    memory.look();
    rounds += 1;
  }
  stop();
  stopEvents();
  const seconds = (performance.now() - begin) / 1000;
  const faults = guest.iommu.totals().faults - before;
  console.log(
    `${faults} faults in ${seconds.toFixed(1)} s, while the guest read its disk ${rounds} times; ${tally.unreported} found no buffer in the event queue`,
  );
  const bound = DEFAULT_RECORD_BYTES + MAX_MARK_BYTES + BESIDE_RECORD + count * INPUT_BYTES;
  const { text, isKept } = memory.report(bound);
  checks.check(isKept, text);
  checks.check(faults === count, `${tally.notBlocked} accesses were let through`);
}

/** A history that knows the state behind a flood, whatever the record has to let go; so does the guest's sweep then. */
export async function beginHistory(guest: GuestSession): Promise<History> {
  await guest.lab.sweep({ pages: 1, edgeAccesses: 1 });
  return new History(guest.iommu.record);
}

/** What must hold behind every flood: device and record agree, nothing is open, what is lost is said, the guest works. */
export async function checkGuest(
  guest: GuestSession,
  checks: Checks,
  history: History,
): Promise<void> {
  await guest.pause();
  const { record } = guest.iommu;
  const moment = history.at(record.lastSequence);
  const device = digestOf(answerOf(guest.iommu.state(), (domain) => guest.iommu.mappings(domain)));
  const isSame = moment.isKnown && digestOf(answerOfMoment(moment)) === device;
  checks.check(isSame, 'the device is in the state that its record has');
  const { accesses, leaked, wronglyBlocked } = await guest.lab.sweep();
  checks.check(
    leaked === 0 && wronglyBlocked === 0,
    `sweep: ${accesses} accesses, ${leaked} leaked, ${wronglyBlocked} wrongly blocked`,
  );
  const { count, evicted, lastSequence, firstSequence } = record;
  checks.check(
    count + evicted === lastSequence && firstSequence === evicted + 1,
    `record: ${lastSequence} events, ${count} kept, ${evicted} said to be gone`,
  );
  guest.start();
  for (const command of ['disk-read virtio', 'disk-read ide', 'net-ping 2', 'share-read']) {
    const { exitCode, output } = await guest.run(command);
    checks.check(exitCode === 0, `${command} works${exitCode === 0 ? '' : `: ${output}`}`);
  }
}
