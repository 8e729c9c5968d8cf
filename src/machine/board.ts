// One powered-on machine: the emulator with every device wired to its place. Thrown away at each power cycle.

import { VirtioBlk } from '../endpoints/virtio-blk.ts';
import type { CopyOnWriteDisk } from '../endpoints/block-backend.ts';
import { RogueDevice } from '../endpoints/rogue-device.ts';
import { VirtioIommu } from '../iommu/virtio-iommu.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import type { Address, Gpa } from '../memory/address.ts';
import type { FeatureOptions } from '../virtio/feature-negotiation.ts';
import { RING_FEATURES, VIRTIO_F_EVENT_IDX, VIRTIO_F_INDIRECT_DESC } from '../virtio/features.ts';
import { MmioTransport } from '../virtio/mmio-transport.ts';
import type { VirtioDevice } from '../virtio/virtio-device.ts';
import {
  createEmulator,
  type Emulator,
  type PowerOnImages,
  type PutBackImages,
} from './v86/emulator.ts';
import { endpointRegions } from './plan/endpoint-regions.ts';
import { guardPorts } from './v86/exception-guard.ts';
import { installFirmware } from './v86/firmware.ts';
import { GuestMemory } from './v86/guest-memory.ts';
import { ioApicLine } from './v86/interrupt-line.ts';
import { machineIommuOptions } from './plan/iommu-choices.ts';
import { describeMachine } from './plan/machine-description.ts';
import { commandLine, type MachineOptions } from './plan/machine-options.ts';
import { installMmioBlock, type MmioRegisters } from './v86/mmio-block.ts';
import { guardShare, settleShare, versionShare, type ShareWork } from './v86/share-guard.ts';
import {
  BLOCK_ENDPOINT,
  BLOCK_PLACE,
  CONSOLE_ENDPOINT,
  ENDPOINTS,
  IDE_ENDPOINT,
  IOMMU_PLACE,
  NET_ENDPOINT,
  ROGUE_ENDPOINT,
  ROGUE_PLACE,
  SHARE_ENDPOINT,
  type MmioPlace,
} from './plan/topology.ts';
import { moveIde, moveVirtio } from './v86/v86-endpoints.ts';
import type { V86Cpu } from './v86/v86-internals.ts';

/** Without indirect tables: one is made for every request, and behind an IOMMU it has to be mapped and unmapped. */
const BLOCK_RING_FEATURES = RING_FEATURES & ~VIRTIO_F_INDIRECT_DESC;
/**
 * Without them too, and without EVENT_IDX: the driver notifies of every request and waits for it (`viommu_sync_req`), so
 * there is nothing to spare.
 */
const IOMMU_RING_FEATURES = BLOCK_RING_FEATURES & ~VIRTIO_F_EVENT_IDX;

/** What outlives a power cycle: the contents of the disks. */
export interface Disks {
  readonly virtio: CopyOnWriteDisk;
  readonly ide: Uint8Array<ArrayBuffer>;
  /** What both were at first. */
  readonly image: Uint8Array;
}

/** A wired machine, stopped before its first instruction. */
export interface Board {
  readonly emulator: Emulator;
  readonly memory: GuestMemory;
  /** What the shared folder has not answered yet. */
  readonly share: ShareWork;
  /** Undefined on a machine without an IOMMU. */
  readonly iommu: VirtioIommu | undefined;
  readonly transports: {
    readonly iommu: MmioTransport<Gpa> | undefined;
    readonly block: MmioTransport<Address>;
    readonly rogue: MmioTransport<Address>;
  };
}

function createIommu(options: MachineOptions, memory: GuestMemory, sequence: number): VirtioIommu {
  const iommu = new VirtioIommu({
    memory,
    store: options.createStore(),
    sequence,
    options: machineIommuOptions(options),
  });
  for (const { id } of ENDPOINTS) {
    iommu.addEndpoint(id, { reserved: endpointRegions(options.reservedRegions, id) });
  }
  return iommu;
}

