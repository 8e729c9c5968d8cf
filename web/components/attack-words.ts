// The attacks that the guest's tools make with `edu`, and what is to be expected of each on this machine.

import type { IommuState } from '../../src/iommu/events/iommu-event.ts';
import type { IommuMode } from '../../src/worker/api/power.ts';
import { formatPlural } from '../format/quantity.ts';

export type AttackId = 'dma' | 'vfio' | 'module' | 'info';

export interface Attack {
  readonly id: AttackId;
  readonly title: string;
  /** As it is typed into the console. */
  readonly command: string;
  /** The part of it that says what it does. */
  readonly short: string;
  /** What it does. */
  readonly text: string;
}

/** The one that See offers. */
export const KERNEL_ATTACK: Attack = {
  id: 'dma',
  title: 'Attack the kernel',
  command: 'dma-attack',
  short: 'dma-attack',
  text: 'A program without a driver tells edu to read the kernel’s version from memory, and to overwrite the host name.',
};

export const ATTACKS: readonly Attack[] = [
  KERNEL_ATTACK,
  {
    id: 'vfio',
    title: 'Drive edu by VFIO',
    command: 'edu',
    short: 'edu',
    text: 'A program takes edu by VFIO, maps two pages for it, moves data there and back, unmaps the pages and tries again.',
  },
  {
    id: 'module',
    title: 'Load the example driver',
    command: 'rmmod edu 2>/dev/null; share-read edu.ko && insmod /mnt/share/edu.ko stray=1',
    short: 'insmod edu.ko',
    text: 'Puts edu.ko into the shared folder and loads it: a kernel driver that computes, copies by DMA, takes interrupts by MSI, and in the end strays to an address that it has unmapped.',
  },
  {
    id: 'info',
    title: 'Who is where',
    command: 'iommu-info',
    short: 'iommu-info',
    text: 'Lists groups, types and reserved regions as Linux sees them, and which devices nobody watches. It attacks nothing.',
  },
];

/** Where edu stands. */
export type EduPlace =
  /** There is no IOMMU. */
  | { readonly kind: 'unwatched' }
  /** In no domain, and let through or not. */
  | { readonly kind: 'boot-bypass' | 'blocked' }
  /** In a domain without translation, or one with. */
  | { readonly kind: 'passthrough' | 'domain'; readonly domain: number };

export function eduPlace(
  mode: IommuMode,
  state: IommuState | null,
  edu: number | null,
): EduPlace | null {
  if (edu === null) return null;
  if (mode === 'off') return { kind: 'unwatched' };
  const endpoint = state?.endpoints.find(({ id }) => id === edu);
  if (endpoint === undefined) return null;
  const { domain } = endpoint;
  if (domain !== null) {
    return { kind: endpoint.mode === 'bypass' ? 'passthrough' : 'domain', domain };
  }
  return { kind: endpoint.mode === 'blocked' ? 'blocked' : 'boot-bypass' };
}

export interface Expectation {
  /** Whether memory is safe from it; null where it attacks nothing. */
  readonly isSafe: boolean | null;
  readonly text: string;
}

const INFO: Expectation = {
  isSafe: null,
  text: 'It reads what Linux tells in /sys, on any machine.',
};

const DMA: Readonly<Record<EduPlace['kind'], Expectation>> = {
  unwatched: { isSafe: false, text: 'It gets through: there is no IOMMU to ask.' },
  'boot-bypass': {
    isSafe: false,
    text: 'It gets through, although there is an IOMMU: no driver has ever taken edu, so it is in no domain, and boot bypass lets those pass.',
  },
  blocked: {
    isSafe: true,
    text: 'It is stopped: edu is in no domain, and boot bypass is off. Each access is a domain fault.',
  },
  passthrough: {
    isSafe: false,
    text: 'It gets through: edu is in a domain without translation (bypass).',
  },
  domain: {
    isSafe: true,
    text: 'It is stopped: a driver has had edu, so it is in a domain, where the kernel’s memory is not mapped. Each access is a page fault.',
  },
};

function moduleWords({ kind }: EduPlace, mode: IommuMode): Expectation {
  if (kind === 'unwatched')
    return {
      isSafe: false,
      text: 'Its self-test passes, and the stray access gets through, too: nobody looks.',
    };
  if (mode === 'bypass' || kind === 'passthrough')
    return {
      isSafe: false,
      text: 'Its self-test passes, and the stray access gets through, too: nothing is translated.',
    };
  return {
    isSafe: true,
    text: 'With the driver edu gets a domain. Its self-test passes, and the stray access breaks at the wall: a page fault.',
  };
}

function vfioWords({ kind }: EduPlace): Expectation {
  return kind === 'unwatched'
    ? { isSafe: null, text: 'It fails at bind: VFIO gives no device away that no IOMMU holds.' }
    : {
        isSafe: true,
        text: 'The data comes back as it was sent. After the unmap both accesses break at the wall: page faults, which name the UNMAP.',
      };
}

/** What an attack comes to on this machine, as it stands now. */
export function expectation(id: AttackId, place: EduPlace, mode: IommuMode): Expectation {
  switch (id) {
    case 'dma':
      return DMA[place.kind];
    case 'vfio':
      return vfioWords(place);
    case 'module':
      return moduleWords(place, mode);
    case 'info':
      return INFO;
  }
}

/** Accesses of edu since an attack was begun. */
export interface CountedAccesses {
  readonly translated: number;
  readonly bypassed: number;
  readonly blocked: number;
}

export function countWords({ translated, bypassed, blocked }: CountedAccesses): string {
  const parts = [
    [translated, 'translated'],
    [bypassed, 'let through unchecked'],
    [blocked, 'stopped'],
  ] as const;
  const told = parts.filter(([count]) => count > 0);
  if (told.length === 0) return 'Since you ran it, edu has made no access yet.';
  const words = told.map(([count, what]) => `${formatPlural(count, 'access', 'accesses')} ${what}`);
  return `Since you ran it, of edu: ${words.join(', ')}.`;
}
