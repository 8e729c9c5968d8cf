// The machine in the page's address: its plan, how DMA goes, and what the files are called that it needs. A machine that runs stays
// when a person goes back in the browser's history, so the address is put right then.

import { IMAGE_NAMES } from '../../../src/machine/images/image-files.ts';
import type { BootRequest, FileNames } from '../../../src/worker/api/power.ts';
import type { Power } from '../power.ts';
import type { AddressPart, PageAddress } from './page-address.ts';

/** `plan=`: JSON, or base64url of it. */
const PLAN = 'plan';
/** `iommu=off`: how DMA goes, whatever the plan says. */
const IOMMU = 'iommu';
/** `files=kernel%3DbzImage`: names of the user's own images, for who opens a link; the plan has their checksums. */
const FILES = 'files';

function planText({ plan }: BootRequest): string | null {
  return typeof plan === 'string' ? plan : null;
}

/** Without a plan that mode goes without saying. */
function modeText({ plan, iommu }: BootRequest): string | null {
  return iommu === 'translated' && typeof plan !== 'string' ? null : iommu;
}

function namesText({ names }: BootRequest): string | null {
  const text = new URLSearchParams(names).toString();
  return text === '' ? null : text;
}

function namesOf(text: string | null): FileNames {
  const names = new URLSearchParams(text ?? '');
  const known = IMAGE_NAMES.flatMap((image) => {
    const name = names.get(image);
    return name === null ? [] : [[image, name] as const];
  });
  return Object.fromEntries(known);
}

/** What an address asks for; the worker checks it. */
export function requestOf(parameters: URLSearchParams): BootRequest {
  return {
    plan: parameters.get(PLAN) ?? {},
    iommu: parameters.get(IOMMU),
    names: namesOf(parameters.get(FILES)),
  };
}

/** What an address has that asks for this machine. */
export function machineTexts(request: BootRequest): Readonly<Record<string, string | null>> {
  return {
    [PLAN]: planText(request),
    [IOMMU]: modeText(request),
    [FILES]: namesText(request),
  };
}

/** Keeps the machine in the address. */
export function addMachineParts(address: PageAddress, power: Power): void {
  const add = (name: string): void => {
    const text: AddressPart['text'] = () => machineTexts(power.asked.peek())[name] ?? null;
    // The address that the page was opened with has been understood already.
    let isOpened = false;
    const show: AddressPart['show'] = (asked) => {
      if (isOpened && asked !== text()) power.chosen.emit('replace');
      isOpened = true;
    };
    address.add({ name, text, show, moved: power.chosen });
  };
  add(PLAN);
  add(IOMMU);
  add(FILES);
}
