import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeBus } from '../../../test/support/fake-bus.ts';
import { stoppedEmulator } from '../../../test/support/stopped-emulator.ts';
import {
  INDIRECT,
  NEXT,
  SHARE_PORTS,
  V86Driver,
  WRITE,
  type Rings,
} from '../../../test/support/v86-driver.ts';
import type { Emulator } from './emulator.ts';
import { MAX_DESCRIPTORS } from './queue-guard.ts';
import { guardShare, versionShare } from './share-guard.ts';
import { moveVirtio } from './v86-endpoints.ts';
import type { V86Virtio } from './v86-internals.ts';

const RINGS: Rings = { size: 32, descriptors: 0x1000, available: 0x2000, used: 0x3000 };
const REQUEST = 0x1_0000;
const REPLY = 0x2_0000;
const REPLY_BYTES = 0x4000;
const INDIRECT_TABLE = 0x4_0000;
const TAG = 0x77;
const FILE = new TextEncoder().encode('what the host put here\n');
/** A file that v86 would walk through for ever as if it were a directory. */
const ZEROS = new Uint8Array(64);

const INDIRECT_DESC_BIT = 1 << 28;

const EIO = 5;
const EBADF = 9;
const ENOTDIR = 20;
const EINVAL = 22;
const EMFILE = 24;
const EROFS = 30;
const EOPNOTSUPP = 95;

const bus = new FakeBus();
const rejections: unknown[] = [];
const onRejection = (reason: unknown): void => {
  rejections.push(reason);
};
let emulator: Emulator;
let driver: V86Driver;

beforeAll(async () => {
  emulator = await stoppedEmulator();
  guardShare(emulator.cpu);
  moveVirtio(emulator.cpu, emulator.cpu.devices.virtio_9p.virtio, bus, true);
  driver = new V86Driver(emulator.cpu, SHARE_PORTS, bus);
  await emulator.v86.create_file('file', FILE);
  await emulator.v86.create_file('zeros', ZEROS);
  versionShare(emulator.cpu);
});

beforeEach(async () => {
  bus.bytes.fill(0);
  bus.reads = 0;
  rejections.length = 0;
  process.on('unhandledRejection', onRejection);
  driver.start(new Map([[0, RINGS]]));
  await ask(100, u32(8192), text('9P2000.L'));
});

afterEach(() => {
  process.off('unhandledRejection', onRejection);
});

