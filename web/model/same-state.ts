// Whether two accounts of the device say the same: what is shown of an idle machine need not be painted again.

import type { DomainState, EndpointState, IommuState } from '../../src/iommu/events/iommu-event.ts';

function sameEndpoint(a: EndpointState, b: EndpointState | undefined): boolean {
  return (
    a.id === b?.id &&
    a.mode === b.mode &&
    a.domain === b.domain &&
    a.translatedBytes === b.translatedBytes &&
    a.bypassedBytes === b.bypassedBytes &&
    a.blockedBytes === b.blockedBytes &&
    a.translated === b.translated &&
    a.bypassed === b.bypassed &&
    a.blocked === b.blocked
  );
}

function sameDomain(a: DomainState, b: DomainState | undefined): boolean {
  return (
    a.id === b?.id &&
    a.mappings === b.mappings &&
    a.bytes === b.bytes &&
    a.translated === b.translated &&
    a.blocked === b.blocked
  );
}

/** Mappings, attachments and regions change with an event only, so with the sequence. */
export function isSameState(a: IommuState | null, b: IommuState | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.sequence === b.sequence &&
    a.isBypass === b.isBypass &&
    a.endpoints.length === b.endpoints.length &&
    a.domains.length === b.domains.length &&
    a.endpoints.every((each, index) => sameEndpoint(each, b.endpoints[index])) &&
    a.domains.every((each, index) => sameDomain(each, b.domains[index]))
  );
}
