// A hostile driver inside a real guest: a module of its kernel sends wrong requests by the queue that Linux uses, attaches domain
// after domain, maps pages until there is no room; then takes the device away and gives it rings that are wrong.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GuestSession } from '../../../src/guest/guest-session.ts';
import { packageRoot } from '../../../src/guest/package-root.ts';
import { DEFAULT_STORE_LIMITS } from '../../../src/iommu/store/store-limits.ts';
import { EDU_ENDPOINT } from '../../../src/machine/plan/topology.ts';
import { DEFAULT_RECORD_BYTES } from '../../../src/trace/record/iommu-record.ts';
import { MAX_MARK_BYTES } from '../../../src/trace/record/marks.ts';
import type { Checks } from './checks.ts';
import { beginHistory, checkGuest } from './guest-flood.ts';
import { MemoryWatch } from './memory.ts';

/** What is derived of a record, and garbage of the moment. */
const BESIDE_RECORD = 64 << 20;
const BOUND = DEFAULT_RECORD_BYTES + MAX_MARK_BYTES + BESIDE_RECORD;
const LOOK_EACH_TICKS = 2000;
/** Each is a reset of the device, and a start; a tenth is enough. */
const RINGS_PART = 10;

/** What the module says; it stands in the guest's memory, as the share cannot be used without a driver. */
const FETCH =
  'share-read hostile.ko >/dev/null && cp /mnt/share/hostile.ko /tmp && umount /mnt/share';
const SAID = "dmesg | sed -n 's/.*\\] hostile: //p'";

export async function floodByDriver(checks: Checks, count: number): Promise<void> {
  const module = readFileSync(join(packageRoot(), 'guest-images/modules/hostile.ko'));
  await using guest = await GuestSession.boot({
    plan: { endpoints: { edu: true } },
    share: { 'hostile.ko': module },
  });
  await guest.run(FETCH);
  const history = await beginHistory(guest);
  const memory = new MemoryWatch();
  let ticks = 0;
  const stop = guest.onTick(() => {
    ticks += 1;
    if (ticks % LOOK_EACH_TICKS === 0) memory.look();
  });
  const said = async (parameters: string): Promise<string> => {
    const begin = performance.now();
    const insert = `dmesg -c >/dev/null; insmod /tmp/hostile.ko ${parameters} && rmmod hostile; ${SAID}`;
    const { output } = await guest.run(insert);
    console.log(`insmod hostile.ko ${parameters}: ${inSeconds(performance.now() - begin)}`);
    console.log(output.replaceAll(/^/gm, '    ').trimEnd());
    return output;
  };

  const requests = await said(`count=${count}`);
  const { rejected, ignored } = guest.iommu.totals();
  checks.check(
    requests.includes(`${count} wrong requests: 0 accepted, `),
    `none of ${count} wrong requests was accepted: ${rejected} refused, ${ignored} not answered`,
  );
  const { maxMappings } = DEFAULT_STORE_LIMITS;
  const isFull = /\b(\d+) pages mapped one by one, then there was no room; one UNMAP took all/;
  const filled = Number(isFull.exec(requests)?.[1]);
  // Mappings of the guest's own are the rest
  if (count > maxMappings) {
    checks.check(
      filled <= maxMappings && filled > maxMappings / 2,
      `${filled} pages mapped, of ${maxMappings} that there is room for`,
    );
  }
  const edu = guest.iommu.state().endpoints.find(({ id }) => id === EDU_ENDPOINT);
  checks.check(edu?.mode === 'bypass', 'its endpoint is where it was: in no domain');
  const flooded = memory.report(BOUND);
  checks.check(flooded.isKept, flooded.text);
  await checkGuest(guest, checks, history);

  await guest.run('umount /mnt/share');
  const rings = Math.ceil(count / RINGS_PART);
  const taken = await said(`count=0 rings=${rings}`);
  checks.check(
    taken.includes(`${rings} wrong rings: `) && taken.includes(', after 0 it did not work again'),
    'the device works again after each',
  );
  stop();
  const { output } = await guest.run('echo alive');
  checks.check(output.trim() === 'alive', 'what needs no DMA works in the guest');
  const { domains } = guest.iommu.state();
  checks.check(domains.length === 0, 'the device is reset: no domain is left');
  const rebooted = guest.waitForReboot();
  await guest.run('reboot -f').catch(() => undefined);
  await rebooted;
  await guest.waitForBoot();
  await checkGuest(guest, checks, history);
  const { text, isKept } = memory.report(BOUND);
  checks.check(isKept, text);
}

function inSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
