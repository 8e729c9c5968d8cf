// What the picture shows of one moment: its devices, a lane for each domain, and which memory each lane leads to.

import type { Moment, MomentEndpoint } from '../../src/trace/replay/moment.ts';
import { gather, identityRam, Reached } from './reached.ts';
import { countIn, joinRuns, PAGE_BYTES, pushRun, type Run } from './runs.ts';

/** What does not change while a machine runs. */
export interface PictureFacts {
  /** Bytes of RAM, from guest-physical address 0 on. */
  readonly memoryBytes: number;
  /** In the order of their lanes; their colours go by it, too. */
  readonly devices: readonly { readonly id: number; readonly name: string }[];
  readonly hasIommu: boolean;
  /** Bytes of RAM that the kernel's code takes, inclusive; null where that is not known. */
  readonly kernel: Run | null;
}

export interface Device {
  readonly id: number;
  readonly name: string;
  /** Its place among the machine's devices: chooses its colour. */
  readonly index: number;
}

/**
 * What stands between devices and memory. `wall`: mappings decide. `shut`: attached to no domain, and nothing passes. `open`:
 * everything passes. `silent`: everything would pass, but bus mastering is off, and nothing comes. `unknown`: the record does not
 * tell. What is mapped counts as within reach whether bus mastering is on or not.
 */
export type Gate = 'wall' | 'shut' | 'open' | 'silent' | 'unknown';

/** The devices of one domain, or one that is in none. */
export interface Lane {
  /** The same at another moment for the same domain or device. */
  readonly key: string;
  readonly domain: number | null;
  readonly gate: Gate;
  readonly devices: readonly Device[];
  readonly mappings: number;
  /** IOVA pages that are mapped with any right. */
  readonly iova: readonly Run[];
  /** Pages of RAM that can be reached. */
  readonly pages: readonly Run[];
  /** Bytes of RAM that can be reached. */
  readonly bytes: number;
}

/** RAM that any device can reach. */
export interface Reach {
  readonly bytes: number;
  readonly pages: number;
  readonly ofBytes: number;
  readonly isAll: boolean;
  /** Whether it may be more: of some device it is not known. */
  readonly isLeast: boolean;
}

export interface Scene {
  /** Sequence of the latest event that it includes; 0 for a machine without an IOMMU. */
  readonly sequence: number;
  readonly facts: PictureFacts;
  readonly lanes: readonly Lane[];
  readonly reach: Reach;
}

/** Of the endpoints of one domain, or of one that is in none. */
function gateOf(group: readonly MomentEndpoint[]): Gate {
  const mode = group[0]?.mode ?? null;
  if (mode === null) return 'unknown';
  if (mode === 'bypass') {
    if (group.some(({ isMaster }) => isMaster === true)) return 'open';
    return group.some(({ isMaster }) => isMaster === null) ? 'unknown' : 'silent';
  }
  return mode === 'attached' ? 'wall' : 'shut';
}

function pagesOf(ram: readonly Run[]): readonly Run[] {
  const pages: Run[] = [];
  for (const { first, last } of ram) {
    pushRun(pages, Math.floor(first / PAGE_BYTES), Math.floor(last / PAGE_BYTES));
  }
  return pages;
}

function wholeOf({ memoryBytes }: PictureFacts): readonly Run[] {
  return memoryBytes > 0 ? [{ first: 0, last: memoryBytes - 1 }] : [];
}

/** Lanes and what they reach; `moment` is null for a machine without an IOMMU. */
export function sceneOf(moment: Moment | null, facts: PictureFacts): Scene {
  if (moment === null || !facts.hasIommu) return sceneWithout(facts);
  const { memoryBytes } = facts;
  const endpoints = moment.endpoints;
  const groups = new Map<string, MomentEndpoint[]>();
  const names = new Map(facts.devices.map((device, index) => [device.id, { ...device, index }]));
  const ordered = endpoints.toSorted(
    (one, other) =>
      (names.get(one.id)?.index ?? Infinity) - (names.get(other.id)?.index ?? Infinity) || 0,
  );
  for (const endpoint of ordered) {
    const { domain } = endpoint;
    const key = domain === null ? `e${endpoint.id}` : `d${domain}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(endpoint);
  }
  const walls = new Set<number>();
  for (const { domain, mode } of endpoints) {
    if (domain !== null && mode === 'attached') walls.add(domain);
  }
  const reached = gather(moment, walls, memoryBytes);
  let all: readonly Run[] = [];
  const lanes: Lane[] = [];
  for (const [key, group] of groups) {
    const [first] = group;
    if (first === undefined) continue;
    const gate = gateOf(group);
    const { mappings, iova, ram } = reached.get(first.domain ?? -1) ?? new Reached();
    const isWall = gate === 'wall';
    const own = isWall ? joinRuns(ram, identityRam(group, memoryBytes)) : [];
    const bytes = gate === 'open' ? wholeOf(facts) : own;
    all = joinRuns(all, bytes);
    lanes.push({
      key,
      domain: first.domain,
      gate,
      devices: group.map(({ id, name }) => names.get(id) ?? { id, name, index: id }),
      mappings: isWall ? mappings : 0,
      iova: isWall ? iova : [],
      pages: pagesOf(bytes),
      bytes: countIn(bytes),
    });
  }
  const isLeast = lanes.some(({ gate }) => gate === 'unknown') || moment.missing !== null;
  return { sequence: moment.sequence, facts, lanes, reach: reachOf(all, facts, isLeast) };
}

/** Nothing is between devices and memory. */
function sceneWithout(facts: PictureFacts): Scene {
  const whole = wholeOf(facts);
  const lanes = facts.devices.map(({ id, name }, index): Lane => ({
    key: `e${id}`,
    domain: null,
    gate: 'open',
    devices: [{ id, name, index }],
    mappings: 0,
    iova: [],
    pages: pagesOf(whole),
    bytes: countIn(whole),
  }));
  const reached = lanes.length === 0 ? [] : whole;
  return { sequence: 0, facts, lanes, reach: reachOf(reached, facts, false) };
}

function reachOf(ram: readonly Run[], facts: PictureFacts, isLeast: boolean): Reach {
  const bytes = countIn(ram);
  return {
    bytes,
    pages: countIn(pagesOf(ram)),
    ofBytes: facts.memoryBytes,
    isAll: bytes === facts.memoryBytes && bytes > 0,
    isLeast,
  };
}
