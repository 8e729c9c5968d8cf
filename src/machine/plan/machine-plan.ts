// One description of a machine, as plain JSON: what the page, the command line and the kit build a machine from, and
// what a snapshot belongs to.

import type { IommuTables } from '../../acpi/iommu-tables.ts';
import type { IdentityPolicy } from '../../iommu/options.ts';
import type { DialectName } from '../../iommu/protocol/dialect.ts';
import type { ReservedKind } from '../../iommu/regions/reserved-regions.ts';
import type { ImageName } from '../images/image-files.ts';
import type { EndpointName } from './topology.ts';

/** Another number for each change that an older program would misunderstand. */
export const PLAN_VERSION = 1;

/**
 * How the guest's DMA is set up: translated by the IOMMU; through its bypass domains (`iommu.passthrough=1`); or on
 * a machine without an IOMMU, the baseline of every comparison.
 */
export type IommuMode = 'translated' | 'bypass' | 'off';
export const IOMMU_MODES: readonly IommuMode[] = ['translated', 'bypass', 'off'];

/** Where the guest's time and chance come from: its own instructions and the plan's seed, or the host. */
export type ClockSource = 'guest' | 'host';
export const CLOCK_SOURCES: readonly ClockSource[] = ['guest', 'host'];

export const TABLE_CHOICES: readonly IommuTables[] = ['viot', 'iort', 'viot+iort'];

/** In place of a checksum: what comes with the project. */
export const PROJECTS_OWN = 'project';

/** 64 bits as JSON can hold them: 0x and hex digits. */
export type Word64 = `0x${string}`;

export interface PlannedRange {
  readonly start: Word64;
  readonly end: Word64;
}

/** A reserved region; bounds are inclusive, `flags` are those of an identity region's rights. */
export interface PlannedRegion extends PlannedRange {
  readonly kind: ReservedKind;
  readonly flags?: number;
}

/** The IOMMU: `IommuOptions` as JSON can hold them, and how DMA goes. */
export interface PlannedIommu {
  readonly mode: IommuMode;
  /** Offered features by name. */
  readonly features: readonly string[];
  readonly pageSizeMask: Word64;
  readonly inputRange: PlannedRange;
  readonly domainRange: { readonly start: number; readonly end: number };
  readonly probeSize: number;
  readonly bootBypass: boolean;
  readonly identityPolicy: IdentityPolicy;
  readonly requestQueueSize: number;
  readonly dialect: DialectName;
}

/** The teaching device, where it is plugged in. */
export interface PlannedEdu {
  /** Address bits that it has: others of an address that its driver gives it are dropped (QEMU: `dma_mask`). */
  readonly dmaMask: Word64;
}

/** A machine, complete and checked: `readPlan` makes it. */
export interface MachinePlan {
  readonly version: typeof PLAN_VERSION;
  readonly memoryMiB: number;
  /** `project`, or the SHA-256 in hex of the unpacked bytes. */
  readonly images: Readonly<Record<ImageName, string>>;
  /** Added to the kernel command line. */
  readonly append: string;
  readonly iommu: PlannedIommu;
  /** By endpoint, beside the platform's MSI region; an `msi` region takes that one's place. */
  readonly reservedRegions: Readonly<Partial<Record<EndpointName, readonly PlannedRegion[]>>>;
  /** The ACPI tables that tell of the IOMMU and what is behind it. */
  readonly tables: IommuTables;
  /** Which endpoints are plugged in. */
  readonly endpoints: Readonly<Record<EndpointName, boolean>>;
  readonly edu: PlannedEdu;
  /** The shared folder: `project`, or the SHA-256 in hex of each file by its name. */
  readonly share: typeof PROJECTS_OWN | Readonly<Record<string, string>>;
  /** Seed of all chance; of no use to the host's clock. */
  readonly seed: number;
  readonly clock: ClockSource;
  /** The guest's date at power on, in the form of ISO 8601, UTC. */
  readonly date: string;
}

/** 64 bits, as a program or a person gives them. */
export type WordChoice = string | number | bigint;

export interface RangeChoice {
  readonly start: WordChoice;
  readonly end: WordChoice;
}

/** How a region of an endpoint's IOVA space is reserved; bounds are inclusive. */
export interface RegionChoice extends RangeChoice {
  readonly kind: ReservedKind;
  /**
   * VIRTIO_IOMMU_MAP_F_READ (1) and VIRTIO_IOMMU_MAP_F_WRITE (2): which accesses an identity region lets through, both if
   * left out. Others have none.
   */
  readonly flags?: number | undefined;
}

/** Regions by an endpoint's name or ID. */
export type RegionChoices = Readonly<Record<string, readonly RegionChoice[]>>;

/** What is chosen of an IOMMU; the rest is as `DEFAULT_IOMMU_OPTIONS` has it. */
export interface IommuChoices {
  readonly mode?: IommuMode | undefined;
  /** Names, or the bits. */
  readonly features?: readonly string[] | WordChoice | undefined;
  readonly pageSizeMask?: WordChoice | undefined;
  readonly inputRange?: RangeChoice | undefined;
  readonly domainRange?: { readonly start: number; readonly end: number } | undefined;
  readonly probeSize?: number | undefined;
  readonly bootBypass?: boolean | undefined;
  readonly identityPolicy?: IdentityPolicy | undefined;
  readonly requestQueueSize?: number | undefined;
  readonly dialect?: DialectName | undefined;
}

/** What is chosen of a machine; `readPlan` fills in the rest. A whole plan is one of these. */
export interface PlanChoices {
  readonly version?: typeof PLAN_VERSION | undefined;
  readonly memoryMiB?: number | undefined;
  readonly images?: Readonly<Partial<Record<ImageName, string | undefined>>> | undefined;
  readonly append?: string | undefined;
  readonly iommu?: IommuChoices | undefined;
  readonly reservedRegions?: RegionChoices | undefined;
  readonly tables?: IommuTables | undefined;
  readonly endpoints?: Readonly<Partial<Record<EndpointName, boolean | undefined>>> | undefined;
  readonly edu?: { readonly dmaMask?: WordChoice | undefined } | undefined;
  readonly share?: typeof PROJECTS_OWN | Readonly<Record<string, string>> | undefined;
  readonly seed?: number | undefined;
  readonly clock?: ClockSource | undefined;
  readonly date?: string | undefined;
}

/**
 * `tsc=reliable` and no mitigations: neither measuring nor working around this CPU makes sense. The per-CPU lists of
 * free pages are kept short, since a page cache that was filled from them lies scattered in memory: the next read of
 * a disk then takes a MAP for every other page, five times as many as for pages that came from the buddy allocator.
 * Pages are zeroed when they are freed: 0.8 % more instructions until the prompt, and a snapshot of a quarter less.
 */
const BASE_COMMAND_LINE =
  'console=ttyS0 tsc=reliable mitigations=off sysctl.vm.percpu_pagelist_high_fraction=100000 init_on_free=1';

/** The kernel command line of a machine. */
export function commandLine({ iommu, append }: MachinePlan): string {
  const parts = [
    BASE_COMMAND_LINE,
    iommu.mode === 'bypass' ? 'iommu.passthrough=1' : '',
    append.trim(),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

/** Where a machine's chance and date begin. */
export interface Determinism {
  readonly seed: number;
  /** In milliseconds since 1970. */
  readonly epochMs: number;
}

/** Chance and date of a machine; undefined for one that has them from its host. */
export function determinismOf({ clock, seed, date }: MachinePlan): Determinism | undefined {
  return clock === 'host' ? undefined : { seed, epochMs: Date.parse(date) };
}
