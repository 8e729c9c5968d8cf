// Packed virtqueue, device side (virtio 1.2, 2.8).
//
// One ring of descriptors: the driver writes available ones, the device overwrites them with used ones. Each side knows
// from two flag bits and its wrap counter whether the next descriptor is its own.

import { assert } from '../base/assert.ts';
import { addHigh, addLow } from '../base/words.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import type { Address } from '../memory/address.ts';
import { ChainBuilder } from './chain-builder.ts';
import { DescriptorBlock } from './descriptor-block.ts';
import { VIRTIO_F_EVENT_IDX, VIRTIO_F_INDIRECT_DESC, VIRTIO_F_IN_ORDER } from './features.ts';
import {
  PACKED_START,
  PVIRTQ_DESC_FLAGS,
  PVIRTQ_DESC_ID,
  PVIRTQ_EVENT_DESC,
  PVIRTQ_EVENT_FLAGS,
  PVIRTQ_EVENT_FLAGS_MASK,
  PVIRTQ_EVENT_SIZE,
  RING_EVENT_FLAGS_DESC,
  RING_EVENT_FLAGS_DISABLE,
  VIRTQ_DESC_F_INDIRECT,
  VIRTQ_DESC_F_NEXT,
  VIRTQ_DESC_F_WRITE,
  VIRTQ_DESC_LEN,
  VIRTQ_DESC_SIZE,
  isAvailable,
  packedAdvance,
  packedDistance,
  packedIndex,
  packedWrap,
  usedFlags,
} from './ring-layout.ts';
import type { AddressWords, RingPosition, RingQueue, RingQueueOptions } from './ring-queue.ts';
import { TakenChains } from './taken-chains.ts';
import { RingError, type DescriptorChain } from './virtqueue.ts';

const NEVER_PUBLISHED = -1;

/** See `RingQueue`. */
export class PackedVirtqueue<A extends Address> implements RingQueue {
  readonly #rings: AddressSpace<A>;
  readonly #size: number;
  readonly #ring: AddressWords;
  readonly #driverArea: AddressWords;
  readonly #deviceArea: AddressWords;
  readonly #hasEventIndex: boolean;
  readonly #notifyUsed: () => void;
  readonly #block: DescriptorBlock<A>;
  readonly #taken: TakenChains<A>;
  // Length and buffer ID of a used descriptor, as they stand in the ring.
  readonly #used = new Uint8Array(PVIRTQ_DESC_FLAGS - VIRTQ_DESC_LEN);
  readonly #usedView = new DataView(this.#used.buffer);
  readonly #event = new Uint8Array(PVIRTQ_EVENT_SIZE);
  readonly #eventView = new DataView(this.#event.buffer);

  #nextAvailable: number;
  #nextUsed: number;
  #takenDescriptors = 0;
  // More were not there when the round began.
  #leftInRound: number;
  #publishedEvent = NEVER_PUBLISHED;
  // Used descriptors that still look available: where each stands, and its flags.
  readonly #unpublishedAt: Uint16Array;
  readonly #unpublishedFlags: Uint16Array;
  #unpublished = 0;
  #unpublishedFrom: number;
  #isStopped = false;

