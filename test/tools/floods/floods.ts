// `npm run floods`: a real guest is flooded with faults, and floods its device with requests that are wrong; a device alone
// gets such requests, too, and its store is filled to the last domain and mapping. Memory must stay within its stated bound,
// the device in the state that its record has, and the guest usable. `--count 1000000`; `--only faults`, `driver`, `requests`,
// `domains`, `pages` or `sweep` (of as many mappings as there can be) for one of them.

import { parseArgs } from 'node:util';
import { GuestSession } from '../../../src/guest/guest-session.ts';
import { DEFAULT_STORE_LIMITS } from '../../../src/iommu/store/store-limits.ts';
import { Checks } from './checks.ts';
import { floodByDriver } from './driver-flood.ts';
import { exhaustDomains, floodRequests, mapAllPages, sweepAllPages } from './device-flood.ts';
import { beginHistory, checkGuest, floodFaults } from './guest-flood.ts';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '1000000' }, only: { type: 'string' } },
});
const count = Number(values.count);
if (!Number.isInteger(count) || count < 1000) {
  throw new Error(`--count takes a whole number from 1000, not "${values.count}"`);
}

const checks = new Checks();
/** More pages than the 32-bit space has. */
const ROOM_FOR_ALL = 1 << 20;

const floods: Readonly<Record<string, () => Promise<void> | void>> = {
  requests: () => floodRequests(checks, count),
  domains: () => exhaustDomains(checks),
  pages: () => {
    mapAllPages(checks, DEFAULT_STORE_LIMITS.maxMappings);
    mapAllPages(checks, ROOM_FOR_ALL);
  },
  sweep: () => sweepAllPages(checks),
  faults: async () => {
    const guest = await GuestSession.start();
    const history = await beginHistory(guest);
    await floodFaults(guest, checks, count);
    await checkGuest(guest, checks, history);
    await guest.dispose();
  },
  driver: () => floodByDriver(checks, count),
};

const chosen = values.only === undefined ? Object.keys(floods) : [values.only];
for (const name of chosen) {
  const flood = floods[name];
  if (flood === undefined) {
    throw new Error(`--only takes ${Object.keys(floods).join(', ')}, not "${name}"`);
  }
  console.log(`${name}:`);
  await flood();
}
process.exitCode = checks.isRight ? 0 : 1;
