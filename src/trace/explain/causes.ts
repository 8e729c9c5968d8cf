// Every cause that an explanation can have: its stable ID, what it is called, and where the specification says so.

import type { IommuEvent } from '../../iommu/events/iommu-event.ts';

export interface CauseWords {
  /** A few words for a list. */
  readonly title: string;
  /** Where the rule stands, such as `virtio 1.2, 5.13.6.9`. */
  readonly clause: string;
}

function cause(title: string, section: string): CauseWords {
  return { title, clause: `virtio 1.2, ${section}` };
}

/** Why an access was stopped, or reached no memory. */
const FAULT_CAUSES = {
  'never-mapped': cause('Never mapped', '5.13.6.9'),
  unmapped: cause('Unmapped before', '5.13.6.6'),
  'map-refused': cause('Its MAP was refused', '5.13.6.5.2'),
  'mapped-after': cause('Mapped too late', '5.13.6.5'),
  'past-end': cause('Past the end of a mapping', '5.13.6.9'),
  'before-start': cause('Begins before a mapping', '5.13.6.9'),
  'spans-hole': cause('Spans a hole between mappings', '5.13.6.9'),
  'read-only': cause('Write to a read-only mapping', '5.13.6.5.2'),
  'write-only': cause('Read of a write-only mapping', '5.13.6.5.1'),
  'no-rights': cause('Mapping with no access rights', '5.13.6.5'),
  'other-domain': cause('Mapped for another endpoint', '5.13.6'),
  'never-attached': cause('Never attached to a domain', '5.13.6.2'),
  detached: cause('Detached before', '5.13.6.4.2'),
  moved: cause('Moved to another domain', '5.13.6.3.2'),
  'reset-meanwhile': cause('The device was reset meanwhile', '5.13.5'),
  'boot-bypass-off': cause('Before the driver, with bypass off', '5.13.6.2'),
  'bypass-turned-off': cause('Bypass was turned off', '5.13.6.2'),
  'reserved-region': cause('Reserved region', '5.13.6.8.2'),
  'other-region': cause('Reserved region of another endpoint', '5.13.6.8.2'),
  'partly-in-msi-window': cause('Partly in the interrupt (MSI) window', '5.13.6.8.2'),
  'msi-window-read': cause('Read of the interrupt (MSI) window', '5.13.6.8.2'),
  'identity-right': cause('Identity region without the right', '5.13.6.8'),
  'outside-input-range': cause('Outside the input range', '5.13.6'),
  'beyond-last-address': cause('Runs past the last address', '5.13.6.9'),
  'no-memory': cause('Leads to no memory', '5.13.6.5'),
} as const;

/** Why a request was refused, in the order in which the device looks. */
const REQUEST_CAUSES = {
  'unknown-type': cause('Unknown request type', '5.13.6.2'),
  'probe-not-negotiated': cause('PROBE without its feature', '5.13.6.7.2'),
  'no-room-for-tail': cause('No room for the tail', '5.13.6.2'),
  'too-short': cause('Too short for its type', '5.13.6.2'),
  'attach-reserved-bytes': cause('Reserved bytes of ATTACH are not zero', '5.13.6.3.2'),
  'attach-unknown-flags': cause('Unknown ATTACH flags', '5.13.6.3.2'),
  'attach-bypass-not-negotiated': cause('F_BYPASS without its feature', '5.13.6.3.2'),
  'unknown-endpoint': cause('Unknown endpoint', '5.13.6.3.2'),
  'domain-out-of-range': cause('Outside the domain range', '5.13.6'),
  'domain-kind': cause('The domain is of the other kind', '5.13.6.3.2'),
  'incompatible-identity': cause('Would open an identity region to another', '5.13.6.3.2'),
  'mapping-in-region': cause('A mapping lies in a reserved region', '5.13.6.3.2'),
  'too-many-domains': cause('No room for another domain', '5.13.6.3'),
  'detach-reserved-bytes': cause('Reserved bytes of DETACH are not zero', '5.13.6.4.2'),
  'not-attached-there': cause('Not attached to that domain', '5.13.6.4.2'),
  'map-unmap-not-negotiated': cause('MAP or UNMAP without the feature', '5.13.3'),
  'map-unknown-flags': cause('Unknown MAP flags', '5.13.6.5.2'),
  'map-mmio-not-negotiated': cause('F_MMIO without its feature', '5.13.6.5.2'),
  'unmap-reserved-bytes': cause('Reserved bytes of UNMAP are not zero', '5.13.6.6.2'),
  'unknown-domain': cause('No such domain', '5.13.6.5.2'),
  'bypass-domain': cause('A bypass domain has no mappings', '5.13.6.5.2'),
  'end-before-start': cause('The end is not above the start', '5.13.6.5.1'),
  unaligned: cause('Not aligned to the page granularity', '5.13.6.5.2'),
  'map-outside-input-range': cause('Mapping outside the input range', '5.13.6'),
  'gpa-wraps': cause('Guest-physical range runs past the end', '5.13.6.5'),
  'map-reserved-region': cause('Mapping in a reserved region', '5.13.6.8.2'),
  'map-overlap': cause('Overlaps a mapping', '5.13.6.5.2'),
  'too-many-mappings': cause('No room for another mapping', '5.13.6.5'),
  'would-split': cause('Would split a mapping', '5.13.6.6.2'),
  'no-probe-room': cause('No room for all properties', '5.13.6.7.2'),
} as const;

/** By ID. `not-known` is the answer where the record does not tell enough. */
export const CAUSES = {
  ...FAULT_CAUSES,
  ...REQUEST_CAUSES,
  'not-known': cause('Not known', '5.13.6'),
} as const;

export type CauseId = keyof typeof CAUSES;

/** What several requests are refused for stands in the section of each. */
const SHARED: readonly CauseId[] = [
  'unknown-endpoint',
  'unknown-domain',
  'bypass-domain',
  'end-before-start',
];
const SECTIONS: Readonly<Partial<Record<IommuEvent['kind'], string>>> = {
  attached: '5.13.6.3.2',
  detached: '5.13.6.4.2',
  mapped: '5.13.6.5.2',
  unmapped: '5.13.6.6.2',
  probed: '5.13.6.7.2',
};

/** Where the rule stands that an event of that kind broke. */
export function clauseOf(id: CauseId, kind: IommuEvent['kind'] | undefined): string {
  const section = kind === undefined || !SHARED.includes(id) ? undefined : SECTIONS[kind];
  return section === undefined ? CAUSES[id].clause : cause(CAUSES[id].title, section).clause;
}

/** All of them, for lists. */
export const CAUSE_IDS: readonly CauseId[] = Object.keys(CAUSES).filter(isCauseId);

export function isCauseId(id: string): id is CauseId {
  return Object.hasOwn(CAUSES, id);
}
