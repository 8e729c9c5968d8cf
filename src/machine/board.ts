// One powered-on machine: the emulator with every device wired to its place. Thrown away at each power cycle.

import { highWord, lowWord } from '../base/words.ts';
import { VirtioBlk } from '../endpoints/virtio-blk.ts';
import { CopyOnWriteDisk } from '../endpoints/block-backend.ts';
import { RogueDevice } from '../endpoints/rogue-device.ts';
import type { EduDevice } from '../endpoints/edu-device.ts';
import { VirtioIommu } from '../iommu/virtio-iommu.ts';
import type { AddressSpace, PhysicalMemory } from '../memory/address-space.ts';
import type { Address, Gpa } from '../memory/address.ts';
import type { FeatureOptions } from '../virtio/feature-negotiation.ts';
import { RING_FEATURES, VIRTIO_F_EVENT_IDX, VIRTIO_F_INDIRECT_DESC } from '../virtio/features.ts';
import { MmioTransport } from '../virtio/mmio-transport.ts';
import type { VirtioDevice } from '../virtio/virtio-device.ts';
import { plugEdu } from './edu-slot.ts';
import { Notifications } from './notifications.ts';
import { tapIde, tapVirtio } from './v86/notification-taps.ts';
import {
  createEmulator,
  type Emulator,
  type PowerOnImages,
  type PutBackImages,
} from './v86/emulator.ts';
import type { DmaWatch } from './dma-watch.ts';
import { guardPorts } from './v86/exception-guard.ts';
import { installFirmware } from './v86/firmware.ts';
import { GuestMemory } from './v86/guest-memory.ts';
import { deliverMessage, messageData, takesMessage } from './v86/interrupt-message.ts';
import { ioApicLine } from './v86/interrupt-line.ts';
import { describeMachine } from './plan/machine-description.ts';
import { commandLine, determinismOf, type MachinePlan } from './plan/machine-plan.ts';
import type { PlannedMachine } from './plan/machine-options.ts';
import { iommuOptionsOf } from './plan/planned-iommu.ts';
import { endpointRegions } from './plan/planned-regions.ts';
import { installMmioBlock, type MmioRegisters } from './v86/mmio-block.ts';
import { guardShare, settleShare, versionShare, type ShareWork } from './v86/share-guard.ts';
import {
  BLOCK_ENDPOINT,
  BLOCK_PLACE,
  CONSOLE_ENDPOINT,
  EDU_ENDPOINT,
  IDE_ENDPOINT,
  IOMMU_PLACE,
  NET_ENDPOINT,
  ROGUE_ENDPOINT,
  ROGUE_PLACE,
  SHARE_ENDPOINT,
  pluggedEndpoints,
  type MmioPlace,
} from './plan/topology.ts';
import { moveIde, moveVirtio, unplug } from './v86/v86-endpoints.ts';
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

/** Disks that nothing was written to. */
export function createDisks(image: Uint8Array): Disks {
  return { virtio: new CopyOnWriteDisk(image), ide: new Uint8Array(image), image };
}

/** What a board is built from. */
export interface BoardOptions extends PlannedMachine {
  /** Who looks on while devices write. */
  readonly watch?: DmaWatch | undefined;
}

/** A wired machine, stopped before its first instruction. */
export interface Board {
  readonly emulator: Emulator;
  readonly memory: GuestMemory;
  /** What the shared folder has not answered yet. */
  readonly share: ShareWork;
  /** Undefined on a machine without an IOMMU. */
  readonly iommu: VirtioIommu | undefined;
  /** Memory as an endpoint sees it. */
  readonly viewOf: (endpoint: number) => AddressSpace<Address>;
  /** Whether an endpoint can begin an access: that of a PCI function whose bus mastering is off can not. */
  readonly isMaster: (endpoint: number) => boolean;
  /** Notifications of endpoints by their drivers. */
  readonly notifications: Notifications;
  /** Our own devices in the order of their windows. */
  readonly plugged: readonly PluggedDevice[];
  /** Undefined on a machine without it. */
  readonly edu: EduDevice | undefined;
}

