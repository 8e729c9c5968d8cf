import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceEvent } from '../../src/iommu/events/iommu-event.ts';
import { formatAddress, formatRange, formatShortRange, parseAddress } from './address.ts';
import { eventWords } from './event-words.ts';
import {
  dmesgLine,
  faultReasonSentence,
  faultTitle,
  formatHexBytes,
  formatRights,
} from './iommu-words.ts';
import { GUEST_TIME, ORDER } from './clock.ts';
import { whyNotReady } from './readiness.ts';
import { rangeMissing, rangeWords } from './range-words.ts';
import {
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatPlural,
  formatSeconds,
} from './quantity.ts';

describe('addresses', () => {
  it('reads back every address it prints', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (address) => {
        expect(parseAddress(formatAddress(address))).toEqual({ isValid: true, address });
      }),
    );
  });

  it.each([
    ['DEAD_B000', 0xdeadb000n],
    [' 0x10 ', 0x10n],
    ['ffffffffffffffff', 2n ** 64n - 1n],
  ])('reads %s', (text, address) => {
    expect(parseAddress(text)).toEqual({ isValid: true, address });
  });

  it.each([
    ['', /Type an address/],
    ['0x', /Type digits after 0x/],
    ['0X_', /Type digits after 0x/],
    ['-1', /hexadecimal digits/],
    ['12g', /hexadecimal digits/],
    ['10000000000000000', /64 bits/],
  ])('explains what is wrong with "%s"', (text, problem) => {
    expect(parseAddress(text)).toEqual({
      isValid: false,
      problem: expect.stringMatching(problem),
    });
  });

  it('refuses an access that would run past the last address', () => {
    expect(parseAddress('fffffffffffffff0', 16)).toMatchObject({ isValid: true });
    expect(parseAddress('fffffffffffffff1', 16)).toEqual({
      isValid: false,
      problem: expect.stringContaining('16 bytes from here would run past'),
    });
  });

  it('shortens a range to the digits that differ', () => {
    expect(formatRange(0x1000n, 0x1fffn)).toBe('0x00001000–0x00001fff');
    expect(formatShortRange(0xfffff000n, 0xffffffffn)).toBe('0xfffff000–fff');
    expect(formatShortRange(0x0n, 2n ** 64n - 1n)).toBe('0x00000000–0xffffffffffffffff');
  });
});

describe('quantities', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [4096, '4 KiB'],
    [1536, '1.5 KiB'],
    [20 * 1024 * 1024, '20 MiB'],
    [2n ** 64n, '16 EiB'],
  ])('%s bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('counts, times and plurals', () => {
    expect([formatCount(9_999), formatCount(12_345)]).toEqual(['9,999', '12.3K']);
    expect([formatClock(7_900), formatClock(3_723_000)]).toEqual(['0:07', '1:02:03']);
    expect(formatSeconds(12_345.6)).toBe('12.346');
    expect([formatPlural(1, 'mapping'), formatPlural(0, 'mapping')]).toEqual([
      '1 mapping',
      '0 mappings',
    ]);
  });
});

