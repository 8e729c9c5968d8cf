// The last DMA that wrote a page of the guest's, found by going the way again, against a log of all of them.

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { DRIVEN_ENDPOINTS } from '../support/driven-endpoints.ts';
import { GuestSession, type Mapping } from '../../src/guest/testing.ts';
import { VIRTIO_IOMMU_MAP_F_WRITE } from '../../src/iommu/protocol/protocol.ts';
import {
  BLOCK_ENDPOINT,
  IDE_ENDPOINT,
  NET_ENDPOINT,
  ROGUE_ENDPOINT,
  SHARE_ENDPOINT,
} from '../../src/machine/plan/topology.ts';
import { DmaLog } from './support/dma-log.ts';

const PAGE_BYTES = 4096;
const COMMANDS = ['disk-read ide', 'net-ping', 'share-read', 'disk-read virtio'];
/** A MiB of each disk: enough where nothing but the last write is asked for. */
const SHORT_COMMANDS = [
  'dd if=/dev/sda of=/dev/null bs=64k count=16',
  'net-ping 1',
  'share-read',
  'dd if=/dev/vda of=/dev/null bs=64k count=16',
];
const CHECKPOINT_BYTES = 48 << 20;
/** Writers, and how many pages are asked of each; null: the IOMMU itself. */
const WRITERS = [NET_ENDPOINT, SHARE_ENDPOINT, IDE_ENDPOINT, BLOCK_ENDPOINT, null];
const PAGES_OF_EACH = 4;
const DRAWS_WITHOUT = 8;
/** Writes that are gone back. */
const STEPS = 3;
const RAM_PAGES = (128 << 20) / PAGE_BYTES;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Numbers from a seed, at least 0 and less than a bound (a linear congruence of 32 bits). */
function numbersFrom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

interface LoggedGuest {
  readonly guest: GuestSession;
  readonly log: DmaLog;
}

/** Runs the commands while every write is logged. */
async function runLogged(
  build: () => Promise<GuestSession>,
  commands: readonly string[],
): Promise<LoggedGuest> {
  return DmaLog.during(build, async (guest) => {
    for (const command of commands) await guest.run(command);
  });
}

function pageOf(address: bigint): number {
  return Number(address) / PAGE_BYTES;
}

function addressOf(page: number): bigint {
  return BigInt(page * PAGE_BYTES + 8);
}

/** Pages of RAM that no device has written. */
function pagesWithout(log: DmaLog): readonly number[] {
  const written = new Set(log.writes.map(({ gpa }) => Math.floor(pageOf(gpa))));
  return Array.from({ length: RAM_PAGES }, (_, page) => page).filter((page) => !written.has(page));
}

/** Pages that a writer was the last to write, by chance. */
function drawPages(log: DmaLog, writer: number | null, below: (bound: number) => number) {
  const pages = new Set(log.writes.map(({ gpa }) => Math.floor(pageOf(gpa))));
  const own = [...pages].filter((page) => log.lastWrite(page)?.endpoint === writer);
  return Array.from({ length: PAGES_OF_EACH }, () => own[below(own.length)] ?? -1);
}

/** Mapped for the device to write only. */
function isReceiveBuffer({ flags }: Mapping): boolean {
  return flags === VIRTIO_IOMMU_MAP_F_WRITE;
}

describe('guest.past.lastWrite, of one guest,', () => {
  let guest: GuestSession;
  let log: DmaLog;
  beforeAll(async () => {
    const options = { checkpointBytes: CHECKPOINT_BYTES };
    ({ guest, log } = await runLogged(() => GuestSession.start(options), COMMANDS));
  });
  afterAll(() => guest.dispose());

  it('finds what a log of all writes knows, and leaves the guest where it is', async () => {
    const before = [guest.past.place, guest.digest()];
    const below = numbersFrom(7);
    const unwritten = pagesWithout(log);
    const page = unwritten[below(unwritten.length)] ?? -1;
    await expect(guest.past.lastWrite(addressOf(page))).resolves.toBeNull();
    for (const writer of WRITERS) {
      for (const page of drawPages(log, writer, below)) {
        const expected = log.lastWrite(page);
        expect(expected?.endpoint).toBe(writer);
        await expect(guest.past.lastWrite(addressOf(page))).resolves.toEqual(expected);
      }
    }
    expect([guest.past.place, guest.digest()]).toEqual(before);
  });

  it('searches before an event, and from where the guest was taken back to', async () => {
    const below = numbersFrom(11);
    const { sequence: end } = guest.past.place;
    const [page = -1] = drawPages(log, BLOCK_ENDPOINT, below);
    const last = log.lastWrite(page);
    const before = last?.sequence ?? -1;
    const earlier = log.lastWrite(page, ({ sequence }) => sequence < before);
    expect(earlier?.sequence).toBeLessThan(before);
    await expect(guest.past.lastWrite(addressOf(page), { before })).resolves.toEqual(earlier);
    await expect(guest.past.lastWrite(addressOf(page), { before: 0 })).resolves.toBeNull();
    // From write to write, backwards
    let write = last;
    for (let step = 0; step < STEPS && write !== null; step += 1) {
      const from = write;
      write = log.lastWrite(page, ({ tick, instructions }) =>
        tick === from.tick ? instructions < from.instructions : tick < from.tick,
      );
      await expect(guest.past.lastWrite(addressOf(page), { before: from })).resolves.toEqual(write);
    }
    await guest.past.goTo(end - 300);
    const { tick } = guest.past.place;
    const there = log.lastWrite(page, (write) => write.tick < tick);
    expect(there).not.toEqual(last);
    await expect(guest.past.lastWrite(addressOf(page))).resolves.toEqual(there);
    await guest.past.toEnd();
    guest.start();
    await expect(guest.run('echo alive')).resolves.toMatchObject({ output: 'alive\n' });
  });
});

