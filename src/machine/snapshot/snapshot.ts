// The whole machine at one moment: v86's own state, and every device of ours beside it.

import type { IommuOptions } from '../../iommu/options.ts';
import { nameOf, type ReservedRegion } from '../../iommu/regions/reserved-regions.ts';
import { InputError } from '../images/guest-images.ts';
import { machineIommuOptions } from '../plan/iommu-choices.ts';
import type { MachineOptions } from '../plan/machine-options.ts';
import { endpointRegions } from '../plan/endpoint-regions.ts';
import { ENDPOINTS } from '../plan/topology.ts';
import type { RunState } from '../run.ts';

export const SNAPSHOT_VERSION = 3;

/** What a snapshot's machine and the one it is restored into must have in common. */
interface Equipment {
  readonly memoryMiB: number;
  readonly hasIommu: boolean;
  readonly diskBytes: number;
  /** All that was chosen of the IOMMU, by name and as text: the guest has read it and would not look again. */
  readonly iommu: Readonly<Record<string, string>>;
}

/** Plain data; can be cloned and sent to another thread. */
export interface MachineSnapshot extends RunState {
  readonly version: number;
  readonly identity: Equipment;
}

/** What a machine must have in common with another to take over its snapshots. */
export const snapshotIdentity = equipmentOf;

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
    typeof snapshot.identity?.iommu === 'object' &&
    typeof snapshot.board?.transports?.block === 'object' &&
    typeof snapshot.board.transports.rogue === 'object' &&
    Array.isArray(snapshot.board.disk) &&
    Array.isArray(snapshot.board.ide) &&
    Number.isFinite(snapshot.earlierMs) &&
    Array.isArray(snapshot.log?.inputs) &&
    (snapshot.board.iommu !== undefined) === snapshot.identity.hasIommu &&
    (snapshot.board.transports.iommu !== undefined) === snapshot.identity.hasIommu;
  if (!isWhole) throw new InputError('The snapshot is damaged: a part of it is missing.');
  const wanted = equipmentOf(options);
  const differences = differencesOf(snapshot.identity, wanted);
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