/** Gives v86's own bus masters their view of memory, and guards them against the guest. */
function moveEmulatorDevices(
  cpu: V86Cpu,
  viewOf: (endpoint: number) => AddressSpace<Address>,
  isBehind: boolean,
): ShareWork {
  const { virtio_net: net, virtio_9p: share, virtio_console: console, ide } = cpu.devices;
  const work = guardShare(cpu);
  moveVirtio(cpu, net.virtio, viewOf(NET_ENDPOINT), isBehind);
  moveVirtio(cpu, share.virtio, viewOf(SHARE_ENDPOINT), isBehind);
  moveVirtio(cpu, console.virtio, viewOf(CONSOLE_ENDPOINT), isBehind);
  moveIde(cpu, viewOf(IDE_ENDPOINT));
  checkPlace(net.virtio.pci_id, NET_ENDPOINT);
  checkPlace(share.virtio.pci_id, SHARE_ENDPOINT);
  checkPlace(console.virtio.pci_id, CONSOLE_ENDPOINT);
  checkPlace(ide.pci_id, IDE_ENDPOINT);
  return work;
}

function checkPlace(found: number, expected: number): void {
  if (found !== expected) {
    throw new Error(`v86 has a device at PCI function ${found} that was expected at ${expected}`);
  }
}

/** What a board has from the machine that it is built for. */
export interface BoardOrigin {
  /** Sequence of the machine's latest event. */
  readonly sequence: number;
  /** Guest time before this power on, in milliseconds. */
  readonly ranMs: number;
  /** Counts power cycles: chance is another after each. */
  readonly life: number;
  readonly images: PowerOnImages | PutBackImages;
}

/** Builds a machine. Rejects with an `Error` for the user when the emulator can not be started. */
export async function createBoard(
  options: MachineOptions,
  disks: Disks,
  { sequence, ranMs, life, images }: BoardOrigin,
): Promise<Board> {
  const { determinism } = options;
  const emulator = await createEmulator({
    images,
    ideDisk: disks.ide,
    commandLine: commandLine(options),
    memoryMiB: options.memoryMiB,
    v86Wasm: options.v86Wasm,
    determinism: determinism && {
      seed: (determinism.seed + life) >>> 0,
      epochMs: determinism.epochMs + ranMs,
    },
  });
  const { cpu, random } = emulator;
  const memory = new GuestMemory(cpu);
  const iommu = options.iommu === 'off' ? undefined : createIommu(options, memory, sequence);
  installFirmware(
    cpu,
    describeMachine({ iommu: iommu === undefined ? 'none' : 'mmio', tables: options.tables }),
  );
  guardPorts(cpu);
  const viewOf = (endpoint: number): AddressSpace<Address> =>
    iommu === undefined ? memory : iommu.port(endpoint);
  const isBehind = iommu !== undefined;
  const share = moveEmulatorDevices(cpu, viewOf, isBehind);

  const windows = new Map<number, MmioRegisters>();
  const plug = <A extends Address>(
    place: MmioPlace,
    device: VirtioDevice,
    space: AddressSpace<A>,
    features: FeatureOptions,
  ): MmioTransport<A> => {
    const transport = new MmioTransport<A>({
      device,
      memory: space,
      interruptLine: ioApicLine(cpu, place.gsi),
      ...features,
    });
    windows.set(place.base, transport);
    return transport;
  };
  const transports = {
    iommu:
      iommu === undefined
        ? undefined
        : plug(IOMMU_PLACE, iommu, memory, { ringFeatures: IOMMU_RING_FEATURES }),
    block: plug(
      BLOCK_PLACE,
      new VirtioBlk({ backend: disks.virtio, serial: 'viommu-disk' }),
      viewOf(BLOCK_ENDPOINT),
      { offersAccessPlatform: isBehind, ringFeatures: BLOCK_RING_FEATURES },
    ),
    rogue: plug(
      ROGUE_PLACE,
      new RogueDevice({ fillRandom: (bytes) => random.fill(bytes) }),
      viewOf(ROGUE_ENDPOINT),
      { offersAccessPlatform: isBehind },
    ),
  };
  installMmioBlock(cpu, windows);
  for (const [name, bytes] of Object.entries(options.share)) {
    await emulator.v86.create_file(name, bytes);
  }
  versionShare(cpu);
  if (determinism !== undefined) settleShare(cpu, determinism.epochMs + ranMs);
  return { emulator, memory, share, iommu, transports };
}
