// The address space of one domain at one moment: all that its map shows.

import type { ReservedRegion } from '../../src/iommu/regions/reserved-regions.ts';
import { EMPTY_FOLD, extendFold, type Fold, type FoldRules } from '../picture/fold.ts';
import { PAGE_BYTES, joinRuns, type Run } from '../picture/runs.ts';
import type { FaultRecord } from '../model/machine-model.ts';
import { axisOf, stretchesOf, TOP, type Axis, type Stretch } from './axis.ts';
import type { MappingRuns } from './mapping-runs.ts';

export interface AddressSpace {
  readonly domain: number;
  readonly runs: MappingRuns;
  readonly regions: readonly ReservedRegion[];
  /** What the IOMMU translates; null where it is not known. */
  readonly inputRange: Stretch | null;
  /** Accesses in this domain that were stopped, the newest first. */
  readonly faults: readonly FaultRecord[];
  /** Pages that something is at, in runs. */
  readonly touched: readonly Run[];
  /** Mappings made before may be missing. */
  readonly isIncomplete: boolean;
}

/** Up to so many pages without anything between others are shown and not folded. */
const GAP_PAGES = 256;
/** Stretches are widened to multiples of this part of all, so that a single page can be hit. */
const ALIGN_PART = 96;
const RULES = { most: 32, gap: GAP_PAGES } as const;
const LEAST_ALIGN = 16;

function runOf(start: bigint, end: bigint): Run {
  const page = BigInt(PAGE_BYTES);
  return { first: Number(start / page), last: Number(end / page) };
}

/** Of a region that nothing is mapped in, its beginning is enough. */
function beginOf({ first, last }: Run): Run {
  return { first, last: Math.min(last, first + LEAST_ALIGN - 1) };
}

export function spaceOf(parts: Omit<AddressSpace, 'touched'>): AddressSpace {
  const { runs, regions, faults } = parts;
  const others = [
    ...regions.map(({ start, end }) => beginOf(runOf(start, end))),
    ...faults.map(({ fault }) => runOf(fault.address, fault.address)),
  ].toSorted((one, other) => one.first - other.first);
  return { ...parts, touched: joinRuns(runs.pages(GAP_PAGES), others, GAP_PAGES) };
}

/** The fold that also shows a space; it only grows, so that the map stands still. */
export function foldFor(before: Fold, { touched }: AddressSpace): Fold {
  if (touched.length === 0) return before;
  const close = extendFold(EMPTY_FOLD, joinRuns(before.stretches, touched), rulesWith(1));
  const pages = close.stretches.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const align = 2 ** Math.ceil(Math.log2(Math.max(LEAST_ALIGN, pages / ALIGN_PART)));
  return extendFold(before, touched, rulesWith(align));
}

function rulesWith(align: number): FoldRules {
  return { ...RULES, align };
}

/** What a map is about: what the IOMMU translates, or everything where something lies beyond that. */
export function limitsOf({ inputRange, touched }: AddressSpace): Stretch {
  const all: Stretch = { start: 0n, end: TOP };
  if (inputRange === null) return all;
  const [first, last] = [touched[0], touched.at(-1)];
  if (first === undefined || last === undefined) return inputRange;
  const isInside =
    first.first >= Number(inputRange.start / BigInt(PAGE_BYTES)) &&
    last.last <= Number(inputRange.end / BigInt(PAGE_BYTES));
  return isInside ? inputRange : all;
}

/** The axis of a map; without a fold, all is shown. */
export function axisFor(space: AddressSpace, fold: Fold | null): Axis {
  const limits = limitsOf(space);
  return axisOf(limits, fold === null ? [] : stretchesOf(fold.stretches, limits));
}
