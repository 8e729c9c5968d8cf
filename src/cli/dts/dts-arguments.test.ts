import { describe, expect, it } from 'vitest';
import { parseDtsArguments } from './dts-arguments.ts';
import { UsageError } from '../usage-error.ts';

describe('parseDtsArguments', () => {
  it('prints the machine as it is unless told otherwise', () => {
    expect(parseDtsArguments([])).toEqual({ iommu: 'mmio', planFile: undefined, isHelp: false });
    expect(parseDtsArguments(['--iommu', 'pci'])).toEqual({
      iommu: 'pci',
      planFile: undefined,
      isHelp: false,
    });
    expect(parseDtsArguments(['--plan', 'p'])).toMatchObject({ planFile: 'p' });
    expect(parseDtsArguments(['-h'])).toEqual({ iommu: 'mmio', planFile: undefined, isHelp: true });
  });

  it.each([
    [['--iommu', 'isa'], '--iommu takes mmio or pci, not "isa"'],
    [['--iommu=mmio', '--iommu=pci'], '--iommu was given twice'],
    [['--iomu', 'pci'], 'Did you mean --iommu? "viommu dts --help" lists them all.'],
    [['pci'], '"pci" belongs to no option. "viommu dts --help" shows an example.'],
    [['--iommu'], '--iommu needs a value. "viommu dts --help"'],
    [['--help=yes'], '--help takes no value'],
  ])('refuses %j in words', (words, message) => {
    expect(() => parseDtsArguments(words)).toThrow(UsageError);
    expect(() => parseDtsArguments(words)).toThrow(message);
  });
});
