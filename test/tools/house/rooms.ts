// The rooms of the house: each folder, what it is for, and what its files may import. A list of what is allowed: a
// folder that is not here fails the check, and so does an import that its room does not name. A rule is for the files
// in the folder itself; folders in it have rules of their own, and files of one room may import each other.

import { PAGE } from './page-rooms.ts';
import type { Room } from './room.ts';
import { TEST } from './test-rooms.ts';

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
    folder: 'src/endpoints',
    purpose:
      'our own bus masters: virtio-blk and the rogue. They see an `AddressSpace`, as hardware sees a bus, and never the IOMMU',
    imports: ['src/base', 'src/memory', 'src/virtio'],
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
  {
    folder: 'src/trace',
    purpose: 'the record of what happened: ring of events, export',
    imports: ['src/iommu/protocol'],
    types: ['src/iommu/events'],
  },
  {
    folder: 'src/trace/record',
    purpose: 'the record: events in columns, bounded by bytes; its writing and its reading end',
    imports: ['src/base'],
    types: ['src/iommu/events', 'src/iommu/regions', 'src/trace'],
  },
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
      'src/machine/plan',
      'src/machine/images',
      'src/machine/v86',
      'src/machine/snapshot',
      'src/machine/recording',
      'src/machine/timeline',
    ],
    types: ['src/iommu/events', 'src/trace'],
  },
  {
    folder: 'src/machine/plan',
    purpose: 'what a machine is made of, and how it is described to its guest',
    imports: [
      'src/base',
      'src/memory',
      'src/acpi',
      'src/iommu',
      'src/iommu/protocol',
      'src/iommu/regions',
      'src/machine/images',
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
    imports: ['src/base', 'src/memory', 'src/virtio', 'src/acpi', 'src/machine/plan'],
    types: ['src/machine/images'],
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

const HOSTS: readonly Room[] = [
  {
    folder: 'src/worker/api',
    purpose: 'what the page may know of the worker: types, and the client that starts it',
    imports: [],
    types: [
      'src/iommu/events',
      'src/iommu/store',
      'src/trace',
      'src/machine',
      'src/machine/plan',
      'src/machine/recording',
    ],
    packages: ['comlink'],
  },
  {
    folder: 'src/worker/host',
    purpose: 'the machine in the worker, and what it tells the page',
    imports: [
      'src/base',
      'src/iommu/engine',
      'src/machine',
      'src/machine/plan',
      'src/machine/images',
      'src/machine/snapshot',
      'src/machine/recording',
      'guest-images/images.json',
    ],
    types: ['src/iommu/store', 'src/machine/v86', 'src/trace', 'src/worker/api'],
    packages: ['comlink'],
  },
  {
    folder: 'src/guest',
    purpose: '`GuestSession` and `GuestPage`, the test kit',
    imports: [
      'src/base',
      'src/iommu/store',
      'src/iommu/engine',
      'src/trace',
      'src/machine',
      'src/machine/plan',
      'src/machine/images',
      'src/machine/snapshot',
      'src/machine/recording',
    ],
    types: [
      'src/memory',
      'src/iommu',
      'src/iommu/events',
      'src/machine/recording',
      'src/machine/timeline',
      'src/machine/v86',
      'src/worker/api',
    ],
    packages: ['node'],
  },
  {
    folder: 'src/ready',
    purpose: 'a program of the build: makes the snapshot that page and kit start from',
    imports: ['src/guest'],
    packages: ['node', '@hpcc-js/wasm-zstd'],
  },
  {
    folder: 'src/cli',
    purpose: 'the `viommu` command: what its commands share',
    imports: [
      'src/base',
      'src/memory',
      'src/iommu',
      'src/iommu/protocol',
      'src/iommu/regions',
      'src/machine/plan',
      'src/machine/images',
      'src/guest',
      'src/cli/boot',
      'src/cli/replay',
      'src/cli/device',
      'src/cli/dts',
    ],
    packages: ['node'],
  },
  {
    folder: 'src/cli/boot',
    purpose: '`viommu boot`',
    imports: [
      'src/iommu/protocol',
      'src/trace',
      'src/machine/plan',
      'src/machine/images',
      'src/guest',
      'src/cli',
    ],
    types: ['src/base', 'src/iommu', 'src/iommu/events', 'src/machine'],
    packages: ['node'],
  },
  {
    folder: 'src/cli/replay',
    purpose: '`viommu replay`',
    imports: ['src/machine/recording', 'src/guest', 'src/cli'],
    types: ['src/cli/boot'],
  },
  {
    folder: 'src/cli/device',
    purpose: '`viommu device`: the device alone, driven line by line',
    imports: [
      'src/base',
      'src/iommu',
      'src/iommu/protocol',
      'src/iommu/regions',
      'src/iommu/store',
      'src/iommu/engine',
      'src/driver',
      'src/guest',
      'src/cli',
    ],
    types: ['src/iommu/events'],
    packages: ['node'],
  },
  {
    folder: 'src/cli/dts',
    purpose: '`viommu dts`',
    imports: ['src/machine/plan', 'src/cli'],
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
