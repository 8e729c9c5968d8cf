// The IOMMU as it was after one event. A copy: it stays as it is whatever becomes of the record.

import type { EndpointMode, DomainState } from '../../iommu/events/iommu-event.ts';
import type { DomainCounters } from '../../iommu/domains/domain.ts';
import { joinRegions } from '../../iommu/regions/region-window.ts';
import type { ReservedRegion } from '../../iommu/regions/reserved-regions.ts';
import type { RecordedEndpoint, RecordHead } from '../record/head.ts';
import type { IommuRecord } from '../record/iommu-record.ts';
import { sortPlaces } from './byte-order.ts';
import { countersAt, type MomentCounters } from './counters.ts';
import type { Keyframe } from './keyframe.ts';
import type { Lifetime, LifetimeTable, MappingColumns } from './lifetime.ts';
import type { Missing } from './not-known.ts';
import { OrderedMappings } from './ordered-mappings.ts';
import { GPAS, overlaps } from './spans.ts';
import type { Standing } from './standing.ts';

export interface MomentEndpoint {
  readonly id: number;
  readonly name: string;
  /** Null where it is not known. */
  readonly mode: EndpointMode | null;
  /** The domain it is attached to, a bypass domain too; null when it is unattached, or its mode is not known. */
  readonly domain: number | null;
  /** Whether it can begin an access; one whose bus mastering is off can not. Null where that is not known. */
  readonly isMaster: boolean | null;
  /** Its reserved regions as PROBE tells of them, by ascending address. */
  readonly reserved: readonly ReservedRegion[];
}

/** As the device tells of it, but for its counters, which are those of `Moment.counters`. */
export type MomentDomain = Omit<DomainState, keyof DomainCounters>;

/** The mappings of a moment in columns. */
export interface MomentColumns extends MappingColumns {
  readonly count: number;
  /** Of lifetimes; ascending. */
  readonly ids: Float64Array;
}

export class Moment {
  readonly isKnown = true;
  /** Sequence of the latest event that it includes. */
  readonly sequence: number;
  /** The configuration field `bypass`; null where it is not known. */
  readonly isBypass: boolean | null;
  /** Negotiated feature bits, none without a driver; null where they are not known. */
  readonly features: bigint | null;
  /** Mappings and attachments made before that are not in here. Null when nothing is missing. */
  readonly missing: Missing | null;
  /** The counters as they were read last; null where the record has none of before. */
  readonly counters: MomentCounters | null;
  readonly #head: RecordHead;
  readonly #standing: Standing;
  readonly #alive: LifetimeTable;
  #ordered: OrderedMappings | undefined;
  #byGpa: Uint32Array | undefined;

  constructor(
    sequence: number,
    { head, marks }: Pick<IommuRecord, 'head' | 'marks'>,
    standing: Standing,
    alive: LifetimeTable,
  ) {
    this.sequence = sequence;
    this.counters = countersAt(marks, sequence);
    this.isBypass = standing.isBypass;
    this.features = standing.features;
    this.missing = standing.missing;
    this.#head = head;
    this.#standing = standing;
    this.#alive = alive;
  }

  /** Mappings of all domains together. */
  get count(): number {
    return this.#alive.count;
  }

  /** All mappings in columns, in the order of their birth: to be read, never written. */
  get mappingColumns(): MomentColumns {
    return this.#alive;
  }

  /** Where a domain's mappings are in the columns, by ascending IOVA: to be read, never written. */
  placesOf(domain: number): Uint32Array {
    return this.#mappings.places(domain);
  }

  /** Where all mappings are in the columns, by ascending guest-physical address: to be read, never written. */
  get placesByGpa(): Uint32Array {
    if (this.#byGpa === undefined) {
      const { count, gpaHigh, gpaLow } = this.#alive;
      const places = new Uint32Array(count);
      for (let at = 0; at < count; at += 1) places[at] = at;
      sortPlaces(places, gpaHigh, gpaLow);
      this.#byGpa = places;
    }
    return this.#byGpa;
  }

