// A history as a list, and what was in force after any of its events: played from the beginning each time, with every
// mapping that there ever was.

import type { IommuEvent } from '../../../src/iommu/events/iommu-event.ts';
import type { NaiveRegion } from '../naive-regions.ts';
import type { NaiveConfig, NaiveState } from '../naive-state.ts';

/** An event, and the request that it came from. */
export interface NaiveEntry {
  readonly event: IommuEvent;
  readonly readable: Uint8Array | undefined;
  /** Bytes of the request's device-writable part. */
  readonly room: number;
}

export interface NaiveHistory {
  readonly config: NaiveConfig;
  readonly endpoints: readonly { readonly id: number; readonly regions: readonly NaiveRegion[] }[];
  /** The entry with the sequence n is at n - 1. */
  readonly entries: readonly NaiveEntry[];
  /** Events up to this one are missing, but for the state after them. */
  readonly horizon: number;
}

/** A mapping that was there at some time. */
export interface Once {
  readonly domain: number;
  readonly start: bigint;
  readonly end: bigint;
  readonly phys: bigint;
  readonly flags: number;
  readonly born: number;
  /** Sequence of the event that ended it; null while it goes on. */
  died: number | null;
}

/** What was in force after an event. */
export interface NaiveMoment {
  readonly everMapped: readonly Once[];
  readonly attached: ReadonlyMap<number, number>;
  readonly bypassDomains: ReadonlySet<number>;
  readonly isBypass: boolean;
  readonly features: bigint | null;
}

const BYPASS_FIELD = 64n;
const RESETS = ['reset', 'system-reset', 'power-cycled'];

export function isReset({ kind }: IommuEvent): boolean {
  return RESETS.includes(kind);
}

export function isAccepted(event: IommuEvent): boolean {
  return 'status' in event && event.status === 0;
}

export function eventOf({ entries }: NaiveHistory, sequence: number): IommuEvent {
  const event = entries[sequence - 1]?.event;
  if (event === undefined) throw new Error(`there is no event ${sequence}`);
  return event;
}

/** Everything up to an event, that one included. */
export function momentAfter(history: NaiveHistory, sequence: number): NaiveMoment {
  const { config, entries } = history;
  const bootBypass = config.bootBypass && (config.offered & BYPASS_FIELD) !== 0n;
  const everMapped: Once[] = [];
  const attached = new Map<number, number>();
  const bypassDomains = new Set<number>();
  let isBypass = bootBypass;
  let features: bigint | null = null;
  const end = (which: (mapping: Once) => boolean, by: number): void => {
    for (const mapping of everMapped)
      if (mapping.died === null && which(mapping)) mapping.died = by;
  };
  const leave = (endpoint: number, by: number): void => {
    const domain = attached.get(endpoint);
    attached.delete(endpoint);
    if (domain === undefined || [...attached.values()].includes(domain)) return;
    bypassDomains.delete(domain);
    end((mapping) => mapping.domain === domain, by);
  };
  for (const { event } of entries.slice(0, sequence)) {
    const { sequence: now } = event;
    if (event.kind === 'bypass-changed') isBypass = event.isBypass;
    else if (event.kind === 'started') features = event.features;
    else if (isReset(event)) {
      attached.clear();
      bypassDomains.clear();
      features = null;
      end(() => true, now);
      if (event.kind !== 'reset') isBypass = bootBypass;
    }
    if (!isAccepted(event)) continue;
    if (event.kind === 'attached' && attached.get(event.endpoint) !== event.domain) {
      leave(event.endpoint, now);
      attached.set(event.endpoint, event.domain);
      if (event.flags === 1) bypassDomains.add(event.domain);
    } else if (event.kind === 'detached') leave(event.endpoint, now);
    else if (event.kind === 'mapped') {
      const { domain, virtStart: start, virtEnd, physStart: phys, flags } = event;
      everMapped.push({ domain, start, end: virtEnd, phys, flags, born: now, died: null });
    } else if (event.kind === 'unmapped') {
      const { domain, virtStart, virtEnd } = event;
      end(
        (mapping) =>
          mapping.domain === domain && mapping.start >= virtStart && mapping.end <= virtEnd,
        now,
      );
    }
  }
  return { everMapped, attached, bypassDomains, isBypass, features };
}

/** What of a domain is mapped at a moment, by ascending address. */
export function mappedIn({ everMapped }: NaiveMoment, domain: number): readonly Once[] {
  return everMapped
    .filter((mapping) => mapping.domain === domain && mapping.died === null)
    .sort((one, other) => (one.start < other.start ? -1 : 1));
}

/** The same moment as the naive device has it. */
export function stateAt(history: NaiveHistory, sequence: number): NaiveState {
  const moment = momentAfter(history, sequence);
  const { attached, bypassDomains, isBypass, features } = moment;
  return {
    config: history.config,
    endpoints: history.endpoints.map(({ id, regions }) => ({
      id,
      regions,
      domain: attached.get(id) ?? null,
      counters: {
        translated: 0,
        bypassed: 0,
        blocked: 0,
        translatedBytes: 0,
        bypassedBytes: 0,
        blockedBytes: 0,
      },
    })),
    domains: [...new Set(attached.values())].map((id) => ({
      id,
      isBypass: bypassDomains.has(id),
      mappings: mappedIn(moment, id).map(({ start, end, phys, flags }) => ({
        start,
        end,
        phys,
        flags,
      })),
    })),
    isBypass,
    features,
  };
}

/** Sequences, newest first, of the events before one that the record has and that are meant. */
export function earlier(
  { entries, horizon }: NaiveHistory,
  before: number,
  isMeant: (event: IommuEvent) => boolean,
): readonly number[] {
  return entries
    .slice(horizon, before - 1)
    .map(({ event }) => event)
    .filter(isMeant)
    .map(({ sequence }) => sequence)
    .reverse();
}
