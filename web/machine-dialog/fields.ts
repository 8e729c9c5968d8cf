// The fields of the dialog, by the path that they have in a plan: what they are called, and a line of help.

import {
  MAX_IMAGE_BYTES,
  MAX_MEMORY_MIB,
  MIN_MEMORY_MIB,
} from '../../src/machine/images/guest-images.ts';
import { MAX_SHARE_BYTES, MAX_SHARE_FILES } from '../../src/machine/images/shared-files.ts';

const MIB = 1 << 20;
const KIB = 1 << 10;

/** Fields that stand together; the first two are open. */
export const GROUPS = [
  { name: 'guest', title: 'Guest' },
  { name: 'iommu', title: 'IOMMU' },
  { name: 'files', title: 'Disk and shared files' },
  { name: 'devices', title: 'Devices' },
  { name: 'offer', title: 'What the IOMMU offers' },
  { name: 'regions', title: 'Reserved regions' },
  { name: 'rest', title: 'Firmware, time and chance' },
  { name: 'json', title: 'The plan as JSON' },
] as const;
export type GroupName = (typeof GROUPS)[number]['name'];

interface FieldWords {
  readonly group: GroupName;
  readonly label: string;
  readonly help: string;
}

export const FIELDS = {
  'images.kernel': {
    group: 'guest',
    label: 'Kernel',
    help: `A bzImage for 32-bit x86, ${MAX_IMAGE_BYTES.kernel / MIB} MiB at most.`,
  },
  'images.initrd': {
    group: 'guest',
    label: 'Initrd',
    help: `What Linux runs first: a cpio archive, packed or not, ${MAX_IMAGE_BYTES.initrd / MIB} MiB at most.`,
  },
  append: {
    group: 'guest',
    label: 'Kernel command line',
    help: 'Added to what the PC needs anyway, such as console=ttyS0.',
  },
  memoryMiB: {
    group: 'guest',
    label: 'Memory',
    help: `${MIN_MEMORY_MIB} to ${MAX_MEMORY_MIB} MiB; 128 is a good size.`,
  },
  'iommu.mode': {
    group: 'iommu',
    label: 'How DMA goes',
    help: 'What devices can reach, and when Linux takes it back.',
  },
  'iommu.bootBypass': {
    group: 'iommu',
    label: 'Boot bypass',
    help: 'On: a device that no driver has attached yet reaches all memory. Off: its accesses are stopped.',
  },
  'images.disk': {
    group: 'files',
    label: 'Disk',
    help: `A raw image of whole 512-byte sectors, ${MAX_IMAGE_BYTES.disk / MIB} MiB at most. The guest writes to a copy.`,
  },
  share: {
    group: 'files',
    label: 'Shared folder',
    help: `What the guest finds in its 9p folder: ${MAX_SHARE_FILES} files and ${MAX_SHARE_BYTES / MIB} MiB at most.`,
  },
  endpoints: {
    group: 'devices',
    label: 'Plugged in',
    help: 'Each is an endpoint of the IOMMU.',
  },
  'edu.dmaMask': {
    group: 'devices',
    label: 'Address bits of edu',
    help: 'As a mask without gaps: 0xfffffff is 28 bits. edu drops the others of an address.',
  },
  'iommu.dialect': {
    group: 'offer',
    label: 'Protocol',
    help: '1.2 is the released one, which all of virtio 1.2 and later speak. The others are drafts.',
  },
  'iommu.features': {
    group: 'offer',
    label: 'Features',
    help: 'What the device offers its driver (virtio 1.2, 5.13.3).',
  },
  'iommu.pageSizeMask': {
    group: 'offer',
    label: 'Page sizes',
    help: 'A bit for each size; the lowest is the granularity: 0x201000 is 4 KiB and 2 MiB.',
  },
  'iommu.inputRange': {
    group: 'offer',
    label: 'Input range',
    help: 'IOVAs that MAP accepts, first and last.',
  },
  'iommu.domainRange': {
    group: 'offer',
    label: 'Domain range',
    help: 'Domain IDs that ATTACH accepts, first and last.',
  },
  'iommu.probeSize': {
    group: 'offer',
    label: 'Probe size',
    help: 'Bytes in which PROBE tells of reserved regions.',
  },
  'iommu.requestQueueSize': {
    group: 'offer',
    label: 'Request queue',
    help: 'Its size in descriptors, a power of two.',
  },
  tables: {
    group: 'offer',
    label: 'Tables',
    help: 'The ACPI tables that tell Linux of the IOMMU. VIOT is the released one, IORT the draft’s.',
  },
  reservedRegions: {
    group: 'regions',
    label: 'Regions',
    help: 'IOVAs that no driver may map. Accesses there fault (reserved), are interrupts (MSI: each device has 0xfee00000-0xfeefffff anyway), or pass to the same address (identity).',
  },
  'iommu.identityPolicy': {
    group: 'regions',
    label: 'Devices that share a domain',
    help: 'When one has an identity region and the other has not.',
  },
  'images.bios': { group: 'rest', label: 'BIOS', help: 'SeaBIOS for QEMU, 64 or 128 KiB.' },
  'images.vgaBios': {
    group: 'rest',
    label: 'VGA BIOS',
    help: `${MAX_IMAGE_BYTES.vgaBios / KIB} KiB at most.`,
  },
  clock: {
    group: 'rest',
    label: 'Clock',
    help: 'The guest’s own makes every run the same, so that it can be saved and replayed.',
  },
  seed: { group: 'rest', label: 'Seed', help: 'All chance in the guest comes from it.' },
  date: { group: 'rest', label: 'Date at power-on', help: 'In UTC, from 1970 to 2069.' },
} as const satisfies Readonly<Record<string, FieldWords>>;
export type FieldPath = keyof typeof FIELDS;

function isField(path: string): path is FieldPath {
  return Object.hasOwn(FIELDS, path);
}

/** The field that a path belongs to; null for what only the JSON shows. */
export function fieldOf(path: string): FieldPath | null {
  const parts = path.split(/(?=[.[])/);
  for (let count = parts.length; count > 0; count--) {
    const candidate = parts.slice(0, count).join('');
    if (isField(candidate)) return candidate;
  }
  return null;
}

export function groupOf(path: string): GroupName {
  const field = fieldOf(path);
  return field === null ? 'json' : FIELDS[field].group;
}

export function labelOf(path: string): string {
  const field = fieldOf(path);
  return field === null ? 'JSON' : FIELDS[field].label;
}
