import { describe, expect, it } from 'vitest';
import {
  readChoice,
  readCount,
  readDialect,
  readEndpoints,
  readFeatures,
  readIdentityPolicy,
  readMask,
  readProbeSize,
  readRange32,
  readRange64,
  readReserved,
} from './device-options.ts';
import { UsageError } from './usage-error.ts';

const READ = 1;
const WRITE = 2;
const U64_MAX = 0xffff_ffff_ffff_ffffn;

describe('a device option', () => {
  it('--offer turns names into feature bits', () => {
    expect(readFeatures('map-unmap')).toBe(0b100n);
    expect(readFeatures('input-range,domain-range,map-unmap,bypass,probe,mmio')).toBe(0b11_1111n);
    expect(readFeatures('bypass-config,probe')).toBe(0b101_0000n);
  });

  it('takes numbers in decimal and after 0x, up to the last address', () => {
    expect(readMask('4096')).toBe(0x1000n);
    expect(readRange64('0x1000:18446744073709551615')).toEqual({ start: 0x1000n, end: U64_MAX });
    expect(readRange32('0:0xFFFFFFFF')).toEqual({ start: 0, end: 0xffff_ffff });
    expect(readEndpoints('8,0x1001')).toEqual([8, 0x1001]);
    expect(readProbeSize('0x200')).toBe(512);
    expect(readCount('buffers', '0', 0, 64)).toBe(0);
  });

  it.each([
    ['rogue:0x1000-0x1fff:reserved', { kind: 'reserved' }],
    ['rogue:0x1000-0x1fff:msi', { kind: 'msi' }],
    ['rogue:0x1000-0x1fff:identity', { kind: 'identity', flags: READ | WRITE }],
    ['rogue:0x1000-0x1fff:identity:rw', { kind: 'identity', flags: READ | WRITE }],
    ['rogue:0x1000-0x1fff:identity:r', { kind: 'identity', flags: READ }],
    ['rogue:0x1000-0x1fff:identity:w', { kind: 'identity', flags: WRITE }],
  ])('--resv %s is one region of one endpoint', (text, rest) => {
    expect(readReserved(text)).toEqual({
      endpoint: 'rogue',
      region: { start: 0x1000n, end: 0x1fffn, ...rest },
    });
  });

  it('takes words of a list', () => {
    expect(readIdentityPolicy('per-endpoint')).toBe('per-endpoint');
    expect(readDialect('v0.4')).toBe('v0.4');
    expect(readChoice('tables', 'viot', ['viot', 'iort'])).toBe('viot');
  });

  it.each([
    [() => readFeatures('prob'), '"prob" is none. Did you mean probe?'],
    [() => readFeatures(''), 'There are: input-range, domain-range,'],
    [() => readFeatures('probe,'), 'and "" is none'],
    [() => readFeatures('bypass,bypass-config'), 'bypass or bypass-config, not both'],
    [() => readMask('0'), 'that is not 0, not "0"'],
    [() => readMask('0x10000000000000000'), 'a 64-bit mask'],
    [() => readMask('-1'), 'not "-1"'],
    [() => readRange64('5'), '--input-range takes START:END'],
    [() => readRange64('5:4'), 'not "5:4"'],
    [() => readRange64('1:2:3'), 'not "1:2:3"'],
    [() => readRange64('0:18446744073709551616'), '--input-range takes START:END'],
    [() => readRange32('0:0x100000000'), '32 bits, not "0:0x100000000"'],
    [() => readEndpoints('1,,2'), 'and "" is none'],
    [() => readEndpoints('1,0x1'), '--endpoints names 1 twice'],
    [() => readEndpoints('0x100000000'), 'IDs of 32 bits'],
    [() => readReserved('rogue'), '--resv takes ENDPOINT:START-END:KIND'],
    [() => readReserved(':1-2:msi'), '--resv takes ENDPOINT:START-END:KIND'],
    [() => readReserved('a:1-2:identity:rw:x'), '--resv takes ENDPOINT:START-END:KIND'],
    [() => readReserved('rogue:0x2000:msi'), 'not "0x2000"'],
    [() => readReserved('rogue:2-1:msi'), 'not "2-1"'],
    [() => readReserved('rogue:1-2'), 'after the range, not ""'],
    [() => readReserved('rogue:1-2:abort'), 'not "abort"'],
    [() => readReserved('rogue:1-2:msi:rw'), 'not "msi:rw"'],
    [() => readReserved('rogue:1-2:identity:x'), 'not "identity:x"'],
    [() => readIdentityPolicy('alow'), 'allow, reject or per-endpoint, not "alow". Did you mean'],
    [() => readDialect('0.4'), '1.2, v0.4, v0.5 or v0.9, not "0.4". Did you mean v0.4?'],
    [() => readProbeSize('65537'), '--probe-size takes a whole number from 1 to 65536'],
    [() => readCount('probe-size', '0', 1, 9), '--probe-size takes a whole number from 1 to 9'],
    [() => readCount('probe-size', '10', 1, 9), 'not "10"'],
    [() => readCount('probe-size', '1.5', 1, 9), 'not "1.5"'],
  ])('refuses %s in words', (read, message) => {
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
  });
});