  constructor(options: RingQueueOptions<A>) {
    const { memory, size, features, position } = options;
    const rings = memory.rings ?? memory;
    this.#rings = rings;
    this.#size = size;
    this.#ring = options.descriptorArea;
    this.#driverArea = options.driverArea;
    this.#deviceArea = options.deviceArea;
    this.#hasEventIndex = (features & VIRTIO_F_EVENT_IDX) !== 0n;
    this.#notifyUsed = options.notifyUsed;
    const hasIndirect = (features & VIRTIO_F_INDIRECT_DESC) !== 0n;
    this.#block = new DescriptorBlock({ memory: rings, area: this.#ring, size, hasIndirect });
    const isInOrder = (features & VIRTIO_F_IN_ORDER) !== 0n;
    this.#taken = new TakenChains(() => new ChainBuilder(memory), isInOrder);
    this.#unpublishedAt = new Uint16Array(size);
    this.#unpublishedFlags = new Uint16Array(size);
    this.#nextAvailable = position?.nextAvailable ?? PACKED_START;
    this.#nextUsed = position?.nextUsed ?? PACKED_START;
    this.#unpublishedFrom = this.#nextUsed;
    this.#leftInRound = size;
    const isInside = [this.#nextAvailable, this.#nextUsed].every((at) => packedIndex(at) < size);
    assert(isInside, 'a position lies in its ring');
  }

  // A driver fills each descriptor at most once before the device has run.
  beginRound(): void {
    this.#leftInRound = this.#size;
  }

  stop(): void {
    this.#isStopped = true;
    this.#taken.clear();
    this.#unpublished = 0;
  }

  // A used descriptor takes as much of the ring as its list did: what is taken lies between the two positions.
  get position(): RingPosition {
    assert(!this.#taken.isOvertaken, 'chains that are saved were taken in order');
    return { nextAvailable: this.#nextUsed, nextUsed: this.#nextUsed };
  }

  hasAvailable(): boolean {
    if (this.#isStopped || this.#leftInRound <= 0) return false;
    const flags = this.#readU16(this.#ring, this.#offsetOf(this.#nextAvailable, PVIRTQ_DESC_FLAGS));
    return isAvailable(flags, packedWrap(this.#nextAvailable));
  }

  pop(): DescriptorChain | undefined {
    if (!this.hasAvailable()) {
      this.#requestNotification();
      return undefined;
    }
    const chain = this.#taken.blank();
    this.#readList(chain);
    const count = chain.ringDescriptors;
    this.#nextAvailable = packedAdvance(this.#nextAvailable, count, this.#size);
    this.#takenDescriptors += count;
    this.#leftInRound -= count;
    this.#taken.add();
    return chain;
  }

  push(chain: DescriptorChain, written: number): void {
    if (this.#isStopped) return;
    const { id, ringDescriptors: count } = this.#taken.remove(chain, written);
    this.#takenDescriptors -= count;
    // A chain may be 2^32 bytes long, which the field can not say: the one less is still true of the bytes before.
    this.#usedView.setUint32(0, Math.min(written, 0xffff_ffff), true);
    this.#usedView.setUint16(PVIRTQ_DESC_ID - VIRTQ_DESC_LEN, id, true);
    const { high, low } = this.#ring;
    const offset = this.#offsetOf(this.#nextUsed, VIRTQ_DESC_LEN);
    this.#rings.write(addHigh(high, low, offset), addLow(low, offset), this.#used);
    // virtio 1.2, 2.8.3: in a used descriptor, WRITE says whether anything was written.
    const flags = usedFlags(packedWrap(this.#nextUsed)) | (written > 0 ? VIRTQ_DESC_F_WRITE : 0);
    assert(this.#unpublished < this.#size, 'a used ring holds no more than the queue');
    this.#unpublishedAt[this.#unpublished] = packedIndex(this.#nextUsed);
    this.#unpublishedFlags[this.#unpublished] = flags;
    this.#unpublished += 1;
    this.#nextUsed = packedAdvance(this.#nextUsed, count, this.#size);
  }

  // The driver looks at the first one only, so that one comes last.
  flush(): void {
    if (this.#isStopped || this.#unpublished === 0) return;
    const from = this.#unpublishedFrom;
    this.#unpublishedFrom = this.#nextUsed;
    for (let left = this.#unpublished; left > 0; left -= 1) {
      const offset = (this.#unpublishedAt[left - 1] ?? 0) * VIRTQ_DESC_SIZE + PVIRTQ_DESC_FLAGS;
      this.#writeU16(this.#ring, offset, this.#unpublishedFlags[left - 1] ?? 0);
    }
    this.#unpublished = 0;
    if (this.#wantsNotification(from)) this.#notifyUsed();
  }

  // Every descriptor of a list is available, and all of them follow each other in the ring (virtio 1.2, 2.8.6).
  #readList(chain: ChainBuilder<A>): void {
    this.#block.clear();
    let at = this.#nextAvailable;
    for (let count = 1; ; count++) {
      if (this.#takenDescriptors + count > this.#size) {
        throw new RingError('more descriptors available than the queue has');
      }
      const place = this.#block.load(packedIndex(at));
      const flags = this.#block.u16(place, PVIRTQ_DESC_FLAGS);
      chain.id = this.#block.u16(place, PVIRTQ_DESC_ID);
      chain.ringDescriptors = count;
      const hasNext = (flags & VIRTQ_DESC_F_NEXT) !== 0;
      if (!isAvailable(flags, packedWrap(at))) throw new RingError('descriptor list with a gap');
      if ((flags & VIRTQ_DESC_F_INDIRECT) !== 0) {
        // virtio 1.2, 2.8.19: INDIRECT MUST NOT stand in a list that is linked by NEXT.
        if (hasNext || count > 1) throw new RingError('indirect descriptor in a list');
        this.#readIndirect(chain, place);
      } else {
        this.#block.appendTo(chain, place, (flags & VIRTQ_DESC_F_WRITE) !== 0);
      }
      if (!hasNext) return;
      at = packedAdvance(at, 1, this.#size);
    }
  }

  // virtio 1.2, 2.8.7: all entries count, in their order, and WRITE is the only flag that does.
  #readIndirect(chain: ChainBuilder<A>, place: number): void {
    const entries = this.#block.loadIndirect(place);
    for (let index = 0; index < entries; index++) {
      const flags = this.#block.u16(index, PVIRTQ_DESC_FLAGS);
      this.#block.appendTo(chain, index, (flags & VIRTQ_DESC_F_WRITE) !== 0);
    }
  }

  // virtio 1.2, 2.8.10: without EVENT_IDX the structure stays as the driver zeroed it, RING_EVENT_FLAGS_ENABLE.
  #requestNotification(): void {
    if (!this.#hasEventIndex || this.#isStopped) return;
    if (this.#publishedEvent === this.#nextAvailable) return;
    this.#eventView.setUint16(PVIRTQ_EVENT_DESC, this.#nextAvailable, true);
    this.#eventView.setUint16(PVIRTQ_EVENT_FLAGS, RING_EVENT_FLAGS_DESC, true);
    this.#rings.write(this.#deviceArea.high, this.#deviceArea.low, this.#event);
    this.#publishedEvent = this.#nextAvailable;
  }

  // `from`: where the used descriptors of this batch begin. Values that say nothing valid ask for the notification.
  #wantsNotification(from: number): boolean {
    const flags = this.#readU16(this.#driverArea, PVIRTQ_EVENT_FLAGS) & PVIRTQ_EVENT_FLAGS_MASK;
    if (flags === RING_EVENT_FLAGS_DISABLE) return false;
    if (flags !== RING_EVENT_FLAGS_DESC || !this.#hasEventIndex) return true;
    const event = this.#readU16(this.#driverArea, PVIRTQ_EVENT_DESC);
    const size = this.#size;
    return packedDistance(from, event, size) < packedDistance(from, this.#nextUsed, size);
  }

  #offsetOf(position: number, field: number): number {
    return packedIndex(position) * VIRTQ_DESC_SIZE + field;
  }

  #readU16({ high, low }: AddressWords, offset: number): number {
    return this.#rings.readU16(addHigh(high, low, offset), addLow(low, offset));
  }

  #writeU16({ high, low }: AddressWords, offset: number, value: number): void {
    this.#rings.writeU16(addHigh(high, low, offset), addLow(low, offset), value);
  }
}
