// The seeded stream of operations: requests in every framing, configuration accesses, resets.

import {
  CONFIG_BYPASS,
  CONFIG_LENGTH,
  HEAD_TYPE,
  TAIL_SIZE,
  VIRTIO_IOMMU_F_BYPASS_CONFIG,
  VIRTIO_IOMMU_F_MAP_UNMAP,
  VIRTIO_IOMMU_F_MMIO,
  VIRTIO_IOMMU_F_PROBE,
  VIRTIO_IOMMU_T_PROBE,
} from '../../src/iommu/protocol/protocol.ts';
import type { ChainRequest } from '../../src/driver/driver-queue.ts';
import type { AccessWidth } from '../../src/virtio/mmio-transport.ts';
import { VIRTIO_F_EVENT_IDX, VIRTIO_F_INDIRECT_DESC } from '../../src/virtio/features.ts';
import { Belief } from './belief.ts';
import type { Operation } from './operation.ts';
import { Random, type Weighted } from './random.ts';
import { RequestFields } from './request-fields.ts';
import { COMMON_FEATURES, PROBE_BYTES } from './setup.ts';
import { HEAD_SIZE } from './wire-request.ts';

/** What some drivers leave out, and how many of them do. */
const OPTIONAL_FEATURES: readonly Weighted<bigint>[] = [
  [0.04, VIRTIO_IOMMU_F_MAP_UNMAP],
  [0.15, VIRTIO_IOMMU_F_PROBE],
  [0.15, VIRTIO_IOMMU_F_MMIO],
  [0.15, VIRTIO_IOMMU_F_BYPASS_CONFIG],
  [0.1, VIRTIO_F_INDIRECT_DESC],
  [0.3, VIRTIO_F_EVENT_IDX],
];
const UNKNOWN_TYPES = [0, 6, 7, 0x80, 0xff] as const;
const WIDTHS: readonly AccessWidth[] = [1, 2, 4];
/** Descriptors of the longest chain: a quarter of the queue. */
const MAX_PIECES = 64;

type Framing = 'plain' | 'cut' | 'bytes' | 'indirect' | 'mixed' | 'empty-piece';
const FRAMINGS: readonly Weighted<Framing>[] = [
  [55, 'plain'],
  [20, 'cut'],
  [5, 'bytes'],
  [19.5, 'indirect'],
  [0.3, 'mixed'],
  [0.2, 'empty-piece'],
];

type Step = 'request' | 'config-read' | 'config-write' | 'reset';
const STEPS: readonly Weighted<Step>[] = [
  [97.8, 'request'],
  [1.7, 'config-read'],
  [0.3, 'config-write'],
  [0.2, 'reset'],
];

/** Share of the steps of a driver without all features that are resets. */
const LIMITED_RESETS = 0.01;

