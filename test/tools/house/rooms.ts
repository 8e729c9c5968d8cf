// The rooms of the house: each folder, what it is for, and what its files may import. A list of what is allowed: a
// folder that is not here fails the check, and so does an import that its room does not name. A rule is for the files
// in the folder itself; folders in it have rules of their own, and files of one room may import each other.

import { HOSTS } from './host-rooms.ts';
import { PAGE } from './page-rooms.ts';
import type { Room } from './room.ts';
import { TEST } from './test-rooms.ts';
import { TRACE } from './trace-rooms.ts';

export type { Room };
export { TESTS } from './test-rooms.ts';

const LAYOUT = 'wasm/assembly/layout.ts';
const OPTIONS = 'src/iommu/options.ts';
const RESERVED_REGIONS = 'src/iommu/regions/reserved-regions.ts';

const CORE: readonly Room[] = [
  {
    folder: 'src/base',
    purpose: 'tiny tools without domain words: brands, assertions, emitter, 64-bit words as halves',
    imports: [],
    packages: ['@noble/hashes'],
  },
  {
    folder: 'src/memory',
    purpose: 'the two address types and the one memory seam, `AddressSpace`',
    imports: ['src/base'],
  },
  {
    folder: 'src/virtio',
    purpose:
      'VIRTIO chapters 2 and 4.2: status, features, split and packed virtqueue, mmio transport',
    imports: ['src/base', 'src/memory'],
  },
  {
    folder: 'src/pci',
    purpose:
      'PCI Local Bus 3.0: configuration space of a function, its interrupt, its reset, its way to memory',
    imports: ['src/base', 'src/memory'],
  },
  {
    folder: 'src/endpoints',
    purpose:
      'our own bus masters: virtio-blk, the rogue and edu. They see an `AddressSpace`, as hardware sees a bus, and never the IOMMU',
    imports: ['src/base', 'src/memory', 'src/virtio', 'src/pci'],
  },
  {
    folder: 'src/acpi',
    purpose: "bytes of tables: DSDT, FADT, MADT, VIOT, IORT, and the firmware's loader script",
    imports: ['src/base', 'src/acpi/aml'],
  },
  {
    folder: 'src/acpi/aml',
    purpose: 'a small typed AML encoder',
    imports: ['src/base', 'src/acpi/structure.ts'],
  },
  {
    folder: 'src/kernel',
    purpose:
      "a 32-bit Linux seen from outside: its stack, its current task, its functions' names; pure, and it only reads",
    imports: ['guest-images/kernel.json'],
  },
  ...TRACE,
  {
    folder: 'src/trace/replay',
    purpose: 'the past: state after any event, lifetimes of mappings, totals of any stretch',
    imports: [
      'src/base',
      'src/memory',
      'src/iommu/protocol',
      'src/iommu/regions',
      'src/trace/record',
    ],
    types: ['src/iommu/domains', 'src/iommu/events', 'src/iommu/store', 'src/trace'],
  },
  {
    folder: 'src/trace/filter',
    purpose: 'the filter language: its grammar, and which events of a record a filter lets through',
    imports: ['src/base', 'src/iommu/protocol', 'src/trace/record'],
    packages: ['@lezer/common', '@lezer/lr'],
  },
  {
    folder: 'src/trace/explain',
    purpose: 'why: for every fault and every refused request a cause, a sentence, and evidence',
    imports: [
      'src/base',
      'src/memory',
      'src/iommu/protocol',
      'src/iommu/regions',
      'src/iommu/domains',
      'src/trace/record',
      'src/trace/replay',
    ],
    types: ['src/iommu/events', 'src/trace'],
  },
  {
    folder: 'src/driver',
    purpose:
      "the driver's side of rings and registers: the `device` command drives the device with it, and so do tests",
    imports: ['src/base', 'src/memory', 'src/virtio', 'src/iommu', 'src/iommu/protocol'],
    types: ['src/iommu/store'],
  },
];

