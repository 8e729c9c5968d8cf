// Who in the guest asks for each mapping: compared with what the guest's own ftrace says.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GuestSession } from '../../src/guest/testing.ts';
import {
  BLOCK_ENDPOINT,
  CONSOLE_ENDPOINT,
  IDE_ENDPOINT,
  NET_ENDPOINT,
  ROGUE_ENDPOINT,
  SHARE_ENDPOINT,
} from '../../src/machine/plan/topology.ts';
import type { SymbolTable } from '../../src/kernel/symbol-table.ts';
import { backtraceCaveats, frameWords } from '../../src/kernel/who-words.ts';
import { committedSymbols, logWho, type WhoEntry } from './support/who-log.ts';

/** Functions of each endpoint's own driver; of what drivers share there are none. */
const DRIVERS: Readonly<Record<number, RegExp>> = {
  [BLOCK_ENDPOINT]: /^virtblk_/,
  [ROGUE_ENDPOINT]: /^virtrng_|^random_recv_done|^virtio_read$/,
  [SHARE_ENDPOINT]: /^p9_virtio_|^req_done/,
  [NET_ENDPOINT]: /^virtnet_|^start_xmit|^try_fill_recv/,
  [CONSOLE_ENDPOINT]: /^virtcons_|^control_work_handler|^add_port/,
  [IDE_ENDPOINT]: /^ata_|^piix_/,
};
/** A driver's share of MAPs and UNMAPs that name it. */
const LEAST_NAMED = 0.99;

const TRACING = '/sys/kernel/tracing';
const TRACE_LINE = /-(\d+)\s+\[\d+\]\s+(\S+)\s+[\d.]+: (map|unmap): IOMMU: iova=0x([0-9a-f]+)/;
/** In an interrupt, a soft one, or both; or a non-maskable one. */
const IN_INTERRUPT = /[hHsZz]/;

let guest: GuestSession;
let symbols: SymbolTable;
let take: () => WhoEntry[];
let bootDigest: string;

beforeAll(async () => {
  guest = await GuestSession.create();
  symbols = committedSymbols(guest);
  take = logWho(guest, symbols);
  guest.start();
  await guest.waitForBoot();
  bootDigest = guest.digest().digest;
});

afterAll(() => guest.dispose());

/** Endpoints by the domain that each has of its own. */
function endpointsByDomain(): ReadonlyMap<number, number> {
  return new Map(guest.iommu.state().domains.map(({ id, endpoints }) => [id, endpoints[0] ?? 0]));
}

function namesDriver({ domain, trace }: WhoEntry, endpoints: ReadonlyMap<number, number>): boolean {
  const driver = DRIVERS[endpoints.get(domain) ?? 0];
  return trace.frames.some(({ name }) => name !== undefined && driver?.test(name) === true);
}

/** Checks that the drivers are named, and prints how many are. */
function expectDrivers(what: string, entries: readonly WhoEntry[]): void {
  const endpoints = endpointsByDomain();
  const missed = entries.filter((entry) => !namesDriver(entry, endpoints));
  const exact = entries.filter(({ trace }) => trace.isExact).length;
  const interrupts = entries.filter(({ trace }) => trace.isInInterrupt).length;
  process.stdout.write(
    `${what}: ${entries.length - missed.length} of ${entries.length} name the driver, ${exact} exact, ${interrupts} in interrupts\n`,
  );
  const share = 1 - missed.length / entries.length;
  expect(share, missed[0]?.trace.frames.map(frameWords).join(' < ')).toBeGreaterThanOrEqual(
    LEAST_NAMED,
  );
}

describe('who makes a mapping', () => {
  it('is a driver, in a boot', () => {
    const entries = take();
    expect(entries.length).toBeGreaterThan(100);
    expectDrivers('boot', entries);
  });

  it('is not noticed by the guest, which runs as if nobody looked', async () => {
    // It stands where the boot that the build has watched came to its prompt
    await using other = await GuestSession.start();
    expect(other.digest().digest).toBe(bootDigest);
  });

  it.each(['disk-read virtio', 'disk-read ide', 'net-ping', 'share-read'])(
    "is the driver and the task that the guest's ftrace names, in %s",
    async (command) => {
      await guest.run(`cd ${TRACING} && echo 4096 > buffer_size_kb && echo > trace
        echo 1 > events/iommu/map/enable; echo 1 > events/iommu/unmap/enable`);
      take();
      expect(await guest.run(command)).toMatchObject({ exitCode: 0 });
      const entries = take();
      await guest.run(`cd ${TRACING} && echo 0 > events/iommu/enable`);
      expectDrivers(command, entries);
      const { output } = await guest.run(`cat ${TRACING}/trace`);
      const traced = output.split('\n').flatMap((line) => {
        const [, pid, flags = '', kind, iova] = TRACE_LINE.exec(line) ?? [];
        return kind === undefined
          ? []
          : [`${kind} 0x${BigInt(`0x${iova}`).toString(16)} ${pid} ${IN_INTERRUPT.test(flags)}`];
      });
      const seen = entries.map(
        ({ kind, iova, trace }) =>
          `${kind} 0x${iova.toString(16)} ${trace.task?.pid} ${trace.isInInterrupt}`,
      );
      // The entropy driver may ask for more before tracing ends.
      expect(seen.length).toBeGreaterThan(10);
      expect(traced.slice(0, seen.length)).toEqual(seen);
    },
  );

  it('is the process that the shell started', async () => {
    take();
    const { output } = await guest.run(
      "blockdev --flushbufs /dev/vda; sh -c 'echo $$; exec dd if=/dev/vda of=/dev/null bs=64k count=16 2>/dev/null'",
    );
    const endpoints = endpointsByDomain();
    const tasks = take().flatMap(({ domain, trace: { task, isInInterrupt } }) =>
      endpoints.get(domain) === BLOCK_ENDPOINT && !isInInterrupt
        ? [`${task?.comm} ${task?.tgid}`]
        : [],
    );
    expect([...new Set(tasks)]).toEqual([`dd ${output.trim()}`]);
  });

  it("has the same names by the guest's own kallsyms", () => {
    const committed = new Set<string>();
    symbols.forEach((address, name) => committed.add(`${address} ${name}`));
    const own: string[] = [];
    guest.who.kallsyms()?.forEach((address, name) => own.push(`${address} ${name}`));
    expect(own.length).toBeGreaterThan(20_000);
    expect(own.filter((symbol) => !committed.has(symbol))).toEqual([]);
  });

  it('has raw addresses and no task in a kernel that nothing is known of, and says so', async () => {
    const takeRaw = logWho(guest, undefined);
    guest.who.setProfile(undefined);
    await guest.run('disk-read virtio');
    const [first] = takeRaw();
    expect(first?.trace.task).toBeUndefined();
    expect(first?.trace.frames.length).toBeGreaterThan(10);
    expect(first && backtraceCaveats(first.trace)).toContain(
      'This kernel has no symbols here: the addresses are raw.',
    );
  });
});