/** A device of ours in its window. */
export interface PluggedDevice {
  readonly name: string;
  readonly transport: Pick<MmioTransport<Address>, 'save' | 'restore'>;
}

function createIommu(
  options: PlannedMachine,
  memory: PhysicalMemory,
  sequence: number,
  { onMessage, isMaster }: { onMessage: (data: number) => void; isMaster: Board['isMaster'] },
): VirtioIommu {
  const iommu = new VirtioIommu({
    memory,
    store: options.createStore(),
    sequence,
    options: iommuOptionsOf(options.plan),
    // The region may lie where no APIC listens
    doorbell: (_endpoint, address, message) => {
      if (takesMessage(highWord(address), lowWord(address), message.length)) {
        onMessage(messageData(message));
      }
    },
  });
  for (const { id, name } of pluggedEndpoints(options.plan)) {
    const reserved = endpointRegions(options.plan, name);
    iommu.addEndpoint(id, { reserved, isMaster: () => isMaster(id) });
  }
  return iommu;
}

/** Gives v86's own bus masters their view of memory, guards them against the guest, and takes out what is not planned. */
function moveEmulatorDevices(
  cpu: V86Cpu,
  { iommu, endpoints }: MachinePlan,
  viewOf: (endpoint: number) => AddressSpace<Address>,
): ShareWork {
  const isBehind = iommu.mode !== 'off';
  const { virtio_net: net, virtio_9p: share, virtio_console: console, ide } = cpu.devices;
  const work = guardShare(cpu);
  checkPlace(net.virtio.pci_id, NET_ENDPOINT);
  checkPlace(share.virtio.pci_id, SHARE_ENDPOINT);
  checkPlace(console.virtio.pci_id, CONSOLE_ENDPOINT);
  checkPlace(ide.pci_id, IDE_ENDPOINT);
  const virtio = [
    { name: 'virtio-net', id: NET_ENDPOINT, device: net.virtio },
    { name: 'virtio-9p', id: SHARE_ENDPOINT, device: share.virtio },
    { name: 'virtio-console', id: CONSOLE_ENDPOINT, device: console.virtio },
  ] as const;
  for (const { name, id, device } of virtio) {
    if (endpoints[name]) moveVirtio(cpu, device, viewOf(id), isBehind);
    else unplug(cpu, id, [device]);
  }
  if (endpoints.ide) moveIde(cpu, viewOf(IDE_ENDPOINT));
  else unplug(cpu, IDE_ENDPOINT, [ide.primary, ide.secondary]);
  return work;
}

