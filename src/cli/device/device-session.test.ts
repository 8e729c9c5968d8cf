// What a driver and an endpoint do through `viommu device`.

import { describe, expect, it } from 'vitest';
import {
  ATTACH,
  PAGE,
  MAP,
  OK,
  DONE,
  start as startWith,
  request,
  read,
  fault,
  startMapped as startMappedWith,
} from '../../../test/support/device-asking.ts';
import { probeRequest } from '../../../test/rigs/iommu-requests.ts';

describe.each(['split', 'packed'])('request, through %s rings', (ring) => {
  const start = (words = '') => startWith(`--ring ${ring} ${words}`.trim());

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
    ['a table of single bytes', { readableFraming: bytes, indirect: true }],
  ])('[A13 B30] takes a request in %s', (_what, framing) => {
    const ask = start();
    expect(ask(request(ATTACH, framing))).toEqual(OK);
    expect(ask(request(MAP))).toEqual(OK);
  });

  it('[A13 B19] takes direct descriptors before the table, in a split ring', () => {
    const answer = start()(request(ATTACH, { readableFraming: [1, 1, 18], indirect: 2 }));
    const refusal = { error: expect.stringContaining('In a packed ring') };
    expect(answer).toEqual(ring === 'split' ? OK : refusal);
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
  ])('cannot send %s, says so, and goes on', (_what, more, message) => {
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
    const ask = startMappedWith();
    expect(ask(read('0x1200'))).toEqual({ segments: [{ address: '0x4200', length: 16 }] });
    expect(ask(read('0x1ff8'))).toEqual(fault('0x2000'));
    expect(ask({ ...read('0x800'), access: 'write' })).toEqual(fault('0x800', 2, 0x102));
  });

  it('[A77] tells of a write into the MSI region as of a doorbell', () => {
    const ask = startMappedWith();
    const write = { op: 'dma', endpoint: 8, address: '0xfee00010', length: 4, access: 'write' };
    expect(ask(write)).toEqual({
      segments: [{ address: '0xfee00010', length: 4 }],
      doorbell: true,
    });
    expect(ask(read('0xfee00010', 4))).toEqual(fault('0xfee00010'));
  });

  it('[A19 A22 A23] lets an endpoint without a domain through, or not, as the field bypass says', () => {
    const ask = startWith();
    expect(ask(read('0xfffffffffffffff0'))).toEqual({
      segments: [{ address: '0xfffffffffffffff0', length: 16 }],
    });
    expect(ask({ op: 'config-write', offset: 36, bytes: '00' })).toEqual(DONE);
    expect(ask(read('0x1200'))).toEqual(fault('0x1200', 1));
  });

  it('faults at 0 behind the highest address', () => {
    const ask = startWith('--input-range 0:0xffffffffffffffff');
    const lastPage = '00f0ffffffffffffffffffffffffffff';
    expect(ask(request(ATTACH))).toEqual(OK);
    expect(ask(request(MAP.replace(PAGE, lastPage)))).toEqual(OK);
    expect(ask(read('0xffffffffffffffff', 1))).toEqual({
      segments: [{ address: '0x4fff', length: 1 }],
    });
    expect(ask(read('0xffffffffffffffff', 2))).toEqual(fault('0x0'));
  });

  it('knows the endpoints of the command line', () => {
    const ask = startWith('--endpoints 1,0xffffffff');
    expect(ask(read('0x1', 1, 0xffff_ffff))).toHaveProperty('segments');
    expect(ask(read('0x1', 1, 8))).toEqual({
      error: 'There is no endpoint 8. There are: 1, 4294967295.',
    });
  });
});

describe.each(['split', 'packed'])('event, through %s rings', (ring) => {
  const startMapped = (words = '') => startMappedWith(`--ring ${ring} ${words}`.trim());
  const start = (words = '') => startWith(`--ring ${ring} ${words}`.trim());

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

  it('can be asked for ever while nothing happens, and then tells of it', () => {
    const ask = startMapped('--event-buffers 60');
    for (let count = 0; count < 100; count++) expect(ask(event)).toEqual({ bytes: null });
    ask(read('0x2000'));
    expect(ask(event)).toEqual(report('00200'));
    expect(ask(event)).toEqual({ bytes: null });
  });

  it('refuses a buffer that has no place, loses no report for it, and goes on', () => {
    const ask = startMapped('--event-buffers 64');
    const pieces = [...Array.from({ length: 64 }, () => 0), 24];
    ask(read('0x2000'));
    expect(ask({ ...event, framing: pieces })).toEqual({
      error: expect.stringContaining('fewer'),
    });
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
