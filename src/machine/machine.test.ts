import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fakeImages, MEMORY_MIB } from '../../test/support/stopped-emulator.ts';
import { madeMemories } from '../../test/support/made-memories.ts';
import { optionsOf, planned } from '../../test/support/stopped-machine.ts';
import { InputError } from './images/guest-images.ts';
import type { MachineOptions } from './plan/machine-options.ts';
import { Machine } from './machine.ts';
import { DEFAULT_PLAN } from './plan/plan-check.ts';
import { NET_ENDPOINT, pluggedEndpoints } from './plan/topology.ts';

const GUEST_PAGE = 0x20_0000;
const MIB = 1 << 20;
/** What only a caller without types could ask for. */
const EXECUTE: 'read' = JSON.parse('"execute"');

const machines: Machine[] = [];

async function create(changes: Partial<MachineOptions> = {}): Promise<Machine> {
  const machine = await Machine.create(optionsOf(changes));
  machines.push(machine);
  return machine;
}

afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.dispose()));
});

describe('Machine.create', () => {
  it.each<[string, Partial<MachineOptions>, RegExp]>([
    ['too little memory', planned({ memoryMiB: 3 }), /72 to 1024/],
    ['no kernel', { images: fakeImages({ kernel: new Uint8Array(10) }) }, /not a Linux bzImage/],
    [
      'an initrd that does not fit',
      { images: fakeImages({ initrd: new Uint8Array(8 * MIB) }) },
      /at least 73 MiB/,
    ],
    [
      'a disk that ends inside a sector',
      { images: fakeImages({ disk: new Uint8Array(1000) }) },
      /1000 bytes, which is no multiple of 512/,
    ],
    ['a command line in Cyrillic', planned({ append: 'привет' }), /printable ASCII/],
    [
      'a device that cannot be offered',
      planned({ iommu: { pageSizeMask: 0n } }),
      /cannot be built as asked: .*pageSizeMask must be a 64-bit mask/,
    ],
    [
      'reserved regions of an endpoint that is not there',
      planned({ reservedRegions: { 7: [] } }),
      /endpoint 7, which this machine does not have\. It has 80 \(virtio-net\)/,
    ],
    [
      'reserved regions that PROBE cannot present',
      planned({
        iommu: { probeSize: 24 },
        reservedRegions: { [NET_ENDPOINT]: [{ kind: 'reserved', start: 0n, end: 0xfffn }] },
      }),
      /2 reserved regions take 48 bytes .* do not fit/,
    ],
  ])('refuses %s before it starts an emulator', async (_what, changes, message) => {
    const refused = Machine.create(optionsOf(changes));
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(message);
  });

  it('takes a kernel file of any length', async () => {
    const images = fakeImages();
    const kernel = new Uint8Array(images.kernel.length + 1);
    kernel.set(images.kernel);
    expect((await create({ images: fakeImages({ kernel }) })).isRunning).toBe(false);
  });

  it('tells of a WebAssembly module that is not v86’s', async () => {
    const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    await expect(Machine.create(optionsOf({ v86Wasm: empty }))).rejects.toThrow(
      'The emulator could not be started',
    );
  });

  it('has all endpoints behind its IOMMU, unattached', async () => {
    const machine = await create();
    const endpoints = machine.iommu?.state().endpoints ?? [];
    expect(new Set(endpoints.map(({ id }) => id))).toEqual(
      new Set(pluggedEndpoints(DEFAULT_PLAN).map(({ id }) => id)),
    );
    expect(endpoints.every(({ domain }) => domain === null)).toBe(true);
  });

  it('has none without it', async () => {
    expect((await create(planned({ iommu: { mode: 'off' } }))).iommu).toBeUndefined();
  });

  it('leaves its images as they were', async () => {
    const images = fakeImages();
    const before = images.kernel.slice();
    await create({ images });
    expect(Buffer.compare(images.kernel, before)).toBe(0);
  });
});