describe('guest.past.lastWrite', () => {
  it('knows a write that no driver asked for', async () => {
    const guest = await GuestSession.start();
    await guest.run('net-ping');
    const { domain } = guest.iommu.state().endpoints.find(({ id }) => id === NET_ENDPOINT) ?? {};
    const mapping = guest.iommu.mappings(domain ?? -1).find(isReceiveBuffer);
    const { virtStart: iova = 0n, physStart: gpa = 0n } = mapping ?? {};
    const request = { endpoint: 'virtio-net', address: iova, access: 'write', length: 4 } as const;
    const { sequence, tick } = guest.past.place;
    expect(guest.rogueDma(request).outcome).toBe('completed');
    const { instructions } = guest;
    await expect(guest.past.lastWrite(gpa)).resolves.toEqual({
      endpoint: NET_ENDPOINT,
      iova,
      gpa,
      length: 4,
      sequence,
      tick,
      instructions,
    });
    await guest.dispose();
  });

  it('finds all of that on a machine without an IOMMU', async () => {
    const { guest, log } = await runLogged(
      () => GuestSession.boot({ iommu: 'off', checkpointBytes: CHECKPOINT_BYTES }),
      SHORT_COMMANDS,
    );
    const below = numbersFrom(5);
    const pages = [...new Set(log.writes.map(({ gpa }) => Math.floor(pageOf(gpa))))];
    for (let draw = 0; draw < DRAWS_WITHOUT; draw += 1) {
      const page = pages[below(pages.length)] ?? -1;
      const found = await guest.past.lastWrite(addressOf(page));
      expect(DRIVEN_ENDPOINTS.map(({ id }) => id)).toContain(found?.endpoint);
      expect({ ...found, endpoint: null }).toEqual(log.lastWrite(page));
    }
    const request = { endpoint: 'rogue', address: 0x2000ff0n, access: 'write' } as const;
    expect(guest.rogueDma({ ...request, length: 32 }).outcome).toBe('completed');
    const write = { endpoint: ROGUE_ENDPOINT, length: 16, sequence: 0 };
    for (const gpa of [0x2000ff0n, 0x2001000n]) {
      await expect(guest.past.lastWrite(gpa)).resolves.toMatchObject({ ...write, iova: gpa, gpa });
    }
    await guest.dispose();
  });

  it('forgets such a write when the power goes', async () => {
    // Its lives are as short as can be: a search for nothing goes the whole way again
    await using guest = await GuestSession.boot({ until: 'Linux version' });
    const request = { endpoint: 'rogue', address: 0x2000ff0n, access: 'write', length: 4 } as const;
    expect(guest.rogueDma(request).outcome).toBe('completed');
    await guest.powerCycle();
    await expect(guest.past.lastWrite(0x2000000n)).resolves.toBeNull();
  });

  it('says where no RAM is, and which event there cannot be', async () => {
    const guest = await GuestSession.create();
    await expect(guest.past.lastWrite(1n << 27n)).rejects.toThrow(
      'There is no RAM at 0x8000000. Give a guest-physical address as a bigint below 0x8000000.',
    );
    await expect(guest.past.lastWrite(-1n)).rejects.toThrow(/There is no RAM at -1/);
    await expect(guest.past.lastWrite(0n, { before: 1.5 })).rejects.toThrow(
      /There is no event 1\.5 to search before/,
    );
    await guest.dispose();
  });
});