/** Endless; the same for the same seed. */
export class Generator {
  readonly #random: Random;
  readonly #belief = new Belief();
  readonly #fields: RequestFields;

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#fields = new RequestFields(this.#random, this.#belief);
  }

  next(): Operation {
    // A driver that left something out goes sooner: much of what it asks for is then not allowed.
    const isLimited = this.#fields.features !== COMMON_FEATURES;
    const step = this.#random.weighted(STEPS);
    switch (isLimited && this.#random.chance(LIMITED_RESETS) ? 'reset' : step) {
      case 'request':
        return { kind: 'request', chain: this.#chain() };
      case 'config-read': {
        const width = this.#random.pick(WIDTHS);
        return { kind: 'config-read', offset: this.#configOffset(width), width };
      }
      case 'config-write':
        return this.#configWrite();
      case 'reset':
        this.#belief.forget();
        this.#fields.features = this.#features();
        return { kind: 'reset', features: this.#fields.features };
    }
  }

  #features(): bigint {
    const left = OPTIONAL_FEATURES.filter(([share]) => this.#random.chance(share));
    return left.reduce((features, [, each]) => features & ~each, COMMON_FEATURES);
  }

  #configOffset(width: AccessWidth): number {
    return this.#random.between(0, CONFIG_LENGTH / width - 1) * width;
  }

  #configWrite(): Operation {
    const random = this.#random;
    const isPlain = random.chance(0.7);
    const width = isPlain ? 1 : random.pick(WIDTHS);
    const isBypass = isPlain || random.chance(0.4);
    const offset = isBypass ? CONFIG_BYPASS : this.#configOffset(width);
    const bits = 8 * width;
    const value = random.chance(0.85) ? random.between(0, 1) : random.u32() % 2 ** bits;
    return { kind: 'config-write', offset, width, value };
  }

  #chain(): ChainRequest {
    const readable = this.#readable();
    const writable = this.#writableLength(readable[HEAD_TYPE] ?? 0);
    return this.#frame(readable, writable);
  }

  // Mostly what the fields are, else cut short, made longer, or of a type that does not exist.
  #readable(): Uint8Array {
    const random = this.#random;
    const request = this.#fields.next();
    // virtio 1.2, 5.13.6.2: the device MUST ignore the head's reserved bytes
    if (random.chance(0.1)) request.set(random.bytes(HEAD_SIZE - 1), HEAD_TYPE + 1);
    return random.weighted<() => Uint8Array>([
      [91, () => request],
      [2.5, () => request.slice(0, random.between(HEAD_SIZE, request.length - 1))],
      [0.1, () => request.slice(0, random.between(0, HEAD_SIZE - 1))],
      [4, () => Uint8Array.from([...request, ...random.bytes(random.between(1, 40))])],
      [2.3, () => this.#ofUnknownType(request)],
    ])();
  }

  #ofUnknownType(request: Uint8Array): Uint8Array {
    const length = this.#random.between(HEAD_SIZE, request.length);
    const unknown = request.slice(0, length);
    unknown[HEAD_TYPE] = this.#random.pick(UNKNOWN_TYPES);
    return unknown;
  }

  #writableLength(type: number): number {
    const random = this.#random;
    const isProbe = type === VIRTIO_IOMMU_T_PROBE;
    const full = isProbe ? PROBE_BYTES + TAIL_SIZE : TAIL_SIZE;
    return random.weighted<() => number>([
      [92, () => full],
      [7, () => full + random.between(1, 40)],
      [0.3, () => random.between(0, TAIL_SIZE - 1)],
      // Only PROBE has lengths between a tail and a full reply.
      [isProbe ? 1 : 0, () => random.between(TAIL_SIZE, full - 1)],
    ])();
  }

  #frame(readable: Uint8Array, writable: number): ChainRequest {
    // A chain has a descriptor: one without a byte in it would be empty.
    if (readable.length + writable === 0) return { readable: [Uint8Array.of(0)] };
    const framing = this.#random.weighted(FRAMINGS);
    switch (this.#mayFrame(framing) ? framing : 'cut') {
      case 'plain':
        return chainOf(readable, [readable.length], [writable]);
      case 'bytes':
        return chainOf(readable, this.#cut(readable.length, 1), this.#cut(writable, 1));
      case 'cut':
        return this.#cutChain(readable, writable);
      case 'indirect':
        return { ...this.#cutChain(readable, writable), directDescriptors: 0 };
      case 'mixed': {
        const chain = this.#cutChain(readable, writable);
        const all = (chain.readable?.length ?? 0) + (chain.writable?.length ?? 0);
        return all < 2 ? chain : { ...chain, directDescriptors: this.#random.between(1, all - 1) };
      }
      case 'empty-piece': {
        const chain = chainOf(readable, [readable.length], [writable]);
        const empty = new Uint8Array(0);
        return this.#random.chance(0.5)
          ? { ...chain, readable: [...(chain.readable ?? []), empty] }
          : { ...chain, writable: [...(chain.writable ?? []), 0] };
      }
    }
  }

  // Indirect descriptors only now and then where they are forbidden.
  #mayFrame(framing: Framing): boolean {
    if (framing !== 'indirect' && framing !== 'mixed') return true;
    const isNegotiated = (this.#fields.features & VIRTIO_F_INDIRECT_DESC) !== 0n;
    return isNegotiated || this.#random.chance(0.1);
  }

  #cutChain(readable: Uint8Array, writable: number): ChainRequest {
    const longest = this.#random.between(1, 24);
    const pieces = this.#cut(readable.length, longest);
    return chainOf(readable, pieces, this.#cut(writable, longest));
  }

  // Pieces of at most `longest` bytes until there are MAX_PIECES of them; the last one takes the rest.
  #cut(length: number, longest: number): readonly number[] {
    const pieces: number[] = [];
    let rest = length;
    while (rest > 0 && pieces.length < MAX_PIECES - 1) {
      const piece = Math.min(rest, this.#random.between(1, longest));
      pieces.push(piece);
      rest -= piece;
    }
    return [...pieces, rest];
  }
}

// Without empty pieces.
function chainOf(
  bytes: Uint8Array,
  readableLengths: readonly number[],
  writableLengths: readonly number[],
): ChainRequest {
  const readable: Uint8Array[] = [];
  let start = 0;
  for (const length of readableLengths.filter((each) => each > 0)) {
    readable.push(bytes.slice(start, start + length));
    start += length;
  }
  return { readable, writable: writableLengths.filter((each) => each > 0) };
}