describe('the protocol in words', () => {
  it('names rights', () => {
    expect([0, 1, 2, 3, 7].map(formatRights)).toEqual(['–', 'R', 'W', 'RW', 'RWM']);
  });

  it.each([
    [1, 0x101, 'domain fault from EP 8 at 0xdeadb000 [R]'],
    [2, 0x102, 'page fault from EP 8 at 0xdeadb000 [W]'],
    [0, 0x101, 'unknown fault from EP 8 at 0xdeadb000 [R]'],
  ])('knows what Linux prints for reason %i', (reason, flags, text) => {
    expect(dmesgLine({ reason, flags, endpoint: 8, address: 0xdeadb000n })).toBe(text);
  });

  it('explains a fault', () => {
    const unmapped = { reason: 2, address: 0x1000n, mappedFlags: null };
    expect(faultReasonSentence(unmapped, true, 5)).toContain('domain 5 allows writing');
    expect(faultReasonSentence(unmapped, false, null)).toContain('its domain allows reading');
    expect(faultReasonSentence({ ...unmapped, reason: 1 }, true, null)).toContain('no domain');
    expect(faultTitle(unmapped)).toBe('No mapping');
  });

  it.each([
    [0, 'with no access rights'],
    [1, 'for reading only'],
    [2, 'for writing only'],
  ])('tells a mapping with the rights %i from none', (mappedFlags, words) => {
    const fault = { reason: 2, address: 0xff95b000n, mappedFlags };
    expect(faultTitle(fault)).toBe('Not permitted');
    expect(faultReasonSentence(fault, false, 5)).toBe(`In domain 5 0xff95b000 is mapped ${words}.`);
  });

  it('prints bytes', () => {
    expect(formatHexBytes(Uint8Array.of(0, 255, 16))).toBe('00 ff 10');
  });

  const range = { virtStart: 0xfffff000n, virtEnd: 0xffffffffn };
  const cases: readonly [DeviceEvent, string, string, string | null][] = [
    [
      { kind: 'attached', endpoint: 1, domain: 2, flags: 0, status: 0 },
      'ATTACH',
      'disk → D2',
      null,
    ],
    [{ kind: 'detached', endpoint: 1, domain: 2, status: 4 }, 'DETACH', 'disk ← D2', 'INVAL'],
    [{ kind: 'detached', endpoint: 1, domain: null, status: 4 }, 'DETACH', 'disk ← D?', 'INVAL'],
    [
      { kind: 'mapped', domain: 2, ...range, physStart: 0n, flags: 2, status: 5 },
      'MAP',
      'D2 W 0xfffff000 4 KiB',
      'RANGE',
    ],
    [
      { kind: 'unmapped', domain: 2, ...range, removed: 3, status: 0 },
      'UNMAP',
      'D2 0xfffff000 4 KiB, 3 mappings',
      null,
    ],
    [{ kind: 'probed', endpoint: 1, status: 0 }, 'PROBE', 'disk', null],
    [
      {
        kind: 'faulted',
        endpoint: 1,
        reason: 2,
        flags: 2,
        address: 0x10n,
        start: 0x10n,
        length: 4,
        isRing: false,
        domain: 2,
        mappedFlags: null,
        isReported: true,
      },
      'FAULT',
      'disk W 0x00000010',
      null,
    ],
  ];
  it.each(cases)('says %o', (event, marker, text, refusal) => {
    const words = eventWords({ ...event, sequence: 1 }, () => 'disk');
    expect(words).toMatchObject({ marker, text, refusal });
  });
});

describe('a range of time', () => {
  const counts = { requests: 821, faults: 1, dmaBytes: 2048 };
  const range = { fromMs: 1500, toMs: 2500 };

  it.each([
    [null, '1.500 to 2.500 s (1.00 s): 821 requests, 1 fault, 2 KiB of DMA'],
    [2000, '1.500 to 2.500 s (1.00 s), up to 2.000 s: 821 requests, 1 fault, 2 KiB of DMA'],
    [3000, '1.500 to 2.500 s (1.00 s): 821 requests, 1 fault, 2 KiB of DMA'],
    [1000, '1.500 to 2.500 s (1.00 s): after the moment you look at'],
  ])('at the moment %s is %s', (pastMs, words) => {
    expect(rangeWords(range, pastMs, { ...counts, clock: GUEST_TIME })).toBe(words);
  });

  it.each([
    [0, 9000, null],
    [1600, 9000, 'Some of it is not kept: the record begins at 1.600 s.'],
    [2500, 9000, 'Nothing of it is kept: the record begins at 2.500 s.'],
    [0, 1500, 'That time has not come yet.'],
  ])('in a record from %d to %d ms: %s', (fromMs, toMs, words) => {
    expect(rangeMissing(range, { fromMs, toMs }, GUEST_TIME)).toBe(words);
  });

  it('is one of events where a trace has no times', () => {
    const ofEvents = { fromMs: 12, toMs: 1040 };
    expect(rangeWords(ofEvents, 40, { ...counts, clock: ORDER })).toBe(
      '#12 to #1,039 (1,028 events), up to event #40: 821 requests, 1 fault, 2 KiB of DMA',
    );
    expect(rangeMissing(ofEvents, { fromMs: 15, toMs: 2000 }, ORDER)).toBe(
      'Some of it is not kept: the record begins at event #15.',
    );
  });

  it.each([
    [0, '0 ns'],
    [0.00001, '10 ns'],
    [0.0009996, '1.00 µs'],
    [0.0354, '35.4 µs'],
    [999.6, '1.00 s'],
    [412, '412 ms'],
    [61_500, '61.5 s'],
    [3_600_000, '3600 s'],
  ])('%d ms are %s', (spanMs, words) => {
    expect(formatDuration(spanMs)).toBe(words);
  });
});

describe('why the PC cannot be used', () => {
  it('does not say that one has stopped which waits for files', () => {
    const failure = { kind: 'files-needed', message: '', consoleTail: [] } as const;
    expect(whyNotReady('failed', 'download', failure)).toBe('The PC waits for your files');
    expect(whyNotReady('failed', 'download', { ...failure, kind: 'internal' })).toBe(
      'The PC has stopped',
    );
  });
});