describe('Machine.rogueDma', () => {
  const request = { endpoint: NET_ENDPOINT, address: BigInt(GUEST_PAGE), length: 4 } as const;
  let machine: Machine;

  beforeAll(async () => {
    machine = await Machine.create(optionsOf());
  });

  afterAll(() => machine.dispose());

  it('writes around translation before the driver is up', () => {
    const result = machine.rogueDma({ ...request, access: 'write' });
    expect(result).toEqual({
      outcome: 'completed',
      bytes: new Uint8Array(4).fill(0x5a),
      isBypass: true,
      region: null,
    });
    expect(machine.memory.readU32(0, GUEST_PAGE)).toBe(0x5a5a_5a5a);
  });

  it('reads, and shows no more than 64 bytes', () => {
    machine.memory.writeU32(0, GUEST_PAGE, 0x0403_0201);
    const result = machine.rogueDma({ ...request, length: 4096, access: 'read' });
    expect(result).toMatchObject({ outcome: 'completed' });
    expect(result.outcome === 'completed' && Array.from(result.bytes.slice(0, 5))).toEqual([
      1, 2, 3, 4, 0,
    ]);
    expect(result.outcome === 'completed' && result.bytes.length).toBe(64);
  });

  it('is blocked and reported where boot bypass is off', async () => {
    const machine = await create(planned({ iommu: { bootBypass: false } }));
    const faults: unknown[] = [];
    machine.onEvent(({ event }) => faults.push(event));
    machine.memory.writeU32(0, GUEST_PAGE, 7);
    const result = machine.rogueDma({ ...request, access: 'write' });
    expect(result).toMatchObject({ outcome: 'blocked', address: BigInt(GUEST_PAGE) });
    expect(machine.memory.readU32(0, GUEST_PAGE)).toBe(7);
    expect(faults).toHaveLength(1);
  });

  it.each([
    ['beyond RAM', BigInt(MEMORY_MIB * MIB)],
    ['across the end of RAM', BigInt(MEMORY_MIB * MIB - 2)],
    ['in the hole below 1 MiB', 0xa_0000n],
    ['at the end of 64 bits', 0xffff_ffff_ffff_fffcn],
  ])('reaches no memory %s', (_where, address) => {
    expect(machine.rogueDma({ ...request, address, access: 'write' })).toMatchObject({
      outcome: 'no-memory',
    });
  });

  it('works on guest-physical memory without an IOMMU', async () => {
    const machine = await create(planned({ iommu: { mode: 'off' } }));
    expect(machine.rogueDma({ ...request, access: 'write' })).toMatchObject({
      outcome: 'completed',
      isBypass: true,
    });
  });

  it.each([
    ['an endpoint that is not there', { endpoint: 1 }, 'There is no endpoint 1.'],
    [
      'an access of another kind',
      { access: EXECUTE },
      'A rogue access is "read" or "write", not "execute".',
    ],
    ['no bytes', { length: 0 }, /1 to 4096 bytes long, not 0/],
    ['too many bytes', { length: 4097 }, /not 4097/],
    ['part of a byte', { length: 1.5 }, /not 1\.5/],
    ['a negative address', { address: -1n }, /64 bits/],
    ['an address of 65 bits', { address: 1n << 64n }, /64 bits/],
  ])('refuses %s', (_what, change, message) => {
    const act = () => machine.rogueDma({ ...request, access: 'read', ...change });
    expect(act).toThrow(InputError);
    expect(act).toThrow(message);
  });
});

describe('Machine.onEvent', () => {
  const request = { endpoint: NET_ENDPOINT, address: BigInt(GUEST_PAGE), length: 4 } as const;

  it('tells those who listen, whoever stopped before', async () => {
    const machine = await create(planned({ iommu: { bootBypass: false } }));
    const heard: string[] = [];
    const stopOne = machine.onEvent(() => heard.push('one'));
    machine.rogueDma({ ...request, access: 'read' });
    stopOne();
    machine.rogueDma({ ...request, access: 'read' });
    const stopTwo = machine.onEvent(() => heard.push('two'));
    machine.rogueDma({ ...request, access: 'read' });
    expect(heard).toEqual(['one', 'two']);
    stopTwo();
    stopTwo();
  });

  it('goes on after a power cycle', async () => {
    const machine = await create(planned({ iommu: { bootBypass: false } }));
    const heard: string[] = [];
    machine.onEvent(({ event }) => heard.push(event.kind));
    await machine.powerCycle();
    machine.rogueDma({ ...request, access: 'read' });
    expect(heard).toContain('faulted');
  });
});

describe('A disposed Machine', () => {
  it('refuses all changes, and can be disposed again', async () => {
    const machine = await Machine.create(optionsOf());
    await machine.dispose();
    await machine.dispose();
    const words = /This machine was disposed/;
    expect(() => machine.run()).toThrow(words);
    await expect(machine.powerCycle()).rejects.toThrow(words);
    await expect(machine.save()).rejects.toThrow(words);
    await expect(machine.pause()).rejects.toThrow(words);
  });
});

it('lets go of its memory in the end, while somebody holds the machine', async () => {
  const held: Machine[] = [];
  const memories = await madeMemories(async () => {
    const machine = await create({ checkpointBytes: 16 * MIB });
    held.push(machine);
    machine.who.walk(new Uint32Array(64));
    machine.console.send('x');
    await machine.restore(await machine.save());
  });
  expect(memories.count).toBe(2);
  expect(await memories.held()).toBeGreaterThan(0);
  await Promise.all(held.map((machine) => machine.dispose()));
  expect(await memories.held()).toBe(0);
  const [machine] = held;
  const words = /This machine was disposed/;
  expect(() => machine?.memory).toThrow(words);
  expect(() => machine?.timeMs).toThrow(words);
  expect(() => machine?.past.place).toThrow(words);
  expect(() => machine?.past.digest()).toThrow(words);
  expect(() => machine?.hold()).not.toThrow();
});

describe('Machine.giveFile', () => {
  it('logs what it gives, up to a bound, and refuses what can not be there', async () => {
    const machine = await create();
    await machine.giveFile({ name: 'edu.ko', bytes: Uint8Array.of(1) });
    const refused: readonly (readonly [string, number, RegExp])[] = [
      ['a/b', 1, /cannot be called/],
      ['large', 4 * MIB + 1, /up to 4 MiB/],
      ['..', 1, /cannot be called/],
    ];
    for (const [name, length, message] of refused) {
      await expect(machine.giveFile({ name, bytes: new Uint8Array(length) })).rejects.toThrow(
        message,
      );
    }
    for (let index = 0; index < 3; index += 1) {
      await machine.giveFile({ name: 'again', bytes: new Uint8Array(4 * MIB) });
    }
    await expect(
      machine.giveFile({ name: 'again', bytes: new Uint8Array(4 * MIB) }),
    ).rejects.toThrow(/16 MiB of files/);
  });

  it('refuses a machine without a shared folder', async () => {
    const machine = await create(planned({ endpoints: { 'virtio-9p': false } }));
    await expect(machine.giveFile({ name: 'x', bytes: new Uint8Array(1) })).rejects.toThrow(
      /no shared folder/,
    );
  });
});
