import { describe, expect, it } from 'vitest';
import { parseDeviceArguments } from './device-arguments.ts';
import { UsageError } from '../usage-error.ts';

describe('parseDeviceArguments', () => {
  it('makes the default device without any option', () => {
    expect(parseDeviceArguments([])).toEqual({
      options: {
        pageSizeMask: 0xffff_f000n,
        inputRange: { start: 0n, end: 0xffff_ffffn },
        domainRange: { start: 0, end: 0xffff_ffff },
        features: 0b111_0111n,
        probeSize: 512,
        bootBypass: true,
        identityPolicy: 'reject',
        requestQueueSize: 1024,
        dialect: '1.2',
      },
      accepts: undefined,
      endpoints: [8, 9, 0x108].map((id) => ({ id, regions: [] })),
      ring: 'split',
      memoryMiB: 16,
      eventBuffers: 0,
      limits: { maxDomains: 256, maxMappings: 131_072 },
      isHelp: false,
    });
  });

  it('reads every option', () => {
    const words =
      '--page-size-mask 0x201000 --input-range 0x1000:0xffffffffffffffff --domain-range=1:0xff ' +
      '--endpoints 1,0x10 --offer map-unmap,bypass,probe --accept map-unmap --probe-size 64 ' +
      '--dialect v0.9 --ring packed --boot-bypass off --identity-policy allow --memory 4 --event-buffers 2 --max-domains 3 ' +
      '--max-mappings 5 --resv 16:0x1000-0x1fff:reserved --resv 0x10:0x3000-0x3fff:identity:r';
    expect(parseDeviceArguments(words.split(' '))).toEqual({
      options: {
        pageSizeMask: 0x20_1000n,
        inputRange: { start: 0x1000n, end: 0xffff_ffff_ffff_ffffn },
        domainRange: { start: 1, end: 0xff },
        features: 0b1_1100n,
        probeSize: 64,
        bootBypass: false,
        identityPolicy: 'allow',
        requestQueueSize: 1024,
        dialect: 'v0.9',
      },
      accepts: 0b100n,
      endpoints: [
        { id: 1, regions: [] },
        {
          id: 16,
          regions: [
            { kind: 'reserved', start: 0x1000n, end: 0x1fffn },
            { kind: 'identity', start: 0x3000n, end: 0x3fffn, flags: 1 },
          ],
        },
      ],
      ring: 'packed',
      memoryMiB: 4,
      eventBuffers: 2,
      limits: { maxDomains: 3, maxMappings: 5 },
      isHelp: false,
    });
  });

  it('offers by default what the dialect has of it', () => {
    expect(parseDeviceArguments(['--dialect', 'v0.5']).options.features).toBe(0b1_0111n);
  });

  it('takes none for an empty list of features', () => {
    expect(parseDeviceArguments(['--accept', 'none']).accepts).toBe(0n);
    expect(parseDeviceArguments(['--offer', 'none']).options.features).toBe(0n);
  });

  it.each([
    [['--ofer', 'probe'], 'There is no option --ofer. Did you mean --offer?'],
    [['8'], '"8" belongs to no option'],
    [['--offer', 'bypass,bypass-config'], 'bypass or bypass-config, not both'],
    [['--offer', 'prob'], '--offer takes names of features'],
    [['--accept', 'prob'], '--accept takes names of features'],
    [['--accept', 'bypass'], '--accept names bypass, which the device does not offer. It offers:'],
    [['--offer', 'none', '--accept', 'mmio,probe'], 'probe, mmio, which the device does not offer'],
    [['--probe-size', '0'], 'from 1 to 65536, not "0"'],
    [['--boot-bypass', 'yes'], '--boot-bypass takes on or off, not "yes"'],
    [
      ['--dialect', 'v0.4', '--offer', 'probe,bypass-config'],
      '--offer names bypass-config, which the dialect v0.4 does not have. It has: input-range, domain-range,',
    ],
    [['--dialect', 'v0.6'], '--dialect takes 1.2, v0.4, v0.5 or v0.9, not "v0.6"'],
    [['--ring', 'pack'], '--ring takes split or packed, not "pack". Did you mean packed?'],
    [['--memory', '0'], 'from 1 to 1024'],
    [['--event-buffers', '65'], 'from 0 to 64'],
    [['--max-mappings', '2000000'], 'from 1 to 1048576'],
    [['--resv', '7:0-1:msi'], '--resv names endpoint "7", and there is none. There are: 8, 9, 264'],
    [['--resv', 'rogue:0-1:msi'], '--resv names endpoint "rogue", and there is none.'],
    [['--resv', '8:0-1:msii'], 'not "msii"'],
    [['--endpoints', '8', '--endpoints', '9'], '--endpoints was given twice'],
  ])('refuses %j in words', (words, message) => {
    expect(() => parseDeviceArguments(words)).toThrow(UsageError);
    expect(() => parseDeviceArguments(words)).toThrow(message);
  });
});
