// The device behind `viommu device`, asked as the command asks it.

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { storeModule } from '../../test/support/stores.ts';
import { WasmStore } from '../iommu/wasm-store.ts';
import { probeRequest } from '../testing/driver/iommu-requests.ts';
import { parseDeviceArguments } from './device-arguments.ts';
import { DeviceSession } from './device-session.ts';
import { UsageError } from './usage-error.ts';

/** ATTACH of endpoint 8 to domain 1; MAP of a page at 0x1000 to 0x4000, readable and writable. */
const ATTACH = '0100000001000000080000000000000000000000';
const PAGE = '0010000000000000ff1f000000000000';
const MAP = `0300000001000000${PAGE}004000000000000003000000`;
const OK = { used: 4, bytes: '00000000' };
const NOMEM = { used: 4, bytes: '08000000' };
const UNSUPP = { used: 4, bytes: '02000000' };
const INVAL = { used: 4, bytes: '04000000' };
const DONE = { ok: true };
const MSI = { kind: 'msi', start: '0xfee00000', end: '0xfeefffff' };

type Ask = (line: object) => unknown;

function open(words = ''): DeviceSession {
  const args = parseDeviceArguments(words === '' ? [] : words.split(' '));
  return new DeviceSession(args, new WasmStore(storeModule, args.limits));
}

function start(words = ''): Ask {
  const session = open(words);
  return (line) => JSON.parse(session.answer(JSON.stringify(line)));
}

const request = (bytes: string, more: object = {}): object => {
  return { op: 'request', bytes, writable: 4, ...more };
};
const read = (address: string, length = 16, endpoint = 8): object => {
  return { op: 'dma', endpoint, address, length, access: 'read' };
};
const fault = (address: string, reason = 2, flags = '0x101'): object => {
  return { fault: { reason, flags, endpoint: 8, address } };
};

/** A device whose endpoint 8 has the page. */
function startMapped(words = ''): Ask {
  const ask = start(words);
  expect(ask(request(ATTACH))).toEqual(OK);
  expect(ask(request(MAP))).toEqual(OK);
  return ask;
}

describe('request', () => {
  it('[A24] answers the used length and the whole writable part', () => {
    const ask = start();
    expect(ask(request(ATTACH, { writable: 6 }))).toEqual({ used: 4, bytes: '00000000a5a5' });
  });

  it('[A14 A16] shows that the device leaves alone what it does not know', () => {
    const ask = start();
    expect(ask(request('09000000'))).toEqual({ used: 0, bytes: 'a5a5a5a5' });
    expect(ask(request(ATTACH, { writable: 3 }))).toEqual({ used: 0, bytes: 'a5a5a5' });
    expect(ask(request('', { writable: 0 }))).toEqual({ used: 0, bytes: '' });
  });

  const bytes = Array.from({ length: 20 }, () => 1);
  it.each([
    ['two pieces each', { readableFraming: [3, 17], writableFraming: [1, 3] }],
    ['a byte per descriptor', { readableFraming: bytes, writableFraming: [1, 1, 1, 1] }],
    ['empty descriptors between', { readableFraming: [0, 20, 0], writableFraming: [0, 2, 0, 2] }],
    ['one indirect table', { indirect: true }],
    ['a table after two direct ones', { readableFraming: [1, 1, 18], indirect: 2 }],
    ['a table of single bytes', { readableFraming: bytes, indirect: true }],
  ])('[A13 B30] takes a request in %s', (_what, framing) => {
    const ask = start();
    expect(ask(request(ATTACH, framing))).toEqual(OK);
    expect(ask(request(MAP))).toEqual(OK);
  });

  it('[A13 B30] takes the longest request cut into single bytes, without a table', () => {
    const ask = start('--probe-size 512');
    const probe = Buffer.from(probeRequest(8)).toString('hex');
    const framing = {
      readableFraming: Array.from({ length: 72 }, () => 1),
      writableFraming: Array.from({ length: 516 }, () => 1),
    };
    const answer = ask(request(probe, { writable: 516, ...framing }));
    expect(answer).toEqual(ask(request(probe, { writable: 516 })));
    expect(answer).toMatchObject({ used: 516, bytes: /^01001400010000000000e0fe/ });
  });

  it('breaks the device with a table that is too long, until it is reset', () => {
    const ask = start();
    const zeros = Array.from({ length: 1024 }, () => 0);
    const broken = { needsReset: true };
    expect(ask(request(ATTACH, { readableFraming: [20, ...zeros], indirect: true }))).toEqual(
      broken,
    );
    expect(ask(request(ATTACH))).toEqual(broken);
    expect(ask({ op: 'event', length: 24 })).toEqual(broken);
    expect(ask({ op: 'config' })).toHaveProperty('bytes');
    expect(ask({ op: 'reset' })).toEqual(DONE);
    expect(ask(request(ATTACH))).toEqual(OK);
  });

  it.each([
    [
      '1025 direct descriptors',
      { writableFraming: [4, ...Array.from({ length: 1024 }, () => 0)] },
      'give "indirect":true',
    ],
    ['more than the memory holds', { writable: 0x100_0000 }, 'larger --memory'],
    ['4 GiB', { writable: 0xffff_ffff }, 'larger --memory'],
  ])('can not send %s, says so, and goes on', (_what, more, message) => {
    const ask = start('--memory 1');
    expect(ask(request(ATTACH, more))).toEqual({ error: expect.stringContaining(message) });
    expect(ask(request(ATTACH))).toEqual(OK);
  });

  it('has room for a megabyte in the memory of the default device', () => {
    const answer = start()(request(ATTACH, { writable: 1 << 20 }));
    expect(answer).toEqual({ used: 4, bytes: `00000000${'a5'.repeat((1 << 20) - 4)}` });
  });
});

