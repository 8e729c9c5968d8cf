// Packed virtqueue, device side (virtio 1.2, 2.8).
//
// One ring of descriptors: the driver writes available ones, the device overwrites them with used ones. Each side knows
// from two flag bits and its wrap counter whether the next descriptor is its own.

import { assert } from '../base/assert.ts';
import { addHigh, addLow } from '../base/words.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import type { Address } from '../memory/address.ts';
import { ChainBuilder, DescriptorBlock } from './descriptor-block.ts';
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

/** What the driver made available as one list. */
interface DescriptorList<A extends Address> {
  readonly chain: ChainBuilder<A>;
  /** Buffer ID. */
  readonly id: number;
  /** Descriptors in the ring. */
  readonly count: number;
}

/** A used descriptor that still looks available. */
interface UnpublishedDescriptor {
  readonly index: number;
  readonly flags: number;
}

/** See `RingQueue`. */
export class PackedVirtqueue<A extends Address> implements RingQueue {
  readonly #memory: AddressSpace<A>;
  readonly #size: number;
  readonly #ring: AddressWords;
  readonly #driverArea: AddressWords;
  readonly #deviceArea: AddressWords;
  readonly #hasEventIndex: boolean;
  readonly #notifyUsed: () => void;
  readonly #block: DescriptorBlock<A>;
  readonly #taken: TakenChains<DescriptorList<A>>;
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
  #unpublished: UnpublishedDescriptor[] = [];
  #unpublishedFrom: number;
  #isStopped = false;

  constructor(options: RingQueueOptions<A>) {
    const { memory, size, features, position } = options;
    this.#memory = memory;
    this.#size = size;
    this.#ring = options.descriptorArea;
    this.#driverArea = options.driverArea;
    this.#deviceArea = options.deviceArea;
    this.#hasEventIndex = (features & VIRTIO_F_EVENT_IDX) !== 0n;
    this.#notifyUsed = options.notifyUsed;
    this.#block = new DescriptorBlock(memory, (features & VIRTIO_F_INDIRECT_DESC) !== 0n);
    this.#taken = new TakenChains((features & VIRTIO_F_IN_ORDER) !== 0n);
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
    this.#unpublished = [];
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
    const list = this.#readList();
    this.#nextAvailable = packedAdvance(this.#nextAvailable, list.count, this.#size);
    this.#takenDescriptors += list.count;
    this.#leftInRound -= list.count;
    this.#taken.add(list.chain, list);
    return list.chain;
  }

  push(chain: DescriptorChain, written: number): void {
    if (this.#isStopped) return;
    const { id, count } = this.#taken.remove(chain, written);
    this.#takenDescriptors -= count;
    // A chain may be 2^32 bytes long, which the field can not say: the one less is still true of the bytes before.
    this.#usedView.setUint32(0, Math.min(written, 0xffff_ffff), true);
    this.#usedView.setUint16(PVIRTQ_DESC_ID - VIRTQ_DESC_LEN, id, true);
    const { high, low } = this.#ring;
    const offset = this.#offsetOf(this.#nextUsed, VIRTQ_DESC_LEN);
    this.#memory.write(addHigh(high, low, offset), addLow(low, offset), this.#used);
    // virtio 1.2, 2.8.3: in a used descriptor, WRITE says whether anything was written.
    const flags = usedFlags(packedWrap(this.#nextUsed)) | (written > 0 ? VIRTQ_DESC_F_WRITE : 0);
    this.#unpublished.push({ index: packedIndex(this.#nextUsed), flags });
    this.#nextUsed = packedAdvance(this.#nextUsed, count, this.#size);
  }

  // The driver looks at the first one only, so that one comes last.
  flush(): void {
    if (this.#isStopped || this.#unpublished.length === 0) return;
    const batch = this.#unpublished.reverse();
    const from = this.#unpublishedFrom;
    this.#unpublished = [];
    this.#unpublishedFrom = this.#nextUsed;
    for (const { index, flags } of batch) {
      this.#writeU16(this.#ring, index * VIRTQ_DESC_SIZE + PVIRTQ_DESC_FLAGS, flags);
    }
    if (this.#wantsNotification(from)) this.#notifyUsed();
  }

  // Every descriptor of a list is available, and all of them follow each other in the ring (virtio 1.2, 2.8.6).
  #readList(): DescriptorList<A> {
    const { high, low } = this.#ring;
    const chain = new ChainBuilder(this.#memory);
    let at = this.#nextAvailable;
    for (let count = 1; ; count++) {
      if (this.#takenDescriptors + count > this.#size) {
        throw new RingError('more descriptors available than the queue has');
      }
      this.#block.load(high, low, packedIndex(at));
      const flags = this.#block.u16(0, PVIRTQ_DESC_FLAGS);
      const id = this.#block.u16(0, PVIRTQ_DESC_ID);
      const hasNext = (flags & VIRTQ_DESC_F_NEXT) !== 0;
      if (!isAvailable(flags, packedWrap(at))) throw new RingError('descriptor list with a gap');
      if ((flags & VIRTQ_DESC_F_INDIRECT) !== 0) {
        // virtio 1.2, 2.8.19: INDIRECT MUST NOT stand in a list that is linked by NEXT.
        if (hasNext || count > 1) throw new RingError('indirect descriptor in a list');
        this.#readIndirect(chain);
      } else {
        this.#block.appendTo(chain, 0, (flags & VIRTQ_DESC_F_WRITE) !== 0);
      }
      if (!hasNext) return { chain, id, count };
      at = packedAdvance(at, 1, this.#size);
    }
  }

  // virtio 1.2, 2.8.7: all entries count, in their order, and WRITE is the only flag that does.
  #readIndirect(chain: ChainBuilder<A>): void {
    const entries = this.#block.loadIndirect();
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
    this.#memory.write(this.#deviceArea.high, this.#deviceArea.low, this.#event);
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
    return this.#memory.readU16(addHigh(high, low, offset), addLow(low, offset));
  }

  #writeU16({ high, low }: AddressWords, offset: number, value: number): void {
    this.#memory.writeU16(addHigh(high, low, offset), addLow(low, offset), value);
  }
}
