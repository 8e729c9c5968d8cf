import { describe, expect, it } from 'vitest';
import { InputError } from '../../machine/images/guest-images.ts';
import { BLOCK_ENDPOINT, ROGUE_ENDPOINT } from '../../machine/plan/topology.ts';
import { parseBootArguments } from './boot-arguments.ts';
import { UsageError } from '../usage-error.ts';

describe('parseBootArguments', () => {
  it('boots the default guest without any option', () => {
    expect(parseBootArguments([])).toEqual({
      choices: { iommu: {}, reservedRegions: {} },
      planFile: undefined,
      files: { kernel: undefined, initrd: undefined, disk: undefined },
      sharePath: undefined,
      printsPlan: false,
      pace: 'skip',
      steps: [],
      until: undefined,
      timeoutMs: undefined,
      trace: undefined,
      hasFindings: false,
      isQuiet: false,
      isJson: false,
      isHelp: false,
    });
  });

  it('reads every option, with the value apart or behind an equals sign', () => {
    const words =
      '--kernel k --initrd=i --disk d --share s --append=-x --memory 256 --iommu=bypass --boot-bypass off --edu on --edu-dma-mask 0xffffffff ' +
      '--seed 0x10 --clock host --pace real --plan p --print-plan --until login: ' +
      '--timeout 1.5 --trace=t --report --quiet --json';
    expect(parseBootArguments(words.split(' '))).toMatchObject({
      choices: {
        append: '-x',
        memoryMiB: 256,
        iommu: { mode: 'bypass', bootBypass: false },
        endpoints: { edu: true },
        edu: { dmaMask: 0xffff_ffffn },
        seed: 16,
        clock: 'host',
      },
      planFile: 'p',
      files: { kernel: 'k', initrd: 'i', disk: 'd' },
      sharePath: 's',
      printsPlan: true,
      pace: 'real',
      until: /login:/m,
      timeoutMs: 1500,
      trace: 't',
      hasFindings: true,
      isQuiet: true,
      isJson: true,
    });
  });

  it('keeps commands and rogue accesses in the order given', () => {
    const words = ['--run', 'a b', '--rogue', 'rogue:0xdead0000:write', '--run', 'c'];
    expect(parseBootArguments(words).steps).toEqual([
      { kind: 'run', command: 'a b' },
      {
        kind: 'rogue',
        request: { endpoint: ROGUE_ENDPOINT, address: 0xdead_0000n, access: 'write', length: 4 },
      },
      { kind: 'run', command: 'c' },
    ]);
  });

  it('reads what the IOMMU device is, and whose regions are reserved', () => {
    const words =
      '--page-size-mask 0x201000 --input-range=0:0xfffffff --domain-range 0:9 --offer map-unmap,probe ' +
      '--probe-size 64 --identity-policy allow --tables viot+iort ' +
      '--resv rogue:0x1000-0x1fff:reserved --resv 0x1001:0-4095:identity:r --resv rogue:0x2000-0x2fff:msi';
    expect(parseBootArguments(words.split(' '))).toMatchObject({
      choices: {
        iommu: {
          pageSizeMask: 0x20_1000n,
          inputRange: { start: 0n, end: 0xfff_ffffn },
          domainRange: { start: 0, end: 9 },
          features: 0b1_0100n,
          probeSize: 64,
          identityPolicy: 'allow',
        },
        reservedRegions: {
          [ROGUE_ENDPOINT]: [
            { kind: 'reserved', start: 0x1000n, end: 0x1fffn },
            { kind: 'msi', start: 0x2000n, end: 0x2fffn },
          ],
          [BLOCK_ENDPOINT]: [{ kind: 'identity', start: 0n, end: 0xfffn, flags: 1 }],
        },
        tables: 'viot+iort',
      },
    });
  });

  it('takes the ID of an endpoint for its name', () => {
    const [step] = parseBootArguments(['--rogue', '0x1002:4096:read']).steps;
    expect(step).toMatchObject({ request: { endpoint: ROGUE_ENDPOINT, address: 4096n } });
  });

  it.each([
    [['--memry', '3'], 'There is no option --memry. Did you mean --memory?'],
    [['-q'], 'There is no option -q'],
    [['--memory', 'abc'], 'whole number of MiB from 72 to 1024, not "abc"'],
    [['--memory', '-5'], 'not "-5"'],
    [['--memory', '1e2'], 'not "1e2"'],
    [['--memory', '128', '--memory', '256'], '--memory was given twice'],
    [['--kernel'], '--kernel needs a value'],
    [['--kernel', '--json'], '--kernel needs a value'],
    [['--json=yes'], '--json takes no value'],
    [['--iommu', 'of'], 'Did you mean off?'],
    [['--boot-bypass', 'yes'], '--boot-bypass takes on or off, not "yes"'],
    [['--edu-dma-mask', '0xf0f'], '--edu-dma-mask takes the address bits of edu without gaps'],
    [['--edu-dma-mask', '28'], 'Example for 32 bits: --edu-dma-mask 0xffffffff'],
    [['--edu', '1'], '--edu takes on or off, not "1"'],
    [['--until', '('], 'takes a regular expression, and "(" is none: Unterminated group'],
    [['--timeout', '0'], 'number of seconds above 0'],
    [['--timeout', 'soon'], 'number of seconds above 0'],
    [['--run', ' '], '--run needs a command'],
    [['--run', 'echo', 'hello'], '"hello" belongs to no option'],
    [['--seed', '-1'], '--seed takes a whole number from 0 to 4294967295, not "-1"'],
    [['--clock', 'hots'], '--clock takes guest or host, not "hots". Did you mean host?'],
    [['--pace', 'fast'], '--pace takes real or skip, not "fast"'],
    [['--tables', 'dsdt'], '--tables takes viot, iort or viot+iort, not "dsdt"'],
    [['--resv', 'rouge:0-1:msi'], 'There is no endpoint "rouge". Did you mean rogue?'],
    [['--resv', 'rogue:0-1'], '--resv takes reserved, msi,'],
    [['--offer', 'probe', '--offer', 'mmio'], '--offer was given twice'],
    [['--iommu', 'off', '--offer', 'probe'], '--offer says what the IOMMU is, and --iommu off'],
    [['--tables=iort', '--iommu=off'], '--tables says what the IOMMU is, and --iommu off'],
    [['--rogue', 'rogue:0x1000'], 'ENDPOINT:ADDRESS:read'],
    [['--rogue', 'rogue:0x1000:execute'], 'ENDPOINT:ADDRESS:read'],
    [['--rogue', 'rouge:0x1000:read'], 'There is no endpoint "rouge". Did you mean rogue?'],
    [['--rogue', 'rogue:-1:read'], 'needs a 64-bit address'],
    [['--rogue', 'rogue:99999999999999999999:read'], 'needs a 64-bit address'],
  ])('refuses %j in words', (words, message) => {
    expect(() => parseBootArguments(words)).toThrow(UsageError);
    expect(() => parseBootArguments(words)).toThrow(message);
  });

  it.each([
    [['--memory', '3'], '72 to 1024 MiB'],
    [
      ['--resv', 'rogue:0x1000-0x1ffe:msi'],
      'cuts a page of 4096 bytes. Give whole pages: 0x1000-0x1fff.',
    ],
    [['--probe-size', '8', '--resv', 'rogue:0-0xfff:reserved'], 'do not fit into the 8'],
  ])('refuses a machine that cannot be: %j', (words, message) => {
    expect(() => parseBootArguments(words)).toThrow(InputError);
    expect(() => parseBootArguments(words)).toThrow(message);
  });
});
