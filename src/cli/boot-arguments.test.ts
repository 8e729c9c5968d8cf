import { describe, expect, it } from 'vitest';
import { InputError } from '../machine/guest-images.ts';
import { ROGUE_ENDPOINT } from '../machine/topology.ts';
import { parseBootArguments } from './boot-arguments.ts';
import { UsageError } from './usage-error.ts';

describe('parseBootArguments', () => {
  it('boots the default guest without any option', () => {
    expect(parseBootArguments([])).toEqual({
      kernel: undefined,
      initrd: undefined,
      append: '',
      memoryMiB: 128,
      iommu: 'translated',
      bootBypass: true,
      steps: [],
      until: undefined,
      timeoutMs: undefined,
      trace: undefined,
      isQuiet: false,
      isJson: false,
      isHelp: false,
    });
  });

  it('reads every option, with the value apart or behind an equals sign', () => {
    const words =
      '--kernel k --initrd=i --append=-x --memory 256 --iommu=bypass --boot-bypass off --until login: ' +
      '--timeout 1.5 --trace=t --quiet --json';
    expect(parseBootArguments(words.split(' '))).toMatchObject({
      kernel: 'k',
      initrd: 'i',
      append: '-x',
      memoryMiB: 256,
      iommu: 'bypass',
      bootBypass: false,
      until: /login:/m,
      timeoutMs: 1500,
      trace: 't',
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
    [['--until', '('], 'takes a regular expression, and "(" is none: Unterminated group'],
    [['--timeout', '0'], 'number of seconds above 0'],
    [['--timeout', 'soon'], 'number of seconds above 0'],
    [['--run', ' '], '--run needs a command'],
    [['--run', 'echo', 'hello'], '"hello" belongs to no option'],
    [['--rogue', 'rogue:0x1000'], 'ENDPOINT:ADDRESS:read'],
    [['--rogue', 'rogue:0x1000:execute'], 'ENDPOINT:ADDRESS:read'],
    [['--rogue', 'rouge:0x1000:read'], 'There is no endpoint "rouge". Did you mean rogue?'],
    [['--rogue', 'rogue:-1:read'], 'needs a 64-bit address'],
    [['--rogue', 'rogue:99999999999999999999:read'], 'needs a 64-bit address'],
  ])('refuses %j in words', (words, message) => {
    expect(() => parseBootArguments(words)).toThrow(UsageError);
    expect(() => parseBootArguments(words)).toThrow(message);
  });

  it('refuses a memory size that the machine can not have', () => {
    expect(() => parseBootArguments(['--memory', '3'])).toThrow(InputError);
  });
});
