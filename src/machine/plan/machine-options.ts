// What a machine is built from.

import type { IommuTables } from '../../acpi/iommu-tables.ts';
import type { IommuOptions } from '../../iommu/options.ts';
import type { MappingStore } from '../../iommu/store/mapping-store.ts';
import type { RegionChoices } from './endpoint-regions.ts';
import type { GuestImages } from '../images/guest-images.ts';

/**
 * How the guest's DMA is set up: translated by the IOMMU; through its bypass domains (`iommu.passthrough=1`); or on
 * a machine without an IOMMU, the baseline of every comparison.
 */
export type IommuMode = 'translated' | 'bypass' | 'off';

/** `real`: a halted CPU waits for the wall clock, as where a person sits. `skip`: halted time passes at once. */
export type Pace = 'real' | 'skip';

export interface Determinism {
  readonly seed: number;
  readonly epochMs: number;
}

/** Chance and date of a machine, unless others are chosen. */
export const DEFAULT_DETERMINISM: Determinism = { seed: 1, epochMs: Date.UTC(2026, 0, 1) };

export interface MachineOptions {
  readonly images: GuestImages;
  /** v86.wasm, compiled. */
  readonly v86Wasm: WebAssembly.Module;
  /** Makes an empty mapping store, for each power cycle. */
  readonly createStore: () => MappingStore;
  readonly memoryMiB: number;
  readonly iommu: IommuMode;
  /** What the IOMMU device offers; `bootBypass` (default true) decides what DMA may do before the driver is up. */
  readonly iommuOptions: Partial<IommuOptions>;
  /** By endpoint ID, beside the platform's MSI region; an `msi` region takes that one's place. */
  readonly reservedRegions: RegionChoices;
  /** The ACPI tables that tell of the IOMMU and what is behind it. */
  readonly tables: IommuTables;
  /** Appended to the kernel command line. */
  readonly append: string;
  /** Seed of all chance, and the date at power on, in milliseconds since 1970; undefined: the host's time and chance. */
  readonly determinism: Determinism | undefined;
  readonly pace: Pace;
  /**
   * Whether the machine keeps what was done to it and what came of it, for a digest, a recording, and going back. Without
   * it the IOMMU makes events only while somebody listens, and DMA takes a guest less time: for measurements.
   */
  readonly keepsLog: boolean;
  /** Files of the 9p share, by name (no directories). */
  readonly share: Readonly<Record<string, Uint8Array>>;
}

export const DEFAULT_MEMORY_MIB = 128;

/**
 * `tsc=reliable` and no mitigations: neither measuring nor working around this CPU makes sense. The per-CPU lists of
 * free pages are kept short, since a page cache that was filled from them lies scattered in memory: the next read of
 * a disk then takes a MAP for every other page, five times as many as for pages that came from the buddy allocator.
 */
const BASE_COMMAND_LINE =
  'console=ttyS0 tsc=reliable mitigations=off sysctl.vm.percpu_pagelist_high_fraction=100000';

/** The kernel command line of a machine. */
export function commandLine(options: Pick<MachineOptions, 'iommu' | 'append'>): string {
  const parts = [
    BASE_COMMAND_LINE,
    options.iommu === 'bypass' ? 'iommu.passthrough=1' : '',
    options.append.trim(),
  ];
  return parts.filter((part) => part !== '').join(' ');
}
