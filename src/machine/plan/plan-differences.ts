// What two machines that were built differ in, in words.

import type { ImageName } from '../images/image-files.ts';
import { IMAGE_NAMES } from '../images/image-files.ts';
import { nameOf, type ReservedRegion } from '../../iommu/regions/reserved-regions.ts';
import type { MachinePlan, PlannedIommu } from './machine-plan.ts';
import { endpointRegions } from './planned-regions.ts';
import { ENDPOINT_NAMES } from './topology.ts';

/** Images as people call them. */
export const IMAGE_WORDS: Readonly<Record<ImageName, string>> = {
  kernel: 'kernel',
  initrd: 'initrd',
  disk: 'disk',
  bios: 'BIOS',
  vgaBios: 'VGA BIOS',
};

/** Each difference in a few words; none for plans of the same machine. Both name images by their checksums. */
export function planDifferences(saved: MachinePlan, wanted: MachinePlan): readonly string[] {
  return [
    ...changed('memory', `${saved.memoryMiB}`, `${wanted.memoryMiB} MiB`, ' MiB'),
    ...IMAGE_NAMES.filter((name) => saved.images[name] !== wanted.images[name]).map(
      (name) => `the ${IMAGE_WORDS[name]} is another one`,
    ),
    ...changed('the addition to the command line', quoted(saved.append), quoted(wanted.append)),
    ...iommuDifferences(saved, wanted),
    ...ENDPOINT_NAMES.flatMap((name) =>
      changed(name, onOff(saved.endpoints[name]), onOff(wanted.endpoints[name])),
    ),
    ...(saved.endpoints.edu && wanted.endpoints.edu
      ? changed('the DMA mask of edu', saved.edu.dmaMask, wanted.edu.dmaMask)
      : []),
    ...shareDifferences(saved.share, wanted.share),
    ...changed('the clock', `the ${saved.clock}'s`, `the ${wanted.clock}'s`),
    ...(saved.clock === 'host' || wanted.clock === 'host' ? [] : chanceDifferences(saved, wanted)),
  ];
}

function changed(what: string, was: string, is: string, unit = ''): readonly string[] {
  return was + unit === is ? [] : [`${what} is ${is} and was ${was}`];
}

function quoted(text: string): string {
  return text.trim() === '' ? 'empty' : `"${text.trim()}"`;
}

function onOff(isOn: boolean): string {
  return isOn ? 'on' : 'off';
}

/** Only one of the two machines has an IOMMU: no more needs to be said about it. */
function iommuDifferences(saved: MachinePlan, wanted: MachinePlan): readonly string[] {
  const mode = changed('the IOMMU', saved.iommu.mode, wanted.iommu.mode);
  if (saved.iommu.mode === 'off' || wanted.iommu.mode === 'off') return mode;
  const before = optionTexts(saved.iommu);
  const options = [...optionTexts(wanted.iommu)].flatMap(([name, text]) =>
    changed(name, before.get(name) ?? '', text),
  );
  const regions = ENDPOINT_NAMES.flatMap((name) =>
    changed(`what is reserved of ${name}`, regionTexts(saved, name), regionTexts(wanted, name)),
  );
  return [...mode, ...options, ...regions, ...changed('the table', saved.tables, wanted.tables)];
}

function optionTexts({ mode: _mode, ...options }: PlannedIommu): ReadonlyMap<string, string> {
  return new Map(Object.entries(options).map(([name, value]) => [name, optionText(value)]));
}

function optionText(value: Omit<PlannedIommu, 'mode'>[keyof Omit<PlannedIommu, 'mode'>]): string {
  if (typeof value !== 'object') return String(value);
  if ('start' in value) return `${value.start}-${value.end}`;
  return value.length === 0 ? 'nothing' : value.join('+');
}

function regionTexts(plan: MachinePlan, endpoint: (typeof ENDPOINT_NAMES)[number]): string {
  return endpointRegions(plan, endpoint).map(regionText).join(' + ');
}

function regionText(region: ReservedRegion): string {
  return region.kind === 'identity' ? `${nameOf(region)} for ${region.flags}` : nameOf(region);
}

function chanceDifferences(saved: MachinePlan, wanted: MachinePlan): readonly string[] {
  return [
    ...changed('the seed', `${saved.seed}`, `${wanted.seed}`),
    ...changed('the date', saved.date, wanted.date),
  ];
}

/** What two shared folders differ in. */
export function shareDifferences(
  saved: MachinePlan['share'],
  wanted: MachinePlan['share'],
): readonly string[] {
  if (typeof saved === 'string' || typeof wanted === 'string') {
    return saved === wanted ? [] : ['the shared folder is another one'];
  }
  return Object.keys({ ...saved, ...wanted }).flatMap((name) => {
    if (saved[name] === wanted[name]) return [];
    if (wanted[name] === undefined) return [`the shared file ${name} is gone`];
    if (saved[name] === undefined) return [`the shared file ${name} is new`];
    return [`the shared file ${name} is another one`];
  });
}