describe('dma', () => {
  it('[A51 A86] translates, and stops at the first byte that may not be accessed', () => {
    const ask = startMapped();
    expect(ask(read('0x1200'))).toEqual({ segments: [{ address: '0x4200', length: 16 }] });
    expect(ask(read('0x1ff8'))).toEqual(fault('0x2000'));
    expect(ask({ ...read('0x800'), access: 'write' })).toEqual(fault('0x800', 2, '0x102'));
  });

  it('[A77] tells of a write into the MSI region as of a doorbell', () => {
    const ask = startMapped();
    const write = { op: 'dma', endpoint: 8, address: '0xfee00010', length: 4, access: 'write' };
    expect(ask(write)).toEqual({
      segments: [{ address: '0xfee00010', length: 4 }],
      doorbell: true,
    });
    expect(ask(read('0xfee00010', 4))).toEqual(fault('0xfee00010'));
  });

  it('[A19 A22 A23] lets an endpoint without a domain through, or not, as the field bypass says', () => {
    const ask = start();
    expect(ask(read('0xfffffffffffffff0'))).toEqual({
      segments: [{ address: '0xfffffffffffffff0', length: 16 }],
    });
    expect(ask({ op: 'config-write', offset: 36, bytes: '00' })).toEqual(DONE);
    expect(ask(read('0x1200'))).toEqual(fault('0x1200', 1));
  });

  it('faults at 0 behind the highest address', () => {
    const ask = start('--input-range 0:0xffffffffffffffff');
    const lastPage = '00f0ffffffffffffffffffffffffffff';
    expect(ask(request(ATTACH))).toEqual(OK);
    expect(ask(request(MAP.replace(PAGE, lastPage)))).toEqual(OK);
    expect(ask(read('0xffffffffffffffff', 1))).toEqual({
      segments: [{ address: '0x4fff', length: 1 }],
    });
    expect(ask(read('0xffffffffffffffff', 2))).toEqual(fault('0x0'));
  });

  it('knows the endpoints of the command line', () => {
    const ask = start('--endpoints 1,0xffffffff');
    expect(ask(read('0x1', 1, 0xffff_ffff))).toHaveProperty('segments');
    expect(ask(read('0x1', 1, 8))).toEqual({
      error: 'There is no endpoint 8. There are: 1, 4294967295.',
    });
  });
});

