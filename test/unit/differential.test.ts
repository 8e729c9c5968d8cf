// The parts of the comparison with QEMU that need no QEMU: the requests, the qtest protocol, the rings, the words.

import { PassThrough, Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { attachRequest, probeRequest } from '../rigs/iommu-requests.ts';
import { parseArguments, UsageError } from '../differential/arguments.ts';
import { Generator } from '../differential/generator.ts';
import {
  areEqual,
  directDescriptors,
  readableOf,
  writableLength,
  type Operation,
} from '../differential/operation.ts';
import { qtest, QtestClient, QtestClosed } from '../differential/qtest-client.ts';
import { IMAGE_ROOM, QUEUE_SIZE, RingImage, usedEntries } from '../differential/ring-image.ts';
import { describeOperation } from '../differential/report.ts';
import { readRequest } from '../differential/wire-request.ts';

function operationsOf(seed: number, count: number): readonly Operation[] {
  const generator = new Generator(seed);
  return Array.from({ length: count }, () => generator.next());
}

describe('Generator', () => {
  it('gives the same operations for the same seed, and others for another', () => {
    const words = (seed: number): readonly string[] =>
      operationsOf(seed, 2000).map(describeOperation);
    expect(words(7)).toEqual(words(7));
    expect(words(7)).not.toEqual(words(8));
  });

  it('reaches every kind of request and of step', () => {
    const operations = operationsOf(1, 5000);
    expect(new Set(operations.map(({ kind }) => kind))).toEqual(
      new Set(['request', 'config-read', 'config-write', 'reset']),
    );
    const kinds = operations.flatMap((each) =>
      each.kind === 'request' ? [readRequest(readableOf(each.chain)).kind] : [],
    );
    expect(new Set(kinds)).toEqual(
      new Set(['attach', 'detach', 'map', 'unmap', 'probe', 'unknown', 'short', 'headless']),
    );
  });

  it('makes chains that fit a queue and have a descriptor', () => {
    const requests = operationsOf(2, 20_000).flatMap((each) =>
      each.kind === 'request' ? [each.chain] : [],
    );
    const counts = requests.map(directDescriptors);
    expect(Math.min(...counts)).toBe(1);
    expect(Math.max(...counts)).toBeLessThanOrEqual(QUEUE_SIZE / 2);
    expect(requests.some((chain) => writableLength(chain) === 0)).toBe(true);
    expect(requests.some(({ directDescriptors: direct }) => direct === 0)).toBe(true);
  });
});

/** A client and what QEMU would have at the other end. */
function connect(): { client: QtestClient; sent: PassThrough; answers: PassThrough } {
  const sent = new PassThrough();
  const answers = new PassThrough();
  const client = new QtestClient(Duplex.from({ readable: answers, writable: sent }));
  return { client, sent, answers };
}

describe('QtestClient', () => {
  it('spells commands as the protocol does', () => {
    expect([
      qtest.portWrite(0xcf8, 0x8000_0000),
      qtest.portRead(0xcfc),
      qtest.write(0xe000_0000, 1, 255),
      qtest.read(0xe000_0000, 4),
      qtest.writeBytes(0x1000, Uint8Array.of(1, 2, 3)),
      qtest.readBytes(0x1000, 16),
      qtest.fill(0x2000, 8, 0),
    ]).toEqual([
      'outl 0xcf8 0x80000000',
      'inl 0xcfc',
      'writeb 0xe0000000 0xff',
      'readl 0xe0000000',
      'b64write 0x1000 0x3 AQID',
      'b64read 0x1000 0x10',
      'memset 0x2000 0x8 0x0',
    ]);
  });

  it('gathers replies that come in pieces, between interrupt lines, for several batches', async () => {
    const { client, sent, answers } = connect();
    const first = client.send(['readl 0x0', 'readl 0x4']);
    const second = client.send(['readl 0x8']);
    answers.write('OK 0x1\nIRQ raise 3\nO');
    answers.write('K 0x2\nOK 0x3\n');
    expect(await first).toEqual(['OK 0x1', 'OK 0x2']);
    expect(await second).toEqual(['OK 0x3']);
    expect(String(sent.read())).toBe('readl 0x0\nreadl 0x4\nreadl 0x8\n');
  });

  it('names the command that failed', async () => {
    const { client, answers } = connect();
    const replies = client.send(['readl 0x0', 'frobnicate']);
    answers.write('OK 0x1\nFAIL Unknown command\n');
    await expect(replies).rejects.toThrow('"FAIL Unknown command" to "frobnicate"');
  });

  it('tells a QEMU that died over commands from one that was gone before', async () => {
    const { client, answers } = connect();
    const replies = client.send(['readl 0x0']);
    answers.destroy();
    await expect(replies).rejects.toThrow(QtestClosed);
    await expect(client.send(['readl 0x0'])).rejects.toThrow('is closed');
  });
});

describe('RingImage', () => {
  const BASE = 0x10_1000;
  const chain = { readable: [attachRequest(1, 8)], writable: [1, 3] };

  function imageOf(index: number): RingImage {
    const image = new RingImage(BASE, index, new Uint8Array(IMAGE_ROOM));
    image.add({ readable: [probeRequest(8)], writable: [16], directDescriptors: 0 });
    image.add(chain);
    return image;
  }

  it('finds what the device wrote, across pieces', () => {
    const image = imageOf(0);
    const after = image.bytes.slice();
    // The last two buffers are the pieces of the tail, each behind a gap of four bytes.
    after[after.length - 12] = 6;
    after[after.length - 6] = 9;
    expect(image.writtenBytes(1, after)).toEqual(Uint8Array.of(6, 0, 9, 0));
    expect(() => image.checkIntact(after)).not.toThrow();
  });

  it.each([
    ['behind the last buffer', -1],
    ['between two buffers', -9],
  ])('notices a write %s', (_where, fromEnd) => {
    const image = imageOf(0);
    const after = image.bytes.slice();
    after[after.length + fromEnd] = 0;
    expect(() => image.checkIntact(after)).toThrow('outside');
  });

  it('goes on behind the last index, and past 2^16', () => {
    const image = imageOf(0xffff);
    expect(image.availableIndex).toBe(1);
    const ring = new Uint8Array(6 + 8 * QUEUE_SIZE);
    const view = new DataView(ring.buffer);
    view.setUint16(2, 1, true);
    view.setUint32(4 + 8 * 255 + 4, 20, true);
    view.setUint32(4, image.headOf(1), true);
    view.setUint32(8, 4, true);
    expect(usedEntries(ring, 0xffff)).toEqual([
      { head: image.headOf(0), length: 20 },
      { head: image.headOf(1), length: 4 },
    ]);
  });
});

describe('answers', () => {
  it('are the same with the same length and bytes only', () => {
    const one = { kind: 'used', length: 4, bytes: Uint8Array.of(0, 0, 0, 0) } as const;
    expect(areEqual(one, { ...one, bytes: new Uint8Array(4) })).toBe(true);
    expect(areEqual(one, { ...one, length: 0 })).toBe(false);
    expect(areEqual(one, { ...one, bytes: Uint8Array.of(0, 0, 0, 1) })).toBe(false);
    expect(areEqual(one, { kind: 'broken' })).toBe(false);
    expect(areEqual({ kind: 'broken' }, { kind: 'broken' })).toBe(true);
    expect(areEqual({ kind: 'value', value: 1 }, { kind: 'value', value: 2 })).toBe(false);
  });
});

describe('the command line', () => {
  it('reads all options', () => {
    expect(
      parseArguments(['--requests', '20', '--seed', '0', '--json', '--if-installed']),
    ).toMatchObject({ requests: 20, seed: 0, isJson: true, mayLackQemu: true, isHelp: false });
  });

  it.each([
    [['--requests', '0'], /^--requests takes a whole number from 1 to 1000000000, not "0"\.$/],
    [['--requests', '1e3'], /not "1e3"\.$/],
    [['--seed', '4294967296'], /^--seed takes a whole number from 0 to 4294967295/],
    [['--seed'], /--seed.*--help/],
    [['--request', '5'], /--request'?.*--help/],
    [['20'], /20.*--help/],
  ])('refuses %j in one sentence', (words, message) => {
    expect(() => parseArguments(words)).toThrow(UsageError);
    expect(() => parseArguments(words)).toThrow(message);
  });
});
