// The machine's map: where every device of ours sits, who is an endpoint under which ID, and who is not.

import { didYouMean } from '../../base/suggestion.ts';

/** All virtio-mmio windows share one block of v86's address map (128 KiB), one page each so that a page can be handed out. */
export const MMIO_BLOCK_BASE = 0xfd00_0000;
export const MMIO_BLOCK_SIZE = 0x2_0000;
export const MMIO_WINDOW_SIZE = 0x1000;

/** A virtio-mmio window: its base, and its interrupt as a global system interrupt of the I/O APIC. */
export interface MmioPlace {
  readonly base: number;
  readonly gsi: number;
}

export const IOMMU_PLACE: MmioPlace = { base: MMIO_BLOCK_BASE, gsi: 17 };
export const BLOCK_PLACE: MmioPlace = { base: MMIO_BLOCK_BASE + MMIO_WINDOW_SIZE, gsi: 18 };
export const ROGUE_PLACE: MmioPlace = { base: MMIO_BLOCK_BASE + 2 * MMIO_WINDOW_SIZE, gsi: 19 };

/** A PCI function of ours: its memory window, and the pin of the I/O APIC that its INTA# has to itself. */
export interface PciPlace {
  /** Bus, device and function number, which is its endpoint ID. */
  readonly bdf: number;
  readonly base: number;
  readonly gsi: number;
}

export const EDU_ENDPOINT = 0x05 << 3;
export const EDU_PLACE: PciPlace = { bdf: EDU_ENDPOINT, base: 0xfb00_0000, gsi: 20 };

/** Highest IOVA: v86's own devices put 32 address bits on the bus. */
export const HIGHEST_IOVA = 0xffff_ffffn;

/** PCI functions 00:00.0-1f.7 have their BDF as endpoint ID (VIOT PCI range node). */
export const LAST_PCI_ENDPOINT = 0xff;

/** Where descriptions put an IOMMU that is a PCI function: nothing else is there. */
export const PCI_IOMMU_FUNCTION = 0x03 << 3;

export const NET_ENDPOINT = 0x0a << 3;
export const SHARE_ENDPOINT = 0x06 << 3;
export const CONSOLE_ENDPOINT = 0x0c << 3;
export const IDE_ENDPOINT = 0x1e << 3;
/** IDs of virtio-mmio endpoints lie above every PCI one. */
export const BLOCK_ENDPOINT = 0x1001;
export const ROGUE_ENDPOINT = 0x1002;

/** The endpoints by their short names. */
export const ENDPOINT_NAMES = [
  'virtio-net',
  'virtio-9p',
  'virtio-console',
  'ide',
  'virtio-blk',
  'rogue',
  'edu',
] as const;
export type EndpointName = (typeof ENDPOINT_NAMES)[number];

/** An endpoint in words. */
export interface EndpointInfo {
  readonly id: number;
  /** Short name, such as `virtio-net`. */
  readonly name: string;
  /** What it is, in a few words for a newcomer. */
  readonly description: string;
  /** `PCI 00:05.0` or `MMIO 0xfd001000`. */
  readonly location: string;
}

function pciLocation(bdf: number): string {
  return `PCI 00:${(bdf >> 3).toString(16).padStart(2, '0')}.${bdf & 7}`;
}

function mmioLocation(place: MmioPlace): string {
  return `MMIO 0x${place.base.toString(16)}`;
}

/** An endpoint of this machine. */
export interface KnownEndpoint extends EndpointInfo {
  readonly name: EndpointName;
}

export const ENDPOINTS: readonly KnownEndpoint[] = [
  {
    id: NET_ENDPOINT,
    name: 'virtio-net',
    description: 'Network card: fetches packets to send, stores received ones',
    location: pciLocation(NET_ENDPOINT),
  },
  {
    id: SHARE_ENDPOINT,
    name: 'virtio-9p',
    description: 'Shared folder: reads requests, stores file contents',
    location: pciLocation(SHARE_ENDPOINT),
  },
  {
    id: CONSOLE_ENDPOINT,
    name: 'virtio-console',
    description: 'A second console: reads output, stores keystrokes',
    location: pciLocation(CONSOLE_ENDPOINT),
  },
  {
    id: IDE_ENDPOINT,
    name: 'ide',
    description: 'The classic PC disk controller, as a bus master',
    location: pciLocation(IDE_ENDPOINT),
  },
  {
    id: BLOCK_ENDPOINT,
    name: 'virtio-blk',
    description: 'Disk: stores the sectors it reads straight into memory',
    location: mmioLocation(BLOCK_PLACE),
  },
  {
    id: ROGUE_ENDPOINT,
    name: 'rogue',
    description:
      'Poses as a random number generator, which Linux asks now and then; reads or writes whatever you tell it to',
    location: mmioLocation(ROGUE_PLACE),
  },
  {
    id: EDU_ENDPOINT,
    name: 'edu',
    description:
      'A device to learn driver programming on, as QEMU has one: copies up to 4 KiB from memory and back',
    location: pciLocation(EDU_ENDPOINT),
  },
];

/** The endpoints that a plan has plugged in. */
export function pluggedEndpoints({
  endpoints,
}: {
  readonly endpoints: Readonly<Record<EndpointName, boolean>>;
}): readonly KnownEndpoint[] {
  return ENDPOINTS.filter(({ name }) => endpoints[name]);
}

/** The endpoint with this name, or with this number as ID, in decimal or after 0x. */
export function findEndpoint(nameOrId: string | number): KnownEndpoint | undefined {
  const text = String(nameOrId);
  const id = /^(?:0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) ? Number(text) : undefined;
  return ENDPOINTS.find((endpoint) => endpoint.name === text || endpoint.id === id);
}

/** Why there is no endpoint of that name or ID, and which there are. */
export function noSuchEndpoint(nameOrId: string | number): string {
  return `There is no endpoint "${nameOrId}".${didYouMean(String(nameOrId), ENDPOINT_NAMES)} There are: ${ENDPOINT_NAMES.join(', ')}.`;
}

/** Bus masters of the emulated PC that are not endpoints, and why. */
export const OUTSIDE: readonly { readonly name: string; readonly reason: string }[] = [
  {
    name: 'floppy controller',
    reason: 'uses the ISA DMA controller, which sits before the PCI bus; no drive is attached',
  },
  {
    name: 'Sound Blaster 16',
    reason: 'uses the ISA DMA controller; the kernel has no driver for it',
  },
  { name: 'VGA', reason: 'never masters the bus' },
];
