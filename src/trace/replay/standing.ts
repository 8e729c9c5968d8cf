// How the device stands apart from its mappings: bypass, negotiated features, who is attached where. What each event does
// to that (virtio 1.2, 5.13.6).

import { joinWords } from '../../base/words.ts';
import type { DomainKey } from '../../iommu/domains/domain.ts';
import type { EndpointMode } from '../../iommu/events/iommu-event.ts';
import {
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS,
} from '../../iommu/protocol/protocol.ts';
import type { EventColumns } from '../record/event-columns.ts';
import {
  ATTACHED,
  BYPASS_CHANGED,
  DETACHED,
  MASTER_CHANGED,
  POWER_CYCLED,
  RESET,
  STARTED,
  SYSTEM_RESET,
} from './event-codes.ts';
import type { Missing } from './not-known.ts';

/** The domains that an event ended, with all their mappings. */
export type Ended = 'none' | 'all' | number;

export class Standing {
  /** The configuration field `bypass`; null where it is not known. */
  isBypass: boolean | null;
  /** Negotiated feature bits, none without a driver; null where they are not known. */
  features: bigint | null;
  /** What attachments and mappings are not known for. */
  missing: Missing | null = null;
  readonly #bootBypass: boolean | null;
  readonly #bootMasters: ReadonlyMap<number, boolean>;
  #masters: Map<number, boolean | null>;
  /** Null: known to be unattached. */
  readonly #attachments = new Map<number, DomainKey | null>();
  readonly #members = new Map<number, number>();

  /**
   * Power-on state. `bootBypass`: value of the field `bypass` then, null where it is not known; `bootMasters`: whether bus mastering
   * is on then, for the endpoints where it is switched.
   */
  constructor(
    bootBypass: boolean | null,
    bootMasters: ReadonlyMap<number, boolean> = new Map<number, boolean>(),
  ) {
    this.#bootBypass = bootBypass;
    this.#bootMasters = bootMasters;
    this.#masters = new Map(bootMasters);
    this.isBypass = bootBypass;
    this.features = 0n;
  }

  /** Endpoints of which it is known where they are. */
  get attachments(): ReadonlyMap<number, DomainKey | null> {
    return this.#attachments;
  }

  /**
   * What becomes of accesses of an endpoint that is in no domain; null where that is not known.
   * virtio 1.2, 5.13.6: the field `bypass` rules; where there is none, BYPASS must have been accepted.
   */
  get unattachedMode(): EndpointMode | null {
    if (this.isBypass === true) return 'bypass';
    if (this.features === null) return null;
    if ((this.features & VIRTIO_IOMMU_F_BYPASS) !== 0n) return 'bypass';
    return this.isBypass === false ? 'blocked' : null;
  }

  /** Endpoints whose bus mastering is switched, and whether they can begin an access; null where that is not known. */
  get masters(): ReadonlyMap<number, boolean | null> {
    return this.#masters;
  }

  setMaster(endpoint: number, isMaster: boolean | null): void {
    this.#masters.set(endpoint, isMaster);
  }

  /** Whether an endpoint can begin an access; null where that is not known. */
  isMaster(endpoint: number): boolean | null {
    return this.#masters.get(endpoint) ?? (this.#masters.has(endpoint) ? null : true);
  }

  /** Whether one of these endpoints is known to reach all memory. */
  hasBypass(endpoints: readonly number[]): boolean {
    const isOpen = this.unattachedMode === 'bypass';
    return endpoints.some((endpoint) => {
      if (this.isMaster(endpoint) !== true) return false;
      const key = this.#attachments.get(endpoint);
      if (key !== undefined && key !== null) return key.isBypass;
      return isOpen && (key === null || this.missing === null);
    });
  }

  /** Nothing is known but what comes from now on. */
  forget(missing: Missing): void {
    this.#clear();
    this.missing = missing;
    this.isBypass = null;
    this.features = null;
    for (const endpoint of this.#masters.keys()) this.#masters.set(endpoint, null);
  }

  clone(): Standing {
    const copy = new Standing(this.#bootBypass, this.#bootMasters);
    copy.#masters = new Map(this.#masters);
    copy.isBypass = this.isBypass;
    copy.features = this.features;
    copy.missing = this.missing;
    for (const [endpoint, key] of this.#attachments) copy.place(endpoint, key);
    return copy;
  }

  /** Puts an endpoint into a domain, or out of any; the domain that this ended. */
  place(endpoint: number, key: DomainKey | null): Ended {
    const old = this.#attachments.get(endpoint) ?? null;
    if (old !== null && old.id === key?.id) return 'none';
    if (key !== null) this.#members.set(key.id, (this.#members.get(key.id) ?? 0) + 1);
    this.#attachments.set(endpoint, key);
    if (old === null) return 'none';
    const left = (this.#members.get(old.id) ?? 1) - 1;
    this.#members.set(old.id, left);
    if (left > 0) return 'none';
    this.#members.delete(old.id);
    return old.id;
  }

  /** Takes in an event, which was accepted if it is a request. */
  apply(columns: EventColumns, at: number): Ended {
    const endpoint = columns.endpoint[at] ?? 0;
    const flags = columns.flags[at] ?? 0;
    switch (columns.kind[at] ?? NaN) {
      case ATTACHED: {
        const isBypass = (flags & VIRTIO_IOMMU_ATTACH_F_BYPASS) !== 0;
        return this.place(endpoint, { id: columns.domain[at] ?? 0, isBypass });
      }
      case DETACHED: {
        const isKnown = this.#attachments.has(endpoint);
        const ended = this.place(endpoint, null);
        // Nobody is known to be in the domain that it left: it ended, as far as can be known
        const id = columns.domain[at] ?? 0;
        return isKnown || this.#members.has(id) ? ended : id;
      }
      case BYPASS_CHANGED:
        this.isBypass = flags === 1;
        return 'none';
      case MASTER_CHANGED:
        this.setMaster(endpoint, flags === 1);
        return 'none';
      case STARTED:
        this.features = joinWords(columns.startHigh[at] ?? 0, columns.startLow[at] ?? 0);
        return 'none';
      case RESET:
        this.#clear();
        return 'all';
      case SYSTEM_RESET:
      case POWER_CYCLED:
        this.#clear();
        this.isBypass = this.#bootBypass;
        this.#masters = new Map(this.#bootMasters);
        return 'all';
      default:
        return 'none';
    }
  }

  // virtio 1.2, 5.13.5: after a reset no endpoint is attached to any domain
  #clear(): void {
    this.#attachments.clear();
    this.#members.clear();
    this.features = 0n;
    this.missing = null;
  }
}
