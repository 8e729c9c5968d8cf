// A moment of a record as the device itself would tell of it.

import type { EndpointState, IommuState } from '../../iommu/events/iommu-event.ts';
import type { DomainCounts, EndpointCounts } from '../record/marks.ts';
import type { Moment } from './moment.ts';

const NO_ENDPOINT_COUNTS: Omit<EndpointCounts, 'id'> = {
  translated: 0,
  translatedBytes: 0,
  bypassed: 0,
  bypassedBytes: 0,
  blocked: 0,
  blockedBytes: 0,
};
const NO_DOMAIN_COUNTS: Omit<DomainCounts, 'id'> = {
  translated: 0,
  translatedBytes: 0,
  blocked: 0,
  blockedBytes: 0,
};

/**
 * Endpoints of which it is not known where they were are left out, and what is not known of bus mastering is on; what was not
 * counted is 0.
 */
export function momentState({
  sequence,
  isBypass,
  endpoints,
  domains,
  counters,
}: Moment): IommuState {
  const counted = new Map(counters?.endpoints.map((each) => [each.id, each]));
  const inDomains = new Map(counters?.domains.map((each) => [each.id, each]));
  return {
    sequence,
    isBypass: isBypass ?? false,
    endpoints: endpoints.flatMap(({ id, mode, domain, isMaster, reserved }): EndpointState[] =>
      mode === null
        ? []
        : [
            {
              id,
              mode,
              domain,
              isMaster: isMaster ?? true,
              reserved,
              ...(counted.get(id) ?? NO_ENDPOINT_COUNTS),
            },
          ],
    ),
    domains: domains.map((each) => ({ ...each, ...(inDomains.get(each.id) ?? NO_DOMAIN_COUNTS) })),
  };
}
