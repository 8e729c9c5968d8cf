// Why a MAP or UNMAP was refused, check by check in the order of the device (virtio 1.2, 5.13.6.5 and .6).

import type { RequestEvent } from '../../iommu/events/iommu-event.ts';
import { isBesideRegions } from '../../iommu/domains/compatibility.ts';
import { MAX_ADDRESS, toGpa, toIova } from '../../memory/address.ts';
import {
  VIRTIO_IOMMU_F_INPUT_RANGE,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_F_MMIO,
  VIRTIO_IOMMU_MAP_F_MMIO,
  VIRTIO_IOMMU_MAP_F_READ,
  VIRTIO_IOMMU_MAP_F_WRITE,
  VIRTIO_IOMMU_S_DEVERR,
  VIRTIO_IOMMU_S_INVAL,
  VIRTIO_IOMMU_S_NOMEM,
  VIRTIO_IOMMU_S_RANGE,
  VIRTIO_IOMMU_S_UNSUPP,
} from '../../iommu/protocol/protocol.ts';
import { latestAttach } from './attachments.ts';
import { bypassDomain, unknownDomain } from './domain-checks.ts';
import type { Finding } from './explanation.ts';
import { decoded, hasReservedBytes, refused, type Check } from './request-words.ts';
import { deviceOf, firstMapping, type Scene } from './scene.ts';
import { hex, rangeInWords, sizeInWords } from './words.ts';

type Map = Extract<RequestEvent, { readonly kind: 'mapped' }>;
type Unmap = Extract<RequestEvent, { readonly kind: 'unmapped' }>;

export function mapChecks(scene: Scene, event: Map): readonly Check[] {
  const what = refused(scene, event);
  const domain = scene.moment.domain(event.domain);
  const range = (find: () => Finding | undefined): Check => ({
    status: [VIRTIO_IOMMU_S_RANGE],
    find,
  });
  return [
    notNegotiated(scene, what),
    { status: [VIRTIO_IOMMU_S_INVAL], find: () => unknownFlags(scene, event, what) },
    unknownDomain(scene, event.domain, what),
    bypassDomain(scene, domain, what),
    range(() => endBeforeStart(scene, event, what)),
    range(() => unaligned(scene, event, what)),
    range(() => outsideInputRange(scene, event, what)),
    range(() => wraps(event, what)),
    { status: [VIRTIO_IOMMU_S_INVAL], find: () => inRegion(scene, event, what) },
    { status: [VIRTIO_IOMMU_S_INVAL], find: () => overlaps(scene, event, what) },
    {
      status: [VIRTIO_IOMMU_S_NOMEM, VIRTIO_IOMMU_S_DEVERR],
      find: () => tooManyMappings(scene, what),
    },
  ];
}

export function unmapChecks(scene: Scene, event: Unmap): readonly Check[] {
  const { record, sequence, moment } = scene;
  const what = refused(scene, event);
  return [
    notNegotiated(scene, what),
    {
      status: [VIRTIO_IOMMU_S_INVAL],
      find: () =>
        hasReservedBytes(record, sequence)
          ? {
              cause: 'unmap-reserved-bytes',
              sentence: `${what}: its reserved bytes are not zero.`,
              evidence: [],
            }
          : undefined,
    },
    unknownDomain(scene, event.domain, what),
    bypassDomain(scene, moment.domain(event.domain), what),
    { status: [VIRTIO_IOMMU_S_RANGE], find: () => endBeforeStart(scene, event, what) },
    // The draft v0.4 says INVAL
    {
      status: [VIRTIO_IOMMU_S_RANGE, VIRTIO_IOMMU_S_INVAL],
      find: () => wouldSplit(scene, event, what),
    },
  ];
}

function notNegotiated({ moment }: Scene, what: string): Check {
  return {
    status: [VIRTIO_IOMMU_S_UNSUPP],
    find: () =>
      moment.features !== null && (moment.features & VIRTIO_IOMMU_F_MAP_UNMAP) === 0n
        ? {
            cause: 'map-unmap-not-negotiated',
            sentence: `${what}: the driver did not accept MAP_UNMAP.`,
            evidence: [],
          }
        : undefined,
  };
}

function unknownFlags(scene: Scene, { flags }: Map, what: string): Finding | undefined {
  const { features } = scene.moment;
  const rights = VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE;
  const others = (flags & ~(rights | VIRTIO_IOMMU_MAP_F_MMIO)) >>> 0;
  if (others !== 0) {
    const sentence = `${what}: it has unknown flags, ${hex(others)}.`;
    return { cause: 'map-unknown-flags', sentence, evidence: [] };
  }
  // A draft has the flag without a feature, and refuses no MAP for it
  const isUnknown =
    (flags & VIRTIO_IOMMU_MAP_F_MMIO) !== 0 &&
    features !== null &&
    (features & VIRTIO_IOMMU_F_MMIO) === 0n &&
    deviceOf(scene)?.dialect !== 'v0.9';
  return isUnknown
    ? {
        cause: 'map-mmio-not-negotiated',
        sentence: `${what}: it asks for memory-mapped I/O, and the driver did not accept MMIO.`,
        evidence: [],
      }
    : undefined;
}

