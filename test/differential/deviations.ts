// Every known difference between QEMU 7.2's virtio-iommu and ours, each with the very condition under which it arises.
// Whatever else differs fails the run.

import * as framing from './framing-conditions.ts';
import { exchangeOf, type Condition, type Observation } from './observation.ts';
import * as request from './request-conditions.ts';

export interface Deviation {
  readonly name: string;
  /** A deviation breaks a sentence of the specification; a difference is left open by it, and both may be right. */
  readonly kind: 'deviation' | 'difference';
  /** Requirements by the numbers that the names of our tests carry. */
  readonly requirements: readonly string[];
  /** What QEMU does; for a difference, what the specification says. */
  readonly text: string;
  /** `resync`: the devices now differ inside, even if they answered alike. */
  readonly follows: 'nothing' | 'resync';
  readonly matches: Condition;
}

/** In the order in which they are tried. */
export const DEVIATIONS: readonly Deviation[] = [
  {
    name: 'indirect-not-negotiated',
    kind: 'difference',
    requirements: ['B18'],
    text: '2.7.5.3.1 forbids it to the driver: "The driver MUST NOT set the VIRTQ_DESC_F_INDIRECT flag unless the VIRTIO_F_INDIRECT_DESC feature was negotiated"; ours needs a reset',
    follows: 'resync',
    matches: framing.usesIndirectUnasked,
  },
  {
    name: 'direct-before-indirect',
    kind: 'deviation',
    requirements: ['B19'],
    text: 'takes the table of an indirect descriptor that is not the first of its chain for a buffer, and breaks',
    follows: 'resync',
    matches: framing.hasDirectBeforeIndirect,
  },
  {
    name: 'empty-descriptor',
    kind: 'difference',
    requirements: ['B30'],
    text: '2.7.5 gives a buffer no least length; QEMU breaks over one of 0 bytes, ours goes on',
    follows: 'resync',
    matches: framing.hasEmptyDescriptor,
  },
  {
    name: 'breaks-without-tail',
    kind: 'deviation',
    requirements: ['A14'],
    text: 'breaks over a request without room for the tail instead of returning it unwritten',
    follows: 'resync',
    matches: framing.lacksTail,
  },
  {
    name: 'breaks-without-head',
    kind: 'deviation',
    requirements: ['A14'],
    text: 'breaks over a request without a whole head',
    follows: 'resync',
    matches: framing.lacksHead,
  },
  {
    name: 'aborts-on-short-probe',
    kind: 'deviation',
    requirements: ['A70'],
    text: 'ends with a failed assertion when a PROBE has room for a tail but not for probe_size bytes before it',
    follows: 'resync',
    matches: framing.isShortProbe,
  },
  {
    name: 'answers-unknown-type',
    kind: 'deviation',
    requirements: ['A16'],
    text: 'answers a request of unknown type with UNSUPP instead of leaving it unwritten',
    follows: 'nothing',
    matches: framing.isUnknownType,
  },
  {
    name: 'probe-not-negotiated',
    kind: 'difference',
    requirements: ['A66'],
    text: '5.13.6.7.2 speaks of a device that "does not offer" PROBE only; where it is offered but not accepted, ours leaves the request unwritten and QEMU answers it',
    follows: 'nothing',
    matches: request.probesUnasked,
  },
  {
    name: 'probe-id-cut-to-16-bits',
    kind: 'deviation',
    requirements: ['A65'],
    text: 'answers a PROBE of an endpoint that does not exist if the low 16 bits of its ID are those of one that does',
    follows: 'nothing',
    matches: request.probesAlias,
  },
  {
    name: 'attach-reserved-ignored',
    kind: 'deviation',
    requirements: ['A26'],
    text: 'does not look at the reserved bytes of ATTACH',
    follows: 'resync',
    matches: request.attachesDespiteReserved,
  },
  {
    name: 'attach-bypass-not-negotiated',
    kind: 'deviation',
    requirements: ['A27'],
    text: 'knows F_BYPASS of ATTACH without BYPASS_CONFIG',
    follows: 'resync',
    matches: request.attachesBypassUnasked,
  },
  {
    name: 'attach-id-cut-to-16-bits',
    kind: 'deviation',
    requirements: ['A28'],
    text: 'attaches an endpoint that does not exist if the low 16 bits of its ID are those of one that does',
    follows: 'resync',
    matches: request.attachesAlias,
  },
  {
    name: 'mismatch-recreates-domain',
    kind: 'deviation',
    requirements: ['A30'],
    text: 'accepts F_BYPASS that disagrees with the domain when the endpoint is its only one: drops the domain and makes it anew',
    follows: 'resync',
    matches: request.recreatesDomain,
  },
  {
    name: 'mismatch-detaches',
    kind: 'deviation',
    requirements: ['A30', 'A31'],
    text: 'rejects F_BYPASS that disagrees with the domain only after it has detached the endpoint from its old one',
    follows: 'resync',
    matches: request.detachesBeforeMismatch,
  },
  {
    name: 'reattach-drops-mappings',
    kind: 'deviation',
    requirements: ['A36', 'A51'],
    text: 'loses the mappings of a domain when its only endpoint is attached to it again',
    follows: 'resync',
    matches: request.dropsMappings,
  },
  {
    name: 'detach-never-attached',
    kind: 'difference',
    requirements: ['A39', 'A40'],
    text: '5.13.6.4.2: for an endpoint that "isn\'t attached to this domain" the device "MAY" set INVAL; QEMU says NOENT for one that no ATTACH has named since the reset',
    follows: 'nothing',
    matches: request.detachesStranger,
  },
  {
    name: 'map-not-negotiated',
    kind: 'deviation',
    requirements: ['A11'],
    text: 'does MAP without MAP_UNMAP',
    follows: 'resync',
    matches: request.mapsUnasked,
  },
  {
    name: 'unmap-not-negotiated',
    kind: 'deviation',
    requirements: ['A11'],
    text: 'does UNMAP without MAP_UNMAP',
    follows: 'nothing',
    matches: request.unmapsUnasked,
  },
  {
    name: 'map-mmio-not-negotiated',
    kind: 'deviation',
    requirements: ['A45'],
    text: 'knows the MMIO flag of MAP without the MMIO feature',
    follows: 'resync',
    matches: request.mapsMmioUnasked,
  },
  {
    name: 'map-overlap-first',
    kind: 'difference',
    requirements: ['A43', 'A44', 'A50', 'A52'],
    text: '5.13.6.5.2 has RANGE for unaligned ranges and INVAL where "a mapping already exists", and no order of the two; QEMU looks for mappings first',
    follows: 'nothing',
    matches: request.findsOverlapFirst,
  },
  {
    name: 'map-unaligned',
    kind: 'deviation',
    requirements: ['A43'],
    text: 'maps ranges that are not aligned on the page granularity',
    follows: 'resync',
    matches: request.mapsUnaligned,
  },
  {
    name: 'map-end-before-start',
    kind: 'difference',
    requirements: ['A50'],
    text: '5.13.6.5.1 tells the driver: "virt_end MUST be strictly greater than virt_start", and the device nothing; QEMU accepts, ours says RANGE',
    follows: 'resync',
    matches: request.mapsBackwards,
  },
  {
    name: 'map-guest-physical-wraps',
    kind: 'difference',
    requirements: ['A52'],
    text: '5.13.6.5: phys_start to phys_end "should be within the guest-physical address space"; QEMU accepts a range beyond 2^64, ours says RANGE',
    follows: 'resync',
    matches: request.mapsBeyondMemory,
  },
  {
    name: 'map-reserved-region',
    kind: 'deviation',
    requirements: ['A76'],
    text: 'maps over a reserved region that PROBE has told of',
    follows: 'resync',
    matches: request.mapsReservedRegion,
  },
  {
    name: 'unmap-reserved-ignored',
    kind: 'difference',
    requirements: ['A57'],
    text: '5.13.6.6.2: with reserved bytes not zero "the device MAY set the request status to VIRTIO_IOMMU_S_INVAL, in which case the device MAY perform the UNMAP operation"; ours rejects, QEMU performs',
    follows: 'resync',
    matches: request.unmapsDespiteReserved,
  },
  {
    name: 'unmap-end-before-start',
    kind: 'difference',
    requirements: ['A63'],
    text: '5.13.6.6 has no word for virt_end below virt_start; QEMU removes nothing and says OK, ours says RANGE',
    follows: 'nothing',
    matches: request.unmapsBackwards,
  },
  {
    name: 'unmap-removes-before-range',
    kind: 'deviation',
    requirements: ['A60'],
    text: 'removes mappings that the range covers before it finds one that the range cuts, and says RANGE',
    follows: 'resync',
    matches: request.unmapsBeforeRange,
  },
  {
    name: 'config-not-negotiated',
    kind: 'deviation',
    requirements: ['A9'],
    text: 'breaks when bypass is changed without BYPASS_CONFIG',
    follows: 'resync',
    matches: framing.changesBypassUnasked,
  },
  {
    name: 'config-bad-bypass',
    kind: 'deviation',
    requirements: ['A9'],
    text: 'breaks when bypass is written with a value above 1',
    follows: 'resync',
    matches: framing.writesBadBypass,
  },
  {
    name: 'config-foreign-write',
    kind: 'difference',
    requirements: ['A9'],
    text: '5.13.4.1: "The driver MUST NOT write to any other device configuration field"; QEMU keeps what is written to the reserved bytes, and takes bypass out of a wider write, ours ignores both',
    follows: 'resync',
    matches: framing.writesForeignConfig,
  },
];

/** The first entry that explains what was seen; undefined when none does. */
export function explain(seen: Observation): Deviation | undefined {
  const exchange = exchangeOf(seen);
  return DEVIATIONS.find(({ matches }) => matches(seen, exchange));
}
