import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fakeKernel } from '../../../test/support/fake-kernel.ts';
import { fakeImages, MEMORY_MIB } from '../../../test/support/stopped-emulator.ts';
import { optionsOf, planned } from '../../../test/support/stopped-machine.ts';
import { InputError } from '../images/guest-images.ts';
import { sharedFiles } from '../images/shared-files.ts';
import { Machine } from '../machine.ts';
import type { MachineOptions } from '../plan/machine-options.ts';
import { NET_ENDPOINT } from '../plan/topology.ts';
import { SNAPSHOT_VERSION, type MachineSnapshot } from './snapshot.ts';

const GUEST_PAGE = 0x20_0000;
const MIB = 1 << 20;

const machines: Machine[] = [];

async function create(changes: Partial<MachineOptions> = {}): Promise<Machine> {
  const machine = await Machine.create(optionsOf(changes));
  machines.push(machine);
  return machine;
}

afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.dispose()));
});

describe('Machine snapshots', () => {
  let snapshot: MachineSnapshot;

  beforeAll(async () => {
    const machine = await Machine.create(optionsOf());
    machine.memory.writeU32(0, GUEST_PAGE, 0x1234_5678);
    snapshot = await machine.save();
    await machine.dispose();
  });

  it('put memory back', async () => {
    const machine = await create();
    await machine.restore(snapshot);
    expect(machine.memory.readU32(0, GUEST_PAGE)).toBe(0x1234_5678);
    expect(machine.isRunning).toBe(false);
  });

  it('survive being cloned for another thread', async () => {
    const machine = await create();
    await machine.restore(structuredClone(snapshot));
    expect(machine.memory.readU32(0, GUEST_PAGE)).toBe(0x1234_5678);
  });

  it.each<[string, Partial<MachineOptions>, RegExp]>([
    ['other memory', planned({ memoryMiB: MEMORY_MIB + 8 }), /memory is 80 MiB and was 72/],
    [
      'no IOMMU',
      planned({ iommu: { mode: 'off' } }),
      /machine: the IOMMU is off and was translated\.$/,
    ],
    [
      'another disk',
      { images: fakeImages({ disk: new Uint8Array(MIB / 2) }) },
      /the disk is another one/,
    ],
    [
      'another input range',
      planned({ iommu: { inputRange: { start: 0n, end: 0xfff_ffffn } } }),
      /inputRange is 0x0-0xfffffff and was 0x0-0xffffffff/,
    ],
    [
      'other features and another policy',
      planned({ iommu: { features: 4n, identityPolicy: 'allow' } }),
      /features is map-unmap and was input-range\+domain-range\+map-unmap\+probe\+bypass-config; identityPolicy is allow and was reject/,
    ],
    [
      'another reserved region',
      planned({ reservedRegions: { [NET_ENDPOINT]: [{ kind: 'msi', start: 0n, end: 0xfffn }] } }),
      /what is reserved of virtio-net is msi region 0x0-0xfff and was msi region 0xfee00000-0xfeefffff/,
    ],
    ['other tables', planned({ tables: 'viot+iort' }), /the table is viot\+iort and was viot/],
    [
      'another kernel',
      { images: fakeImages({ kernel: fakeKernel({ syssize: 5 }) }) },
      /the kernel is another one\.$/,
    ],
    [
      'another initrd',
      { images: fakeImages({ initrd: new Uint8Array(17) }) },
      /the initrd is another one\.$/,
    ],
    [
      'another command line',
      planned({ append: 'quiet' }),
      /the addition to the command line is "quiet" and was empty\.$/,
    ],
    [
      'identity domains',
      planned({ iommu: { mode: 'bypass' } }),
      /the IOMMU is bypass and was translated\.$/,
    ],
    ['fewer endpoints', planned({ endpoints: { rogue: false } }), /rogue is off and was on\.$/],
    [
      'other files to share',
      { share: sharedFiles({ a: new Uint8Array(1) }) },
      /the shared file a is new\.$/,
    ],
    ['another seed', planned({ seed: 2 }), /the seed is 2 and was 1\.$/],
    [
      "the host's clock",
      planned({ clock: 'host' }),
      /the clock is the host's and was the guest's\.$/,
    ],
  ])('of a machine with %s are refused, and change nothing', async (_what, changes, message) => {
    const machine = await create(changes);
    machine.memory.writeU32(0, GUEST_PAGE, 1);
    await expect(machine.restore(snapshot)).rejects.toThrow(InputError);
    await expect(machine.restore(snapshot)).rejects.toThrow(message);
    expect(machine.memory.readU32(0, GUEST_PAGE)).toBe(1);
  });

  it.each<[string, (whole: MachineSnapshot) => object]>([
    ['no parts', () => ({ version: SNAPSHOT_VERSION })],
    ['no time', (whole) => ({ ...whole, earlierMs: Number.NaN })],
    [
      'no IOMMU, though the machine has one',
      (whole) => ({
        ...whole,
        board: { ...whole.board, iommu: undefined },
      }),
    ],
    ['no disk', (whole) => ({ ...whole, board: { ...whole.board, disk: undefined } })],
  ])('with %s are refused, and leave a running machine running', async (_what, damage) => {
    const machine = await create();
    machine.run();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a damaged file would hold
    const damaged = damage(snapshot) as MachineSnapshot;
    await expect(machine.restore(damaged)).rejects.toThrow(/The snapshot is damaged: a part/);
    expect(machine.isRunning).toBe(true);
  });

  it('with a device’s part damaged say that the machine needs a power cycle', async () => {
    const machine = await create();
    const { board } = snapshot;
    const plugged = board.plugged.map(({ name, state }) => ({
      name,
      state: { ...state, queues: undefined },
    }));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a damaged file would hold
    const damaged = { ...snapshot, board: { ...board, plugged } } as unknown as MachineSnapshot;
    await expect(machine.restore(damaged)).rejects.toThrow(InputError);
    await expect(machine.restore(damaged)).rejects.toThrow(/Power cycle the machine/);
  });

  it.each<[string, (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>]>([
    ['empty', () => new Uint8Array()],
    ['cut to a few bytes', (bytes) => bytes.slice(0, 10)],
    ['cut in the middle', (bytes) => bytes.slice(0, bytes.length / 2)],
    ['of another program', (bytes) => bytes.slice().fill(0, 0, 16)],
  ])('are refused when v86’s part is %s', async (_what, damage) => {
    const machine = await create();
    machine.memory.writeU32(0, GUEST_PAGE, 1);
    const { board } = snapshot;
    const devices = damage(new Uint8Array(board.emulator.devices)).buffer;
    const emulator = { ...board.emulator, devices };
    const damaged: MachineSnapshot = { ...snapshot, board: { ...board, emulator } };
    const refused = machine.restore(damaged);
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(/damaged/);
  });

  it('of another format are refused with both numbers', async () => {
    const machine = await create();
    await expect(machine.restore({ ...snapshot, version: 99 })).rejects.toThrow(
      /format 99; this program reads format 5/,
    );
  });
});
