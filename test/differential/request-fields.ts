// Chooses what the next request asks for, aimed by the generator's belief at what exists, at edges, and at mistakes.
// Mistakes that make the two devices go different ways are rare, so that long histories build up between them.

import { MAX_ADDRESS } from '../../src/memory/address.ts';
import {
  VIRTIO_IOMMU_ATTACH_F_BYPASS,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_MMIO,
  VIRTIO_IOMMU_MAP_F_MMIO,
} from '../../src/iommu/protocol/protocol.ts';
import {
  attachRequest,
  detachRequest,
  mapRequest,
  probeRequest,
  unmapRequest,
} from '../rigs/iommu-requests.ts';
import type { Belief, Pages } from './belief.ts';
import type { Random, Weighted } from './random.ts';
import { COMMON_FEATURES, ENDPOINTS, PAGE } from './setup.ts';

/** Two thirds of all requests name one of these, so that they meet each other. */
const BUSY_ENDPOINTS = [0x18, 0x20, 0x28] as const;
/** No endpoint: of a bus that is not there, next to one that is, the highest. */
const MISSING_ENDPOINTS = [0x500, 0x19, 0xff, 0xffff, 0xffff_ffff] as const;
/** An endpoint of bus 0 with a bit beyond a bus-device-function number. */
const ALIAS_BIT = 0x1_0000;
const DOMAINS = [0, 1, 2, 3, 0x1234_5678, 0xffff_ffff] as const;

/** Pages that mappings crowd in: bottom, below and above the MSI region, across 4 GiB and 2^63, top. */
const WINDOW_PAGES = 48;
const WINDOWS = [
  0n,
  0xfedd_0000n,
  0xfef0_0000n,
  0xffff_0000n,
  0x7fff_ffff_ffff_0000n,
  MAX_ADDRESS - BigInt(WINDOW_PAGES) * PAGE + 1n,
] as const;

/** Reserved bytes at the end of the requests that have some (virtio 1.2, 5.13.6.3 to .7). */
const ATTACH_RESERVED_BYTES = 4;
const DETACH_RESERVED_BYTES = 8;
const UNMAP_RESERVED_BYTES = 4;
const PROBE_RESERVED_BYTES = 64;

type Kind = 'attach' | 'detach' | 'map' | 'unmap' | 'probe';
const KINDS: readonly Weighted<Kind>[] = [
  [12, 'attach'],
  [7, 'detach'],
  [42, 'map'],
  [26, 'unmap'],
  [6, 'probe'],
];

/** Makes the device-readable part of well-formed requests and of those with wrong field values. */
export class RequestFields {
  readonly #random: Random;
  readonly #belief: Belief;
  /** What the driver has negotiated; flags that it lacks are used now and then. */
  features = COMMON_FEATURES;

  constructor(random: Random, belief: Belief) {
    this.#random = random;
    this.#belief = belief;
  }

  next(): Uint8Array {
    switch (this.#random.weighted(KINDS)) {
      case 'attach':
        return this.#attach();
      case 'detach':
        return this.#detach();
      case 'map':
        return this.#map();
      case 'unmap':
        return this.#unmap();
      case 'probe':
        return this.#probe();
    }
  }

