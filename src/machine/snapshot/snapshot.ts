// The whole machine at one moment: v86's own state, and every device of ours beside it.

import type { WrittenBlock } from '../../endpoints/block-backend.ts';
import type { IommuSnapshot } from '../../iommu/iommu-snapshot.ts';
import type { IommuOptions } from '../../iommu/options.ts';
import { nameOf, type ReservedRegion } from '../../iommu/regions/reserved-regions.ts';
import type { MmioTransportState } from '../../virtio/mmio-transport.ts';
import type { Board, Disks } from '../board.ts';
import { InputError } from '../images/guest-images.ts';
import { machineIommuOptions } from '../plan/iommu-choices.ts';
import type { MachineOptions } from '../plan/machine-options.ts';
import { endpointRegions } from '../plan/endpoint-regions.ts';
import { ENDPOINTS } from '../plan/topology.ts';

const SNAPSHOT_VERSION = 2;

/** What a snapshot's machine and the one it is restored into must have in common. */
interface Equipment {
  readonly memoryMiB: number;
  readonly hasIommu: boolean;
  readonly diskBytes: number;
  /** All that was chosen of the IOMMU, by name and as text: the guest has read it and would not look again. */
  readonly iommu: Readonly<Record<string, string>>;
}

/** Plain data; can be cloned and sent to another thread. */
export interface MachineSnapshot {
  readonly version: number;
  readonly equipment: Equipment;
  readonly timeMs: number;
  /** v86's state: CPU, RAM, its own devices with the IDE disk. */
  readonly emulator: ArrayBuffer;
  readonly iommu: IommuSnapshot | undefined;
  readonly transports: {
    readonly iommu: MmioTransportState | undefined;
    readonly block: MmioTransportState;
    readonly rogue: MmioTransportState;
  };
  readonly disk: readonly WrittenBlock[];
}

function equipmentOf(options: MachineOptions): Equipment {
  const hasIommu = options.iommu !== 'off';
  return {
    memoryMiB: options.memoryMiB,
    hasIommu,
    diskBytes: options.images.disk.length,
    iommu: hasIommu ? iommuChoices(options) : {},
  };
}

function iommuChoices(options: MachineOptions): Equipment['iommu'] {
  const device = Object.entries(machineIommuOptions(options)).map(([name, value]) => [
    name,
    optionText(value),
  ]);
  const regions = ENDPOINTS.map(({ id, name }) => [
    `reservation of ${name}`,
    endpointRegions(options.reservedRegions, id).map(regionText).join(' + '),
  ]);
  return Object.fromEntries([...device, ...regions, ['tables', options.tables]]);
}

function optionText(value: IommuOptions[keyof IommuOptions]): string {
  if (typeof value === 'object') return `0x${value.start.toString(16)}-0x${value.end.toString(16)}`;
  return typeof value === 'bigint' ? `0x${value.toString(16)}` : String(value);
}

function regionText(region: ReservedRegion): string {
  return region.kind === 'identity' ? `${nameOf(region)} for ${region.flags}` : nameOf(region);
}

/** Takes a snapshot of a stopped board. */
export async function saveBoard(
  board: Board,
  options: MachineOptions,
  disks: Disks,
  timeMs: number,
): Promise<MachineSnapshot> {
  const { iommu, block, rogue } = board.transports;
  return {
    version: SNAPSHOT_VERSION,
    equipment: equipmentOf(options),
    timeMs,
    emulator: await board.emulator.v86.save_state(),
    iommu: board.iommu?.save(),
    transports: { iommu: iommu?.save(), block: block.save(), rogue: rogue.save() },
    disk: disks.virtio.save(),
  };
}

/**
 * Throws `InputError` unless the snapshot is whole, of this format, and of a machine with this equipment. What is
 * inside each device's part is found out when that device reads it.
 */
export function checkSnapshot(snapshot: MachineSnapshot, options: MachineOptions): void {
  if (snapshot?.version !== SNAPSHOT_VERSION) {
    throw new InputError(
      `The snapshot has format ${snapshot?.version}; this program reads format ${SNAPSHOT_VERSION}. Take it again.`,
    );
  }
  const isWhole =
    typeof snapshot.equipment?.iommu === 'object' &&
    typeof snapshot.transports?.block === 'object' &&
    typeof snapshot.transports.rogue === 'object' &&
    Array.isArray(snapshot.disk) &&
    Number.isFinite(snapshot.timeMs) &&
    (snapshot.iommu !== undefined) === snapshot.equipment.hasIommu &&
    (snapshot.transports.iommu !== undefined) === snapshot.equipment.hasIommu;
  if (!isWhole) throw new InputError('The snapshot is damaged: a part of it is missing.');
  const wanted = equipmentOf(options);
  const differences = differencesOf(snapshot.equipment, wanted);
  if (differences.length > 0) {
    throw new InputError(`The snapshot is of another machine: ${differences.join('; ')}.`);
  }
}

function differencesOf(saved: Equipment, wanted: Equipment): readonly string[] {
  const common = (['memoryMiB', 'hasIommu', 'diskBytes'] as const)
    .filter((key) => saved[key] !== wanted[key])
    .map((key) => `${key} is ${wanted[key]} and was ${saved[key]}`);
  // Only one of the two machines has an IOMMU: no more needs to be said about it.
  if (saved.hasIommu !== wanted.hasIommu) return common;
  const choices = Object.keys({ ...saved.iommu, ...wanted.iommu })
    .filter((name) => saved.iommu[name] !== wanted.iommu[name])
    .map((name) => `${name} is ${wanted.iommu[name]} and was ${saved.iommu[name]}`);
  return [...common, ...choices];
}

/**
 * Puts a stopped board where a checked snapshot was taken. Throws `InputError` when a device can not read its part:
 * then the board must be power cycled.
 */
export async function restoreBoard(
  board: Board,
  disks: Disks,
  snapshot: MachineSnapshot,
): Promise<void> {
  try {
    await board.emulator.v86.restore_state(snapshot.emulator);
    restoreDevices(board, disks, snapshot);
  } catch (cause) {
    throw new InputError(
      'The snapshot is damaged: a device can not read its part of it. Power cycle the machine to go on.',
      { cause },
    );
  }
}

function restoreDevices(board: Board, disks: Disks, snapshot: MachineSnapshot): void {
  const { iommu, block, rogue } = board.transports;
  // A transport resets its device before it takes over: the device's own state comes after it.
  if (snapshot.transports.iommu !== undefined) iommu?.restore(snapshot.transports.iommu);
  if (snapshot.iommu !== undefined) board.iommu?.restore(snapshot.iommu);
  block.restore(snapshot.transports.block);
  rogue.restore(snapshot.transports.rogue);
  disks.virtio.restore(snapshot.disk);
}