  /** Mappings that lead to guest-physical memory of a range, at most so many, in the order of their birth. */
  mappingsTo(
    range: { readonly start: number; readonly end: number },
    limit: number,
  ): readonly Lifetime[] {
    const found: Lifetime[] = [];
    for (let at = 0; at < this.count && found.length < limit; at += 1) {
      if (overlaps(GPAS, range, this.#alive, at)) found.push(this.#alive.get(at));
    }
    return found;
  }

  /** The one that was made last. */
  get newest(): Lifetime | undefined {
    return this.count === 0 ? undefined : this.#alive.get(this.count - 1);
  }

  /** Those that the record's head names, in its order, then those that only events name. */
  get endpoints(): readonly MomentEndpoint[] {
    const known = this.#head.endpoints.map((endpoint) => this.#endpoint(endpoint));
    const ids = new Set(known.map(({ id }) => id));
    const others = [...this.#standing.attachments.keys()].filter((id) => !ids.has(id));
    return [...known, ...others.map((id) => this.#endpoint(unnamed(id)))];
  }

  /** Undefined for one that neither the head nor an event names. */
  endpoint(id: number): MomentEndpoint | undefined {
    const named = this.#head.endpoints.find((each) => each.id === id);
    if (named !== undefined) return this.#endpoint(named);
    return this.#standing.attachments.has(id) ? this.#endpoint(unnamed(id)) : undefined;
  }

  /** By ascending ID. */
  get domains(): readonly MomentDomain[] {
    const members = new Map<number, MomentEndpoint[]>();
    for (const domain of this.#mappings.domains) members.set(domain, []);
    for (const endpoint of this.endpoints) {
      if (endpoint.domain === null) continue;
      const others = members.get(endpoint.domain) ?? [];
      members.set(endpoint.domain, others);
      others.push(endpoint);
    }
    return [...members]
      .map(([id, endpoints]) => this.#domain(id, endpoints))
      .toSorted((one, other) => one.id - other.id);
  }

  domain(id: number): MomentDomain | undefined {
    const endpoints = this.endpoints.filter(({ domain }) => domain === id);
    const isThere = endpoints.length > 0 || this.#mappings.size(id).mappings > 0;
    return isThere ? this.#domain(id, endpoints) : undefined;
  }

  /** At most `limit` mappings of a domain in IOVA order: the one that contains `from`, and those after it. */
  mappings(domain: number, from: bigint, limit: number): readonly Lifetime[] {
    return this.#mappings.list(domain, from, limit);
  }

  /** The mapping that an IOVA lies in. */
  lookup(domain: number, iova: bigint): Lifetime | undefined {
    const [next] = this.#mappings.list(domain, iova, 1);
    return next !== undefined && next.virtStart <= iova ? next : undefined;
  }

  /** All there is of it, as plain data. */
  keyframe(): Keyframe {
    const { sequence, isBypass, features, missing } = this;
    const attachments = [...this.#standing.attachments].map(([endpoint, domain]) => ({
      endpoint,
      domain,
    }));
    const mappings = Array.from({ length: this.#alive.count }, (_, at) => {
      const { domain, virtStart, virtEnd, physStart, flags, born } = this.#alive.get(at);
      return { domain, virtStart, virtEnd, physStart, flags, born };
    });
    const masters = [...this.#standing.masters].map(([endpoint, isMaster]) => ({
      endpoint,
      isMaster,
    }));
    return { sequence, isBypass, features, missing, attachments, masters, mappings };
  }

  get #mappings(): OrderedMappings {
    this.#ordered ??= new OrderedMappings(this.#alive);
    return this.#ordered;
  }

  #endpoint({ id, name, reserved }: RecordedEndpoint): MomentEndpoint {
    const key = this.#standing.attachments.get(id);
    const domain = key?.id ?? null;
    const isMaster = this.#standing.isMaster(id);
    if (key !== null && key !== undefined) {
      return { id, name, mode: key.isBypass ? 'bypass' : 'attached', domain, isMaster, reserved };
    }
    const isUnattached = key === null || this.missing === null;
    return {
      id,
      name,
      mode: isUnattached ? this.#standing.unattachedMode : null,
      domain,
      isMaster,
      reserved,
    };
  }

  #domain(id: number, endpoints: readonly MomentEndpoint[]): MomentDomain {
    const isBypass = endpoints.some(({ mode }) => mode === 'bypass');
    const lists = new Set(endpoints.map(({ reserved }) => reserved));
    return {
      id,
      isBypass,
      endpoints: endpoints.map((endpoint) => endpoint.id),
      ...this.#mappings.size(id),
      reserved: isBypass ? [] : joinRegions([...lists]),
    };
  }
}

function unnamed(id: number): RecordedEndpoint {
  return { id, name: `0x${id.toString(16)}`, reserved: [] };
}
