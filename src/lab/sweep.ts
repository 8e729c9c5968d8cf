// A sweep: every page of the 32-bit space from every endpoint, read and write, and accesses of any length at all edges. What
// became of each is held against what the naive store says.

import { InputError } from '../machine/images/guest-images.ts';
import type { IommuOptions } from '../iommu/options.ts';
import type { ReservedRegion } from '../iommu/regions/reserved-regions.ts';
import { ACCESS_READ, ACCESS_WRITE } from '../iommu/store/mapping-store.ts';
import type { VirtioIommu } from '../iommu/virtio-iommu.ts';
import type { PhysicalMemory } from '../memory/address-space.ts';
import type { Moment } from '../trace/replay/moment.ts';
import { Draws } from './draws.ts';
import { sweepEdges } from './edge-sweep.ts';
import { Findings, type Wrong } from './findings.ts';
import { Oracle, type Run } from './oracle.ts';
import { PAGES, sweepPages, type SweepParts } from './page-sweep.ts';
import { ProbeMemory } from './probe-memory.ts';

/** An IOMMU, what it is made of, and the memory behind it. Its guest stands still. */
export interface SweepTarget {
  readonly iommu: VirtioIommu;
  readonly memory: PhysicalMemory;
  readonly options: Partial<IommuOptions>;
  readonly endpoints: readonly TargetEndpoint[];
}

export interface TargetEndpoint {
  readonly id: number;
  readonly name: string;
  readonly reserved: readonly ReservedRegion[];
}

export interface SweepOptions {
  /** IDs; default: all that are plugged in. */
  readonly endpoints?: readonly number[] | undefined;
  /** Pages from 0 on; default: all of the 32-bit space. */
  readonly pages?: number | undefined;
  /** Accesses at edges, of each endpoint. */
  readonly edgeAccesses?: number | undefined;
  readonly seed?: number | undefined;
  /** Called between two passes, of which each takes about half a second; resolve to let the sweep go on. */
  readonly onPass?: ((done: number, of: number) => Promise<void> | void) | undefined;
}

/** What one endpoint can reach, as far as the IOMMU decides. */
export interface SweptEndpoint {
  readonly id: number;
  readonly name: string;
  /** Whether it masters the bus now: without that it makes no access, whatever the IOMMU would let through. */
  readonly isMaster: boolean;
  /** A byte for each page of the 32-bit space: PAGE_READ, PAGE_WRITE, PAGE_WRONG. */
  readonly map: Uint8Array<ArrayBuffer>;
}

export interface SweepResult {
  /** Sequence of the latest event before the sweep. */
  readonly sequence: number;
  /** Pages of the swept space. */
  readonly pages: number;
  readonly accesses: number;
  /** Accesses that reached memory and ought not to, or other memory than they ought to. */
  readonly leaked: number;
  /** Accesses that were stopped and ought not to be. */
  readonly wronglyBlocked: number;
  /** The first that went wrong, MAX_KEPT at most. */
  readonly wrong: readonly Wrong[];
  readonly endpoints: readonly SweptEndpoint[];
}

const EDGE_ACCESSES = 2000;
const SEED = 0x5eed;

/**
 * Sweeps an IOMMU, of which `moment` is the present as its record has it. Nothing of it stays: the guest and the record
 * do not notice. Rejects with `InputError` for an unknown endpoint, and with `Error` for a record that does not know all.
 */
export async function sweep(
  { iommu, memory, options: made, endpoints: all }: SweepTarget,
  moment: Moment,
  {
    endpoints,
    pages = PAGES,
    edgeAccesses = EDGE_ACCESSES,
    seed = SEED,
    onPass,
  }: SweepOptions = {},
): Promise<SweepResult> {
  const swept = chosen(all, endpoints);
  const oracle = new Oracle({ options: made, endpoints: all, memory, moment });
  const findings = new Findings();
  const probe = new ProbeMemory(memory);
  const parts: SweepParts = { iommu, probe, findings, draws: new Draws(seed) };
  const maps: SweptEndpoint[] = [];
  const passes = 2 * swept.length;
  const idle = new Set(
    iommu.state().endpoints.flatMap(({ id, isMaster }) => (isMaster ? [] : [id])),
  );
  for (const { id, name } of swept) {
    const map = new Uint8Array(pages);
    maps.push({ id, name, isMaster: !idle.has(id), map });
    const edges = new Set<number>();
    for (const access of [ACCESS_READ, ACCESS_WRITE] as const) {
      await onPass?.(2 * (maps.length - 1) + (access === ACCESS_READ ? 0 : 1), passes);
      const runs = oracle.runs(id, access);
      for (const run of runs) edges.add(run.start).add(run.end);
      iommu.trial(probe, () => sweepPages(parts, id, access, merged(runs), map));
    }
    const sorted = [...edges].toSorted((one, other) => one - other);
    iommu.trial(probe, () =>
      sweepEdges(parts, oracle, memory, { endpoint: id, edges: sorted, count: edgeAccesses }),
    );
  }
  await onPass?.(passes, passes);
  const { accesses, leaked, wronglyBlocked, kept } = findings;
  const { sequence } = moment;
  return { sequence, pages, accesses, leaked, wronglyBlocked, wrong: kept, endpoints: maps };
}

function chosen(
  all: readonly TargetEndpoint[],
  ids: readonly number[] | undefined,
): readonly TargetEndpoint[] {
  if (ids === undefined) return all;
  return ids.map((id) => {
    const endpoint = all.find((each) => each.id === id);
    if (endpoint === undefined) throw new InputError(`There is no endpoint ${id} to sweep.`);
    return endpoint;
  });
}

/** Stretches that lie one behind the other and of which the same becomes are one: an access may lie across. */
function merged(runs: readonly Run[]): readonly Run[] {
  const kept: Run[] = [];
  for (const run of runs) {
    const last = kept.at(-1);
    const goesOn =
      last?.outcome === run.outcome &&
      (run.outcome === 'fault' ||
        (run.outcome === 'memory' && run.target === last.target + (run.start - last.start)));
    if (last !== undefined && goesOn) kept[kept.length - 1] = { ...last, end: run.end };
    else kept.push(run);
  }
  return kept;
}
