// What a session keeps of the IOMMU's events, and what it does not.

import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { ROGUE_ENDPOINT } from '../../src/machine/plan/topology.ts';
import { GuestSession, type GuestSessionOptions } from '../../src/guest/testing.ts';

/** All endpoints that Linux has drivers for. */
const WORK = 'head -c 524288 /dev/vda; head -c 524288 /dev/sda; share-read; net-ping 1';
/** The kernel and its data, and some of what it has allocated. */
const FROM = 1 << 20;
const RAM_BYTES = 16 << 20;

/** A session whose guest never runs, and one access of its rogue device, which the IOMMU stops. */
async function withFault(
  options: GuestSessionOptions,
  look: (session: GuestSession) => void,
): Promise<void> {
  const session = await GuestSession.create({ bootBypass: false, ...options });
  try {
    const request = { endpoint: ROGUE_ENDPOINT, address: 0n, access: 'read', length: 4 } as const;
    expect(session.rogueDma(request).outcome).toBe('blocked');
    look(session);
  } finally {
    await session.dispose();
  }
}

it('keeps and counts events', async () => {
  await withFault({}, ({ iommu }) => {
    expect(iommu.events.map(({ event }) => event.kind)).toContain('faulted');
    expect(iommu.totals().faults).toBe(1);
  });
});

it('keeps none without recordsEvents, and says so when it is asked to count', async () => {
  await withFault({ recordsEvents: false }, ({ iommu }) => {
    expect(iommu.state().sequence).toBeGreaterThan(0);
    expect(iommu.events).toEqual([]);
    expect(() => iommu.totals()).toThrow('recordsEvents');
  });
});

/** How many events are kept with who asked for them. */
function knownWho({ iommu }: GuestSession): number {
  return iommu.record.chunks.reduce(
    (sum, { columns, count }) => sum + columns.who.subarray(0, count).filter(Boolean).length,
    0,
  );
}

it('keeps no who without recordsWho, and the guest does not notice what is kept', async () => {
  const runs: { asked: number; ram: string; instructions: number }[] = [];
  for (const options of [{ recordsEvents: false }, { recordsWho: false }, {}]) {
    await using session = await GuestSession.start(options);
    const before = knownWho(session);
    await session.run(`(${WORK}) >/dev/null`);
    const asked = knownWho(session) - before;
    const { instructions } = session;
    const bytes = new Uint8Array(RAM_BYTES);
    session.memory.read(0, FROM, bytes);
    const ram = createHash('sha256').update(bytes).digest('hex');
    runs.push({ asked, ram, instructions });
  }
  const [unrecorded, recorded, traced] = runs;
  expect(recorded).toEqual(unrecorded);
  expect(unrecorded?.asked).toBe(0);
  expect(traced?.asked).toBeGreaterThan(100);
  expect(traced).toEqual({ ...unrecorded, asked: traced?.asked });
});

it('still tells who wants to hear', async () => {
  const heard: string[] = [];
  const onEvent: GuestSessionOptions['onEvent'] = ({ event }) => heard.push(event.kind);
  await withFault({ recordsEvents: false, onEvent }, ({ iommu }) => {
    expect(heard).toContain('faulted');
    expect(iommu.events).toEqual([]);
  });
});
