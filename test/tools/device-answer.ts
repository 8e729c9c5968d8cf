// What a device says of itself at one moment, without its counters of accesses, and as a text to compare.

import { createHash } from 'node:crypto';
import type { EndpointState, IommuState } from '../../src/iommu/events/iommu-event.ts';
import type { Mapping } from '../../src/iommu/store/mapping-store.ts';
import type { Moment, MomentDomain } from '../../src/trace/replay/moment.ts';

export interface DeviceAnswer {
  readonly isBypass: boolean | null;
  readonly endpoints: readonly (Pick<EndpointState, 'id' | 'domain' | 'reserved'> & {
    readonly isMaster: boolean | null;
    readonly mode: EndpointState['mode'] | null;
  })[];
  readonly domains: readonly (MomentDomain & { readonly list: readonly Mapping[] })[];
}

const EVERY_MAPPING = 1 << 20;

/** The answer of a device, whose mappings `list` gives. */
export function answerOf(
  { isBypass, endpoints, domains }: IommuState,
  list: (domain: number) => readonly Mapping[],
): DeviceAnswer {
  return {
    isBypass,
    endpoints,
    domains: domains.map((domain) => ({ ...domain, list: list(domain.id) })),
  };
}

export function answerOfMoment(moment: Moment): DeviceAnswer {
  const { isBypass, endpoints, domains } = moment;
  return {
    isBypass,
    endpoints,
    domains: domains.map((domain) => ({
      ...domain,
      list: moment.mappings(domain.id, 0n, EVERY_MAPPING),
    })),
  };
}

/** The same answer, the same text: SHA-256 of all there is in it. */
export function digestOf({ isBypass, endpoints, domains }: DeviceAnswer): string {
  const hash = createHash('sha256').update(`${isBypass}\n`);
  const regions = (reserved: DeviceAnswer['endpoints'][number]['reserved']): string =>
    reserved.map((region) => Object.values(region).join()).join(' ');
  for (const { id, mode, domain, isMaster, reserved } of endpoints) {
    hash.update(`endpoint ${id} ${mode} ${domain} ${isMaster} ${regions(reserved)}\n`);
  }
  for (const { id, isBypass, endpoints, mappings, bytes, reserved, list } of domains) {
    hash.update(`domain ${id} ${isBypass} ${endpoints.join()} ${mappings} ${bytes} `);
    hash.update(`${regions(reserved)}\n`);
    for (const { virtStart, virtEnd, physStart, flags } of list) {
      hash.update(`${virtStart} ${virtEnd} ${physStart} ${flags}\n`);
    }
  }
  return hash.digest('hex');
}