/** Hears the notifications of v86's own bus masters, as far as they are planned. */
function hearEmulatorDevices(
  cpu: V86Cpu,
  { endpoints }: MachinePlan,
  notifications: Notifications,
): void {
  const { virtio_net: net, virtio_9p: share, virtio_console: console, ide } = cpu.devices;
  const tell =
    (endpoint: number) =>
    (queue: number): void =>
      notifications.onNotify(endpoint, queue);
  if (endpoints['virtio-net']) tapVirtio(cpu, net.virtio, tell(NET_ENDPOINT));
  if (endpoints['virtio-9p']) tapVirtio(cpu, share.virtio, tell(SHARE_ENDPOINT));
  if (endpoints['virtio-console']) tapVirtio(cpu, console.virtio, tell(CONSOLE_ENDPOINT));
  if (endpoints.ide) tapIde(cpu, [ide.primary, ide.secondary], tell(IDE_ENDPOINT));
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
  options: BoardOptions,
  disks: Disks,
  { sequence, ranMs, life, images }: BoardOrigin,
): Promise<Board> {
  const { plan, share, v86Wasm, watch } = options;
  const start = determinismOf(plan);
  const determinism = start && {
    seed: (start.seed + life) >>> 0,
    epochMs: start.epochMs + ranMs,
  };
  const emulator = await createEmulator({
    images,
    ideDisk: disks.ide,
    commandLine: commandLine(plan),
    memoryMiB: plan.memoryMiB,
    v86Wasm,
    determinism,
  });
  const { cpu } = emulator;
  const onMessage = (data: number): void => deliverMessage(cpu, emulator.memory, data);
  const memory = new GuestMemory(cpu, onMessage);
  const ram = watch?.memory(memory) ?? memory;
  let edu: EduDevice | undefined;
  const isMaster = (endpoint: number): boolean =>
    endpoint !== EDU_ENDPOINT || edu === undefined || edu.pci.isBusMaster;
  const iommu =
    plan.iommu.mode === 'off'
      ? undefined
      : createIommu(options, ram, sequence, { onMessage, isMaster });
  installFirmware(cpu, describeMachine(plan));
  guardPorts(cpu);
  const viewOf = (endpoint: number): AddressSpace<Address> => {
    const space: AddressSpace<Address> = iommu?.port(endpoint) ?? ram;
    return watch?.view(endpoint, space) ?? space;
  };
  const shareWork = moveEmulatorDevices(cpu, plan, viewOf);
  const notifications = new Notifications();
  hearEmulatorDevices(cpu, plan, notifications);
  const plugged = plugDevices({
    emulator,
    iommuMemory: watch?.view(null, ram) ?? ram,
    iommu,
    plan,
    disks,
    viewOf,
    notifications,
  });
  if (plan.endpoints.edu) {
    edu = plugEdu(emulator, viewOf(EDU_ENDPOINT), notifications, plan.edu);
    edu.pci.onBusMaster = () => iommu?.tellMaster(EDU_ENDPOINT);
  }
  for (const [name, bytes] of Object.entries(share.files)) {
    await emulator.v86.create_file(name, bytes);
  }
  versionShare(cpu);
  if (determinism !== undefined) settleShare(cpu, determinism.epochMs);
  return {
    emulator,
    memory,
    share: shareWork,
    iommu,
    viewOf,
    isMaster,
    notifications,
    plugged,
    edu,
  };
}

interface Surroundings {
  readonly emulator: Emulator;
  /** Where the IOMMU's own queues lie. */
  readonly iommuMemory: AddressSpace<Gpa>;
  readonly iommu: VirtioIommu | undefined;
  readonly plan: MachinePlan;
  readonly disks: Disks;
  readonly viewOf: (endpoint: number) => AddressSpace<Address>;
  readonly notifications: Notifications;
}

/** Puts our own devices into their windows. */
function plugDevices(around: Surroundings): readonly PluggedDevice[] {
  const { iommuMemory, iommu, plan, disks, viewOf, notifications } = around;
  const { cpu, random } = around.emulator;
  const offersAccessPlatform = iommu !== undefined;
  const windows = new Map<number, MmioRegisters>();
  const plugged: PluggedDevice[] = [];
  const plug = <A extends Address>(
    name: string,
    place: MmioPlace,
    device: VirtioDevice,
    space: AddressSpace<A>,
    features: FeatureOptions,
  ): void => {
    const interruptLine = ioApicLine(cpu, place.gsi);
    const transport = new MmioTransport<A>({ device, memory: space, interruptLine, ...features });
    windows.set(place.base, transport);
    plugged.push({ name, transport });
  };
  if (iommu !== undefined) {
    plug('iommu', IOMMU_PLACE, iommu, iommuMemory, { ringFeatures: IOMMU_RING_FEATURES });
  }
  if (plan.endpoints['virtio-blk']) {
    const disk = new VirtioBlk({ backend: disks.virtio, serial: 'viommu-disk' });
    plug('virtio-blk', BLOCK_PLACE, disk, viewOf(BLOCK_ENDPOINT), {
      offersAccessPlatform,
      ringFeatures: BLOCK_RING_FEATURES,
    });
  }
  if (plan.endpoints.rogue) {
    const rogue = new RogueDevice({ fillRandom: (bytes) => random.fill(bytes) });
    plug('rogue', ROGUE_PLACE, rogue, viewOf(ROGUE_ENDPOINT), { offersAccessPlatform });
  }
  notifications.tap(windows, IOMMU_PLACE.base, null);
  notifications.tap(windows, BLOCK_PLACE.base, BLOCK_ENDPOINT);
  notifications.tap(windows, ROGUE_PLACE.base, ROGUE_ENDPOINT);
  installMmioBlock(cpu, windows);
  return plugged;
}