  #attach(): Uint8Array {
    const random = this.#random;
    const endpoint = this.#endpoint();
    const present = this.#belief.domainOf(endpoint);
    const others = DOMAINS.filter((domain) => domain !== present);
    const domain = present === undefined || random.chance(0.9) ? random.pick(others) : present;
    const known = this.#belief.isBypass(domain);
    const consistent = known ?? this.#mayUse(VIRTIO_IOMMU_F_BYPASS_CONFIG, 0.2);
    const isBypass = random.chance(0.03) ? !consistent : consistent;
    const flags = (isBypass ? VIRTIO_IOMMU_ATTACH_F_BYPASS : 0) | this.#strayFlags(0.02, 1);
    const hasStrays = random.chance(0.01);
    if (flags <= 1 && !hasStrays) this.#belief.attach(endpoint, domain, isBypass);
    const request = attachRequest(domain, endpoint, flags);
    return hasStrays ? this.#fillEnd(request, ATTACH_RESERVED_BYTES) : request;
  }

  #detach(): Uint8Array {
    const random = this.#random;
    const pairs = this.#belief.attachments;
    const isAimed = pairs.length > 0 && random.chance(0.75);
    const [endpoint, attached] = isAimed
      ? random.pick(pairs)
      : [this.#endpoint(), random.pick(DOMAINS)];
    const domain = random.chance(0.1) ? random.pick(DOMAINS) : attached;
    this.#belief.detach(endpoint, domain);
    const request = detachRequest(domain, endpoint);
    return random.chance(0.2) ? this.#fillEnd(request, DETACH_RESERVED_BYTES) : request;
  }

  #map(): Uint8Array {
    const random = this.#random;
    const domain = this.#domain();
    const mmio = this.#mayUse(VIRTIO_IOMMU_F_MMIO, 0.3) ? VIRTIO_IOMMU_MAP_F_MMIO : 0;
    const flags = random.between(0, 3) | mmio | this.#strayFlags(0.02, 3);
    const pages = this.#newPages();
    const physStart = random.chance(0.9)
      ? BigInt(random.between(0, 0xffff)) * PAGE
      : BigInt.asUintN(64, BigInt(random.u32()) * BigInt(random.u32()) * 2n) & ~(PAGE - 1n);
    const { virtStart, virtEnd, ...rest } = this.#mapMistake({
      virtStart: pages.start,
      virtEnd: pages.end,
      physStart,
    });
    const isRight = virtStart === pages.start && virtEnd === pages.end && flags <= 7;
    if (isRight && rest.physStart === physStart) this.#belief.map(domain, pages);
    return mapRequest(domain, { virtStart, virtEnd, ...rest, flags });
  }

  #mapMistake(fields: MapPlace): MapPlace {
    const random = this.#random;
    if (!random.chance(0.03)) return fields;
    const stray = BigInt(random.between(1, 0xfff));
    const { virtStart, virtEnd, physStart } = fields;
    return random.pick([
      { ...fields, virtStart: virtStart + stray },
      { ...fields, virtEnd: virtEnd - stray },
      { ...fields, physStart: physStart + stray },
      { ...fields, virtEnd: virtStart },
      // Both ends stay aligned: the end is that of a page before the start, or of no page at all.
      { ...fields, virtEnd: BigInt.asUintN(64, virtStart - 1n) },
      { ...fields, virtStart: virtEnd - 0xfffn, virtEnd: BigInt.asUintN(64, virtStart - 1n) },
      { ...fields, physStart: BigInt.asUintN(64, -PAGE) },
      { ...fields, virtStart: 0xfedf_f000n, virtEnd: 0xfee0_0fffn },
      { ...fields, virtStart: 0xfeef_f000n, virtEnd: 0xfef0_0fffn },
      { virtStart: 0n, virtEnd: MAX_ADDRESS, physStart: 0n },
    ]);
  }

  #unmap(): Uint8Array {
    const random = this.#random;
    const domain = this.#domain();
    const range = this.#unmapRange(domain);
    const hasStrays = random.chance(0.015);
    if (!hasStrays) this.#belief.unmap(domain, range);
    const request = unmapRequest(domain, range.start, range.end);
    return hasStrays ? this.#fillEnd(request, UNMAP_RESERVED_BYTES) : request;
  }

  #unmapRange(domain: number): Pages {
    const random = this.#random;
    const mappings = this.#belief.mappings(domain);
    const one = mappings.length > 0 ? random.pick(mappings) : this.#newPages();
    const other = mappings.length > 0 ? random.pick(mappings) : this.#newPages();
    const start = one.start < other.start ? one.start : other.start;
    const end = one.end > other.end ? one.end : other.end;
    return random.weighted<() => Pages>([
      [60, () => one],
      [15, () => ({ start, end })],
      [5, () => this.#newPages()],
      // Ends inside a mapping: it would have to be split.
      [4, () => ({ start: one.start + 1n, end: one.end })],
      [4, () => ({ start: one.start, end: one.end - PAGE })],
      [4, () => ({ start, end: end - PAGE })],
      // Unaligned ends outside mappings are legal.
      [4, () => ({ start: one.start > 0n ? one.start - 1n : 0n, end: one.end })],
      [2, () => ({ start: one.end, end: one.start })],
      [2, () => ({ start: end, end: start })],
      [1, () => ({ start: 0n, end: MAX_ADDRESS })],
      [1, () => ({ start: 0n, end: one.end })],
      [1, () => ({ start: one.start, end: MAX_ADDRESS })],
    ])();
  }

  #probe(): Uint8Array {
    const request = probeRequest(this.#endpoint());
    return this.#random.chance(0.3) ? this.#fillEnd(request, PROBE_RESERVED_BYTES) : request;
  }

  #endpoint(): number {
    const random = this.#random;
    return random.weighted<() => number>([
      [66, () => random.pick(BUSY_ENDPOINTS)],
      [28, () => random.pick(ENDPOINTS)],
      [5, () => random.pick(MISSING_ENDPOINTS)],
      [1, () => random.pick(ENDPOINTS) | ALIAS_BIT],
    ])();
  }

  #domain(): number {
    const random = this.#random;
    const translated = this.#belief.domains(false);
    const isAimed = translated.length > 0 && random.chance(0.9);
    return isAimed ? random.pick(translated) : random.pick(DOMAINS);
  }

  #newPages(): Pages {
    const random = this.#random;
    const base = random.pick(WINDOWS);
    const first = random.between(0, WINDOW_PAGES - 1);
    const last = random.chance(0.02)
      ? WINDOW_PAGES - 1
      : Math.min(first + random.between(0, 3), WINDOW_PAGES - 1);
    return { start: base + BigInt(first) * PAGE, end: base + BigInt(last + 1) * PAGE - 1n };
  }

  // What a feature allows, once in `1 / probability` times; a tenth as often without that feature.
  #mayUse(feature: bigint, probability: number): boolean {
    const isNegotiated = (this.features & feature) !== 0n;
    return this.#random.chance(isNegotiated ? probability : probability / 10);
  }

  // A bit that no flag has, from bit `from` on.
  #strayFlags(probability: number, from: number): number {
    return this.#random.chance(probability) ? (1 << this.#random.between(from, 31)) >>> 0 : 0;
  }

  // Sets some of the last bytes, at least one of them not to zero.
  #fillEnd(request: Uint8Array, length: number): Uint8Array {
    const strays = this.#random.bytes(this.#random.between(1, length));
    strays[0] = (strays[0] ?? 0) | 1;
    request.set(strays, request.length - strays.length);
    return request;
  }
}

interface MapPlace {
  readonly virtStart: bigint;
  readonly virtEnd: bigint;
  readonly physStart: bigint;
}