const IOMMU: readonly Room[] = [
  {
    folder: 'src/iommu',
    purpose: 'VIRTIO 5.13: the device, pure; what becomes of each request; `DmaPort`',
    imports: [
      'src/base',
      'src/memory',
      'src/virtio',
      'src/iommu/protocol',
      'src/iommu/regions',
      'src/iommu/store',
      'src/iommu/domains',
      'src/iommu/events',
    ],
  },
  {
    folder: 'src/iommu/protocol',
    purpose: 'bytes of requests, replies and configuration, for each version of the protocol',
    imports: ['src/base', 'src/iommu/protocol/drafts', RESERVED_REGIONS],
    types: ['src/memory', 'src/virtio', OPTIONS],
  },
  {
    folder: 'src/iommu/protocol/drafts',
    purpose: 'the drafts v0.4, v0.5 and v0.9',
    imports: ['src/base', 'src/iommu/protocol', RESERVED_REGIONS],
  },
  {
    folder: 'src/iommu/protocol/layouts',
    purpose: 'the fields of every structure on the wire, for reading recorded messages',
    imports: ['src/iommu/protocol', 'src/iommu/protocol/drafts'],
  },
  {
    folder: 'src/iommu/regions',
    purpose: 'reserved regions of an endpoint, and of several together',
    imports: ['src/base', 'src/memory', 'src/iommu/protocol'],
    types: [OPTIONS],
  },
  {
    folder: 'src/iommu/store',
    purpose:
      'mappings: `MappingStore`, the naive store that is the oracle, and the image that both save',
    imports: ['src/base', 'src/memory', 'src/iommu/protocol', LAYOUT],
    types: ['src/iommu/regions'],
  },
  {
    folder: 'src/iommu/engine',
    purpose: 'the store that runs: the engine in WASM memory',
    imports: ['src/base', 'src/memory', 'src/iommu/store', LAYOUT],
    types: ['src/iommu/regions'],
  },
  {
    folder: 'src/iommu/engine/extras',
    purpose:
      "what no device needs of the engine: audit, batches and slices, by a second module on the engine's memory",
    imports: ['src/iommu/engine', LAYOUT],
  },
  {
    folder: 'src/iommu/domains',
    purpose: 'domains, endpoints, and which may be together',
    imports: ['src/base', 'src/memory', 'src/iommu/regions', 'src/iommu/store'],
    types: [OPTIONS],
  },
  {
    folder: 'src/iommu/events',
    purpose: 'what the device tells: `IommuEvent`, its state, the event queue',
    imports: ['src/base', 'src/iommu/protocol'],
    types: ['src/virtio', 'src/iommu/regions', 'src/iommu/store', 'src/iommu/domains'],
  },
];

const MACHINE: readonly Room[] = [
  {
    folder: 'src/machine',
    purpose: 'the composition root: power, board, stray DMA',
    imports: [
      'src/base',
      'src/memory',
      'src/virtio',
      'src/iommu',
      'src/endpoints',
      'src/pci/config-layout.ts',
      'src/kernel',
      'src/machine/plan',
      'src/machine/images',
      'src/machine/v86',
      'src/machine/snapshot',
      'src/machine/recording',
      'src/machine/timeline',
      'src/iommu/events',
      'src/iommu/protocol/protocol.ts',
      'src/iommu/store',
      'src/trace/record',
    ],
    types: ['src/iommu/regions', 'src/trace'],
  },
  {
    folder: 'src/lab',
    purpose: 'attacks on a machine that stands still, held against what ought to become of them',
    imports: [
      'src/base',
      'src/memory',
      'src/iommu',
      'src/iommu/protocol',
      'src/iommu/store',
      'src/machine/boot-watch.ts',
      'src/machine/images',
      'src/machine/plan',
      'src/trace/filter',
    ],
    types: [
      'src/iommu/events',
      'src/iommu/regions',
      'src/machine',
      'src/trace/record',
      'src/trace/replay',
    ],
  },
  {
    folder: 'src/machine/plan',
    purpose: 'what a machine is made of, and how it is described to its guest',
    imports: [
      'src/base',
      'src/memory',
      'src/acpi',
      'src/endpoints/edu-registers.ts',
      'src/iommu',
      'src/iommu/protocol',
      'src/iommu/regions',
      'src/iommu/store/store-limits.ts',
      'src/machine/images',
      'src/trace/record',
    ],
    types: ['src/iommu/store'],
  },
  {
    folder: 'src/machine/images',
    purpose: "the guest's files: checked, unpacked, named",
    imports: [],
    packages: ['@noble/hashes'],
  },
  {
    folder: 'src/machine/v86',
    purpose: 'the emulator, and what makes its devices behave; the only importer of v86',
    imports: [
      'src/base',
      'src/memory',
      'src/virtio',
      'src/acpi',
      'src/pci/config-layout.ts',
      'src/machine/plan',
    ],
    types: ['src/kernel', 'src/machine/images'],
    packages: ['v86'],
  },
  {
    folder: 'src/machine/snapshot',
    purpose: 'the whole machine at one moment, and the file of a guest that has booted',
    imports: [
      'src/base',
      'src/endpoints',
      'src/iommu/regions',
      'src/machine/plan',
      'src/machine/images',
      'src/machine/v86',
    ],
    types: [
      'src/virtio',
      'src/iommu',
      'src/iommu/events',
      'src/iommu/store',
      'src/trace',
      'src/trace/record',
      'src/trace/replay',
      'src/machine/board.ts',
      'src/machine/run-state.ts',
    ],
    packages: ['@noble/hashes'],
  },
  {
    folder: 'src/machine/timeline',
    purpose: 'going back: checkpoints, and the log between them',
    imports: ['src/endpoints', 'src/machine/images', 'src/machine/v86'],
    types: ['src/machine/run.ts', 'src/machine/run-state.ts', 'src/machine/recording'],
  },
  {
    folder: 'src/machine/recording',
    purpose: 'what was done to a machine and what came of it: inputs, digests, recordings',
    imports: ['src/base', 'src/trace', 'src/machine/plan', 'src/machine/images', 'src/machine/v86'],
    packages: ['@noble/hashes'],
  },
];

const ENGINE: readonly Room[] = [
  {
    folder: 'wasm/assembly',
    purpose: 'AssemblyScript: the IOVA engine',
    imports: [],
  },
];

export const ROOMS: readonly Room[] = [
  ...CORE,
  ...IOMMU,
  ...MACHINE,
  ...HOSTS,
  ...PAGE,
  ...ENGINE,
  ...TEST,
];