describe('event', () => {
  const event = { op: 'event', length: 24 };
  const report = (page: string): object => {
    return { bytes: `02000000010100000800000000000000${page}00000000000` };
  };

  it('[A80 A81 A86] answers the oldest report, from a buffer that the device was not notified of', () => {
    const ask = startMapped();
    expect(ask(event)).toEqual({ bytes: null });
    expect(ask({ ...event, framing: [3, 7, 14] })).toEqual({ bytes: null });
    ask(read('0x2000'));
    ask(read('0x3000'));
    expect(ask(event)).toEqual(report('00200'));
    expect(ask(event)).toEqual(report('00300'));
    expect(ask(event)).toEqual({ bytes: null });
  });

  it('[A84] drops the report that finds no buffer', () => {
    const ask = startMapped();
    ask(read('0x2000'));
    expect(ask(event)).toEqual({ bytes: null });
    expect(ask(event)).toEqual({ bytes: null });
  });

  it('[A85] answers nothing for a buffer that was too small', () => {
    const ask = startMapped();
    expect(ask({ op: 'event', length: 23 })).toEqual({ bytes: null });
    expect(ask({ op: 'event', length: 0 })).toEqual({ bytes: null });
    ask(read('0x2000'));
    expect(ask(event)).toEqual({ bytes: '' });
    expect(ask(event)).toEqual({ bytes: '' });
    expect(ask(event)).toEqual({ bytes: null });
  });

  it('has the buffers of --event-buffers after each start', () => {
    const ask = start('--event-buffers 1');
    for (const again of ['reset', 'system-reset', 'state']) {
      expect(ask(request(ATTACH))).toEqual(OK);
      ask(read('0x2000'));
      expect(ask(event)).toEqual(report('00200'));
      ask({ op: again });
    }
  });

  it('refuses a buffer that has no place, loses no report for it, and goes on', () => {
    const ask = startMapped('--event-buffers 64');
    const full = { error: expect.stringContaining('no descriptors left') };
    expect(ask(event)).toEqual(full);
    ask(read('0x2000'));
    expect(ask({ ...event, framing: [12, 12] })).toEqual(full);
    expect(ask({ op: 'event', length: 0xffff_ffff })).toEqual({
      error: expect.stringContaining('larger --memory'),
    });
    expect(ask(event)).toEqual(report('00200'));
  });

  it('goes on for ever with buffers of all lengths', () => {
    const ask = startMapped('--event-buffers 3 --memory 1');
    for (let count = 0; count < 2000; count++) {
      ask(read('0x2000'));
      expect(ask({ op: 'event', length: 24 + ((count * 7) % 500) })).toEqual(report('00200'));
    }
  });
});

describe('config', () => {
  it('[A4 A6] answers the configuration space', () => {
    const config =
      '00f0ffff000000000000000000000000ffffffff0000000000000000ffffffff0002000001000000';
    expect(start()({ op: 'config' })).toEqual({ bytes: config });
  });

  it('[A9] changes only what a driver may change', () => {
    const ask = start();
    const before = ask({ op: 'config' });
    ask({ op: 'config-write', offset: 0, bytes: 'ffffffff' });
    ask({ op: 'config-write', offset: 36, bytes: '02' });
    ask({ op: 'config-write', offset: 3000, bytes: '02' });
    expect(ask({ op: 'config' })).toEqual(before);
    ask({ op: 'config-write', offset: 36, bytes: '00' });
    expect(ask({ op: 'config' })).not.toEqual(before);
  });
});

describe('reset and system-reset', () => {
  it.each([
    ['reset', false],
    ['system-reset', true],
  ])('[A7 A10] %s forgets domains; the field bypass is then %s', (op, isBypass) => {
    const ask = startMapped();
    ask({ op: 'config-write', offset: 36, bytes: '00' });
    expect(ask({ op })).toEqual(DONE);
    expect(ask({ op: 'state' })).toMatchObject({ bypass: isBypass, domains: [], mappings: [] });
    expect(ask(request(ATTACH))).toEqual(OK);
  });

  it('can be had without end', () => {
    const ask = start('--memory 1 --event-buffers 64');
    for (let count = 0; count < 500; count++) expect(ask({ op: 'reset' })).toEqual(DONE);
  });
});

describe('state', () => {
  it('tells of endpoints, domains and mappings', () => {
    const ask = startMapped('--endpoints 8,9 --resv 8:0x8000-0x8fff:identity:r');
    ask(read('0x1200'));
    const none = { translated: 0, bypassed: 0, blocked: 0 };
    const noBytes = { translatedBytes: 0, bypassedBytes: 0, blockedBytes: 0 };
    const identity = { kind: 'identity', start: '0x8000', end: '0x8fff', rights: 'r' };
    expect(ask({ op: 'state' })).toEqual({
      bypass: true,
      endpoints: [
        {
          ...{ id: 8, mode: 'attached', domain: 1, ...none, translated: 1 },
          ...{ ...noBytes, translatedBytes: 16, reserved: [identity, MSI] },
        },
        { id: 9, mode: 'bypass', domain: null, ...none, ...noBytes, reserved: [MSI] },
      ],
      domains: [
        {
          ...{ id: 1, bypass: false, endpoints: [8], mappings: 1 },
          ...{ bytes: '0x1000', reserved: [identity, MSI] },
        },
      ],
      mappings: [{ domain: 1, start: '0x1000', end: '0x1fff', phys: '0x4000', flags: 3 }],
    });
  });
});