function u8(value: number): Uint8Array {
  return Uint8Array.of(value);
}
function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >>> 8);
}
function u32(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24);
}
function u64(value: number): Uint8Array {
  return bytes(u32(value), u32(0));
}
function text(value: string): Uint8Array {
  const encoded = new TextEncoder().encode(value);
  return bytes(u16(encoded.length), encoded);
}
function bytes(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Sends raw bytes in a chain of two descriptors, and lets the server's promises settle. */
async function sendRaw(message: Uint8Array): Promise<void> {
  bus.bytes.set(message, REQUEST);
  bus.bytes.fill(0, REPLY, REPLY + REPLY_BYTES);
  driver.describe(RINGS.descriptors, 0, {
    address: REQUEST,
    length: message.length,
    flags: NEXT,
    next: 1,
  });
  driver.describe(RINGS.descriptors, 1, { address: REPLY, length: REPLY_BYTES, flags: WRITE });
  offerOneMore(0);
  driver.notify(0);
  await settled();
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function offerOneMore(head: number): void {
  const view = new DataView(bus.bytes.buffer);
  const index = view.getUint16(RINGS.available + 2, true);
  view.setUint16(RINGS.available + 4 + 2 * (index % RINGS.size), head, true);
  view.setUint16(RINGS.available + 2, (index + 1) & 0xffff, true);
}

/** What came back: the type of the message and its body, or the number of the error. */
async function ask(type: number, ...fields: readonly Uint8Array[]) {
  const body = bytes(...fields);
  await sendRaw(bytes(u32(7 + body.length), u8(type), u16(TAG), body));
  const view = new DataView(bus.bytes.buffer, REPLY, REPLY_BYTES);
  const length = view.getUint32(0, true);
  return {
    type: view.getUint8(4),
    tag: view.getUint16(5, true),
    error: view.getUint8(4) === 7 ? view.getUint32(7, true) : 0,
    body: bus.bytes.slice(REPLY + 7, REPLY + length),
  };
}

const attach = (fid: number) => ask(104, u32(fid), u32(0xffff_ffff), text('u'), text(''), u32(0));
const walk = (fid: number, newFid: number, ...names: readonly string[]) =>
  ask(110, u32(fid), u32(newFid), u16(names.length), ...names.map(text));

describe('the share with a client that reads', () => {
  it('serves a file: attach, walk, open, read, clunk', async () => {
    expect((await attach(1)).type).toBe(105);
    expect((await walk(1, 2, 'file')).type).toBe(111);
    expect((await ask(12, u32(2), u32(0))).type).toBe(13);
    const read = await ask(116, u32(2), u64(0), u32(FILE.length));
    expect(read.tag).toBe(TAG);
    expect(read.body.slice(4)).toEqual(FILE);
    expect((await ask(120, u32(2))).type).toBe(121);
    expect((await ask(116, u32(2), u64(0), u32(1))).error).toBe(EBADF);
  });

  it('opens a file that may be cached: its version is not 0, and it takes requests of the whole message size', async () => {
    const messageSize = 0x2_0000;
    await ask(100, u32(messageSize), text('9P2000.L'));
    await attach(1);
    await walk(1, 2, 'file');
    const { body } = await ask(12, u32(2), u32(0));
    const opened = new DataView(body.buffer);
    const [version, unit] = [opened.getUint32(1, true), opened.getUint32(13, true)];
    expect(version).toBeGreaterThan(0);
    expect(unit).toBe(messageSize - 24);
  });

  it('offers a queue for the largest request and no indirect tables, after a reset too', () => {
    const { virtio } = emulator.cpu.devices.virtio_9p;
    const offer = () => [
      (virtio.device_feature[0] ?? 0) & INDIRECT_DESC_BIT,
      (virtio.driver_feature[0] ?? 0) & INDIRECT_DESC_BIT,
      virtio.queues[0]?.size,
    ];
    virtio.reset();
    expect(offer()).toEqual([0, 0, 256]);
  });

  it('lists the directory', async () => {
    await attach(1);
    await ask(12, u32(1), u32(0));
    const listing = await ask(40, u32(1), u64(0), u32(4096));
    expect(new TextDecoder().decode(listing.body)).toContain('file');
  });
});

describe('the share with a client that writes', () => {
  it.each([
    ['create', 14],
    ['symlink', 16],
    ['mknod', 18],
    ['rename', 20],
    ['setattr, which could set a size of 2^64', 26],
    ['xattrcreate', 32],
    ['link', 70],
    ['mkdir', 72],
    ['renameat', 74],
    ['unlinkat', 76],
    ['write', 118],
    ['remove', 122],
  ])('refuses %s with EROFS', async (_what, type) => {
    await attach(1);
    const answer = await ask(type, u32(1), u64(0xffff_0000), u32(0xffff_ffff));
    expect(answer).toMatchObject({ tag: TAG, error: EROFS });
  });

  it.each([
    ['write', 1],
    ['read and write', 2],
    ['read, truncated', 0x200],
  ])('refuses to open for %s', async (_what, flags) => {
    await attach(1);
    await walk(1, 2, 'file');
    expect((await ask(12, u32(2), u32(flags))).error).toBe(EROFS);
  });
});

describe('the share with a hostile client', () => {
  it.each([
    ['a fid that nobody attached', () => ask(116, u32(99), u64(0), u32(10)), EBADF],
    ['a walk from a fid that is not there', () => walk(99, 3), EBADF],
    ['a fid of 2^32 - 1', () => attach(0xffff_ffff), EMFILE],
    ['a walk of 65535 names', () => ask(110, u32(1), u32(2), u16(0xffff)), EINVAL],
    ['a message size of 2^32 - 1', () => ask(100, u32(0xffff_ffff), text('9P2000.L')), EINVAL],
    ['a message size of 0', () => ask(100, u32(0), text('9P2000.L')), EINVAL],
    ['an unknown message', () => ask(200), EOPNOTSUPP],
    ['a read without its fields', () => ask(116, u32(1)), EINVAL],
  ])('%s is an error of the protocol', async (_what, send, error) => {
    await attach(1);
    expect(await send()).toMatchObject({ tag: TAG, error });
    expect(driver.needsReset).toBe(false);
    expect(rejections).toEqual([]);
  });

  it('does not look for directory entries in a file', async () => {
    await attach(1);
    await walk(1, 2, 'zeros');
    await ask(12, u32(2), u32(0));
    expect((await ask(40, u32(2), u64(0), u32(16))).error).toBe(ENOTDIR);
  });

  it('answers EIO when v86 fails on a message', async () => {
    const share = emulator.cpu.devices.virtio_9p;
    const { fs } = share;
    await attach(1);
    share.fs = {
      ...fs,
      inodes: [],
      GetInode: () => {
        throw new TypeError('as v86 does');
      },
    };
    const answer = await ask(24, u32(1), u64(0x7ff));
    share.fs = fs;
    expect(answer.error).toBe(EIO);
    expect(rejections).toEqual([]);
  });

  it.each([0, 1, 4, 6])('answers a message of %i bytes', async (length) => {
    await sendRaw(new Uint8Array(length));
    expect(bus.bytes[REPLY + 4]).toBe(7);
    expect(rejections).toEqual([]);
  });

  it('answers into no buffer at all', async () => {
    bus.bytes.set(bytes(u32(9), u8(108), u16(TAG), u16(1)), REQUEST);
    driver.describe(RINGS.descriptors, 0, { address: REQUEST, length: 9 });
    const before = driver.usedIndex(RINGS);
    offerOneMore(0);
    driver.notify(0);
    await settled();
    expect(driver.usedIndex(RINGS)).toBe(before + 1);
    expect(driver.needsReset).toBe(false);
    expect(rejections).toEqual([]);
  });

  it('keeps a table of fids without holes, so that a snapshot can be taken', async () => {
    await attach(3000);
    const { fids } = emulator.cpu.devices.virtio_9p;
    expect(fids.length).toBe(3001);
    expect(Object.keys(fids).length).toBe(3001);
  });

  it('does not answer the next driver for the last one', async () => {
    await attach(1);
    bus.bytes.set(bytes(u32(11), u8(120), u16(TAG), u32(1)), REQUEST);
    driver.describe(RINGS.descriptors, 0, { address: REQUEST, length: 11 });
    offerOneMore(0);
    driver.notify(0);
    bus.bytes.fill(0);
    driver.start(new Map([[0, RINGS]]));
    await settled();
    expect(driver.usedIndex(RINGS)).toBe(0);
    expect(rejections).toEqual([]);
  });
});

describe('an indirect table that no driver may make, on a device that offers them', () => {
  const features = (): V86Virtio['device_feature'] =>
    emulator.cpu.devices.virtio_9p.virtio.device_feature;

  beforeEach(() => {
    features()[0] = (features()[0] ?? 0) | INDIRECT_DESC_BIT;
    driver.start(new Map([[0, RINGS]]));
  });

  afterEach(() => {
    features()[0] = (features()[0] ?? 0) & ~INDIRECT_DESC_BIT;
  });

  const isAlive = async () => {
    bus.bytes.fill(0);
    driver.start(new Map([[0, RINGS]]));
    return (await ask(100, u32(8192), text('9P2000.L'))).type === 101;
  };
  const sendIndirect = (address: number, length: number): void => {
    driver.describe(RINGS.descriptors, 0, { address, length, flags: INDIRECT });
    offerOneMore(0);
    bus.reads = 0;
    driver.notify(0);
  };

  it('of 2^31 bytes whose entries are all the same', async () => {
    driver.describe(INDIRECT_TABLE, 0, { address: REQUEST, length: 0, flags: NEXT, next: 0 });
    sendIndirect(INDIRECT_TABLE, 0x7fff_fff0);
    expect(driver.needsReset).toBe(true);
    expect(bus.reads).toBeLessThan(6 * MAX_DESCRIPTORS);
    expect(await isAlive()).toBe(true);
  });

  it('that leads to itself', async () => {
    driver.describe(INDIRECT_TABLE, 0, { address: INDIRECT_TABLE, length: 16, flags: INDIRECT });
    sendIndirect(INDIRECT_TABLE, 16);
    expect(driver.needsReset).toBe(true);
    expect(bus.reads).toBeLessThan(6 * MAX_DESCRIPTORS);
    expect(await isAlive()).toBe(true);
  });

  it.each([
    ['of negative length', INDIRECT_TABLE, 0xffff_fff0],
    ['outside memory', 0xffff_fff0, 16],
  ])('%s', async (_what, address, length) => {
    sendIndirect(address, length);
    expect(driver.needsReset).toBe(true);
    expect(await isAlive()).toBe(true);
  });
});