function endBeforeStart(scene: Scene, event: Map | Unmap, what: string): Finding | undefined {
  const { virtStart, virtEnd } = event;
  const request = decoded(scene.record, scene.sequence);
  const cause = 'end-before-start';
  if (request !== undefined && 'isEmpty' in request && request.isEmpty) {
    return { cause, sentence: `${what}: its range is empty.`, evidence: [] };
  }
  const range = `${hex(virtStart)} to ${hex(virtEnd)}`;
  if (virtEnd < virtStart) {
    return {
      cause,
      sentence: `${what}: its range, ${range}, ends before it starts.`,
      evidence: [],
    };
  }
  const dialect = deviceOf(scene)?.dialect ?? '1.2';
  const needsMore = event.kind === 'mapped' && (dialect === '1.2' || dialect === 'v0.9');
  if (virtEnd > virtStart || !needsMore) return undefined;
  const sentence = `${what}: its end has to be above its start, and both are ${hex(virtStart)}.`;
  return { cause, sentence, evidence: [] };
}

function unaligned(scene: Scene, event: Map, what: string): Finding | undefined {
  const device = deviceOf(scene);
  if (device === null) return undefined;
  const granule = device.pageSizeMask & -device.pageSizeMask;
  const parts = [
    ['virt_start', event.virtStart, event.virtStart],
    ['virt_end', event.virtEnd, event.virtEnd + 1n],
    ['phys_start', event.physStart, event.physStart],
  ] as const;
  const wrong = parts.filter(([, , edge]) => edge % granule !== 0n);
  if (wrong.length === 0) return undefined;
  const named = wrong.map(([field, value]) => `${field} ${hex(value)}`).join(' and ');
  const fits = wrong.length === 1 ? 'does not fit' : 'do not fit';
  return {
    cause: 'unaligned',
    sentence: `${what}: ${named} ${fits} the page granularity of ${sizeInWords(granule)}.`,
    evidence: [],
  };
}

function outsideInputRange(scene: Scene, event: Map, what: string): Finding | undefined {
  const device = deviceOf(scene);
  if (device === null || (device.features & VIRTIO_IOMMU_F_INPUT_RANGE) === 0n) return undefined;
  const { start, end } = device.inputRange;
  if (event.virtStart >= start && event.virtEnd <= end) return undefined;
  const range = rangeInWords({ start: event.virtStart, end: event.virtEnd });
  return {
    cause: 'map-outside-input-range',
    sentence: `${what}: ${range} is not inside the device’s input range, ${rangeInWords(device.inputRange)}.`,
    evidence: [],
  };
}

function wraps({ virtStart, virtEnd, physStart }: Map, what: string): Finding | undefined {
  if (physStart + (virtEnd - virtStart) <= MAX_ADDRESS) return undefined;
  return {
    cause: 'gpa-wraps',
    sentence: `${what}: from guest-physical ${hex(physStart)} on, its ${sizeInWords(virtEnd - virtStart + 1n)} run past the last address there is.`,
    evidence: [],
  };
}

function inRegion(scene: Scene, event: Map, what: string): Finding | undefined {
  const { moment, record, words, sequence } = scene;
  const domain = moment.domain(event.domain);
  if (domain === undefined || event.virtEnd < event.virtStart) return undefined;
  const mapping = {
    virtStart: toIova(event.virtStart),
    virtEnd: toIova(event.virtEnd),
    physStart: toGpa(event.physStart),
    flags: event.flags,
  };
  if (isBesideRegions(mapping, domain.reserved)) return undefined;
  for (const id of domain.endpoints) {
    const region = moment
      .endpoint(id)
      ?.reserved.find(({ start, end }) => start <= event.virtEnd && end >= event.virtStart);
    if (region === undefined) continue;
    const kind = region.kind === 'msi' ? 'interrupt (MSI) window' : `${region.kind} region`;
    return {
      cause: 'map-reserved-region',
      sentence: `${what}: ${rangeInWords({ start: event.virtStart, end: event.virtEnd })} meets the ${kind} of ${words.endpoint(id)}, ${rangeInWords(region)}.`,
      evidence: [latestAttach(record, id, sequence)],
    };
  }
  return undefined;
}

function overlaps(scene: Scene, event: Map, what: string): Finding | undefined {
  const range = { start: event.virtStart, end: event.virtEnd };
  const mapping = firstMapping(scene, event.domain, range);
  if (mapping === undefined) return undefined;
  return {
    cause: 'map-overlap',
    sentence: `${what}: ${rangeInWords(range)} overlaps ${scene.words.mapping(mapping)}, which is still there.`,
    evidence: [mapping.born],
  };
}

function tooManyMappings(scene: Scene, what: string): Finding {
  const { count, newest } = scene.moment;
  const limit = deviceOf(scene)?.limits?.maxMappings;
  const room =
    limit === undefined
      ? `the device has no room for another mapping; it holds ${count}`
      : `the device has room for ${limit} mappings, of all domains together, and holds ${count}`;
  const last = newest === undefined ? '' : `, the latest of them ${scene.words.mapping(newest)}`;
  return {
    cause: 'too-many-mappings',
    sentence: `${what}: ${room}${last}.`,
    evidence: [newest?.born ?? null],
  };
}

function wouldSplit(scene: Scene, event: Unmap, what: string): Finding | undefined {
  const { virtStart: start, virtEnd: end } = event;
  const ends = [scene.moment.lookup(event.domain, start), scene.moment.lookup(event.domain, end)];
  const split = ends.find(
    (mapping) => mapping !== undefined && (mapping.virtStart < start || mapping.virtEnd > end),
  );
  if (split === undefined) return undefined;
  return {
    cause: 'would-split',
    sentence: `${what}: ${rangeInWords({ start, end })} covers only a part of ${scene.words.mapping(split)}, and nothing was removed.`,
    evidence: [split.born],
  };
}
