// `npm run travel`: goes back to random events of a long run, and compares each moment with the straight run there.

import { GuestSession } from '../../src/guest/guest-session.ts';

const CHECKPOINT_BYTES = 96 << 20;
const LEAST_EVENTS = 20_000;
const VISITS = 50;
/** Linear congruential generator (Numerical Recipes): any numbers will do, the same each time. */
const MULTIPLIER = 1_664_525;
const INCREMENT = 1_013_904_223;

interface Look {
  readonly digest: string;
  readonly state: string;
}

function look(guest: GuestSession): Look {
  const state = guest.iommu.state();
  const mappings = state.domains.map(({ id }) => guest.iommu.mappings(id));
  const text = JSON.stringify([state, mappings, guest.past.registers], (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString(16) : value,
  );
  return { digest: guest.digest().digest, state: text };
}

/** Events in rising order, spread over the run. */
function choose(): readonly number[] {
  let random = 1;
  const chosen = new Set<number>();
  while (chosen.size < VISITS) {
    random = (Math.imul(random, MULTIPLIER) + INCREMENT) >>> 0;
    chosen.add(1 + (random % LEAST_EVENTS));
  }
  return [...chosen].sort((a, b) => a - b);
}

const guest = await GuestSession.create({ checkpointBytes: CHECKPOINT_BYTES });
const visits = choose();
const seen = new Map<number, Look>();
let next = 0;
guest.onTick(() => {
  const { sequence } = guest.past.place;
  while ((visits[next] ?? Number.POSITIVE_INFINITY) <= sequence) {
    seen.set(visits[next] ?? 0, look(guest));
    next += 1;
  }
});
guest.start();
await guest.waitForBoot();
for (let round = 0; guest.past.place.sequence < LEAST_EVENTS; round += 1) {
  await guest.run(['share-read', 'net-ping', 'disk-read', 'sleep 20'][round % 4] ?? '');
}
const end = guest.digest();
const { bytes, checkpoints } = guest.past.checkpoints;
console.log(
  `${guest.past.place.sequence} events, ${end.instructions} instructions; ${checkpoints} checkpoints in ${(bytes / (1 << 20)).toFixed(1)} MiB`,
);
const times: number[] = [];
let differences = 0;
for (const visit of visits.toSorted((a, b) => ((a * 7919) % 10_007) - ((b * 7919) % 10_007))) {
  const start = performance.now();
  await guest.past.goTo(visit);
  times.push(performance.now() - start);
  const wanted = seen.get(visit);
  const found = look(guest);
  if (wanted === undefined || wanted.digest !== found.digest || wanted.state !== found.state) {
    differences += 1;
    console.log(`event ${visit} differs`);
  }
}
await guest.past.toEnd();
if (guest.digest().digest !== end.digest) differences += 1;
times.sort((a, b) => a - b);
const median = times[times.length >> 1] ?? 0;
console.log(
  `${times.length} visits, ${differences} differences; median ${median.toFixed(0)} ms, slowest ${(times.at(-1) ?? 0).toFixed(0)} ms`,
);
await guest.dispose();
process.exitCode = differences === 0 ? 0 : 1;
