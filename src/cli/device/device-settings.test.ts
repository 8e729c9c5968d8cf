// What `viommu device` can be, and what it tells of itself.

import { describe, expect, it } from 'vitest';
import {
  ATTACH,
  PAGE,
  MAP,
  OK,
  NOMEM,
  UNSUPP,
  INVAL,
  DONE,
  MSI,
  open,
  start,
  request,
  read,
  startMapped,
} from '../../../test/support/device-asking.ts';
import { UsageError } from '../usage-error.ts';

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

describe('drafts', () => {
  it.each([
    ['v0.4', 32],
    ['v0.5', 32],
    ['v0.9', 32],
    ['1.2', 40],
  ])('%s has a configuration space of %i bytes', (dialect, length) => {
    const ask = start(`--dialect ${dialect}`);
    expect(ask({ op: 'config' })).toEqual({ bytes: expect.stringMatching(`^.{${2 * length}}$`) });
  });

  it('[C.1-v0.4-config] v0.4 without PROBE ends before probe_size', () => {
    const ask = start('--dialect v0.4 --offer input-range,map-unmap');
    expect(ask({ op: 'config' })).toEqual({ bytes: expect.stringMatching(/^.{50}$/) });
  });

  it('v0.4 has no event queue', () => {
    const answer = start('--dialect v0.4')({ op: 'event', length: 24 });
    expect(answer).toEqual({ error: expect.stringContaining('no event queue') });
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
          id: 8,
          mode: 'attached',
          domain: 1,
          ...none,
          ...noBytes,
          translated: 1,
          translatedBytes: 16,
          reserved: [identity, MSI],
        },
        { id: 9, mode: 'bypass', domain: null, ...none, ...noBytes, reserved: [MSI] },
      ],
      domains: [
        {
          id: 1,
          bypass: false,
          endpoints: [8],
          mappings: 1,
          bytes: '0x1000',
          reserved: [identity, MSI],
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
    ['--dialect v0.4 --event-buffers 1', 'an event queue, and this dialect has none'],
    ['--dialect v0.5 --domain-range 1:0xff', '--domain-range must go from 0 to a power of two'],
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