describe('the device of the command line', () => {
  it('[A11] refuses what the driver did not accept', () => {
    const ask = start('--accept probe');
    expect(ask(request(ATTACH))).toEqual(OK);
    expect(ask(request(MAP))).toEqual(UNSUPP);
  });

  it('[A54] keeps to its caps', () => {
    const ask = startMapped('--max-domains 1 --max-mappings 1');
    expect(ask(request(MAP.replace(PAGE, '0020000000000000ff2f000000000000')))).toEqual(NOMEM);
    const attach = '0100000002000000090000000000000000000000';
    expect(ask(request(attach))).toEqual(NOMEM);
  });

  it('leaves out the MSI region that PROBE has no room for, if none was asked for', () => {
    const ask = start('--probe-size 8 --endpoints 8');
    expect(ask({ op: 'state' })).toMatchObject({ endpoints: [{ id: 8, reserved: [] }] });
  });

  it('has the MSI region of the command line in place of the usual one', () => {
    const ask = start('--endpoints 8 --resv 8:0x8000000-0x80fffff:msi');
    const reserved = [{ kind: 'msi', start: '0x8000000', end: '0x80fffff' }];
    expect(ask({ op: 'state' })).toMatchObject({ endpoints: [{ id: 8, reserved }] });
  });

  it.each([
    [
      '--probe-size 47 --resv 8:0x1000-0x1fff:reserved',
      '2 reserved regions take 48 bytes of properties and do not fit into the 47 of --probe-size',
    ],
    [
      '--resv 8:0-0xfff:msi --resv 8:0x2000-0x2fff:msi',
      'endpoint 8: an endpoint has at most one MSI region',
    ],
  ])('refuses %s in words', (words, message) => {
    expect(() => open(words)).toThrow(UsageError);
    expect(() => open(words)).toThrow(message);
  });

  it('[A26] answers INVAL for reserved bytes that are not zero', () => {
    expect(start()(request(`${ATTACH.slice(0, -2)}01`))).toEqual(INVAL);
  });
});

describe('any line', () => {
  const number = fc.oneof(fc.nat(40), fc.integer(), fc.double(), fc.constantFrom('0x8', '9', -1));
  const value = fc.oneof(
    number,
    fc.string(),
    fc.constantFrom('read', 'write', true, false, null, ATTACH, MAP, '', '01', '02000000'),
    fc.array(number, { maxLength: 5 }),
  );
  const ops = [
    'request',
    'dma',
    'event',
    'config',
    'config-write',
    'reset',
    'system-reset',
    'state',
  ];
  const names = 'bytes writable readableFraming writableFraming indirect endpoint address length';
  const object = fc
    .tuple(
      fc.constantFrom(...ops),
      fc.dictionary(fc.constantFrom(...names.split(' '), 'access', 'framing', 'offset'), value),
    )
    .map(([op, fields]) => JSON.stringify({ op, ...fields }));
  const likely = fc.oneof(
    fc
      .tuple(fc.uint8Array({ maxLength: 90 }), fc.nat(600), fc.boolean(), fc.nat(6))
      .map(([bytes, writable, indirect, type]) => {
        const readable = [type, ...bytes];
        const [first = 0, ...rest] = [readable.length];
        return JSON.stringify({
          ...{ op: 'request', bytes: Buffer.from(readable).toString('hex'), writable, indirect },
          ...{ readableFraming: [first, ...rest], writableFraming: [0, writable] },
        });
      }),
    fc
      .tuple(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.integer({ min: 1, max: 2 ** 31 }))
      .map(([address, length]) => JSON.stringify(read(`0x${address.toString(16)}`, length))),
    fc.nat(40).map((length) => JSON.stringify({ op: 'event', length })),
    fc.constantFrom(JSON.stringify(request(ATTACH)), JSON.stringify(request(MAP))),
  );

  it('is answered by one line of JSON, and the device goes on', () => {
    const session = open('--memory 1');
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), object, likely), (line) => {
        const answer = session.answer(line);
        expect(answer).not.toContain('\n');
        expect(JSON.parse(answer)).toBeTypeOf('object');
      }),
      { seed: 1, numRuns: 3000 },
    );
    session.answer('{"op":"reset"}');
    expect(JSON.parse(session.answer(JSON.stringify(request(ATTACH))))).toEqual(OK);
  });
});
