// Split virtqueue, device side (virtio 1.2, 2.7).
//
// One class for every queue: over guest RAM for the IOMMU's own queues, over an endpoint's view through the IOMMU for
// all others. The guest's CPU stands still while a device runs, so the available index is read once per round.

import { assert } from '../base/assert.ts';
import { addHigh, addLow } from '../base/words.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import type { Address } from '../memory/address.ts';
import { ByteViews } from './byte-views.ts';
import { ChainBuilder } from './chain-builder.ts';
import { DescriptorReader } from './descriptor-reader.ts';
import { VIRTIO_F_EVENT_IDX, VIRTIO_F_INDIRECT_DESC, VIRTIO_F_IN_ORDER } from './features.ts';
import {
  VIRTQ_AVAIL_ENTRY_SIZE,
  VIRTQ_AVAIL_FLAGS,
  VIRTQ_AVAIL_F_NO_INTERRUPT,
  VIRTQ_AVAIL_IDX,
  VIRTQ_AVAIL_RING,
  VIRTQ_USED_ENTRY_ID,
  VIRTQ_USED_ENTRY_LEN,
  VIRTQ_USED_ENTRY_SIZE,
  VIRTQ_USED_FLAGS,
  VIRTQ_USED_IDX,
  VIRTQ_USED_RING,
  availEventOffset,
  usedEventOffset,
} from './ring-layout.ts';
import type { AddressWords, RingPosition, RingQueue, RingQueueOptions } from './ring-queue.ts';
import { TakenChains } from './taken-chains.ts';
import { RingError, type DescriptorChain } from './virtqueue.ts';

const INDEX_MASK = 0xffff;
const NEVER_PUBLISHED = -1;
/** Entries of a ring that are read, or written, in one access at most. */
const ENTRIES_AT_A_TIME = 64;

/** See `RingQueue`. */
export class SplitVirtqueue<A extends Address> implements RingQueue {
  readonly #rings: AddressSpace<A>;
  readonly #size: number;
  readonly #driverArea: AddressWords;
  readonly #deviceArea: AddressWords;
  readonly #hasEventIndex: boolean;
  readonly #notifyUsed: () => void;
  readonly #descriptors: DescriptorReader<A>;
  readonly #taken: TakenChains<A>;
  /** Entries of the available ring that were read and are not taken yet, and used ones that are not written yet. */
  readonly #heads = new ByteViews(VIRTQ_AVAIL_ENTRY_SIZE, ENTRIES_AT_A_TIME);
  readonly #used = new ByteViews(VIRTQ_USED_ENTRY_SIZE, ENTRIES_AT_A_TIME);

  #nextAvailable: number;
  // The driver's index as last read; equal to #nextAvailable when all known entries are taken.
  #availableEnd: number;
  #mayReadIndex = true;
  // Entries in #heads: those before #nextHead are taken.
  #headCount = 0;
  #nextHead = 0;
  #publishedAvailEvent = NEVER_PUBLISHED;
  #nextUsed: number;
  // Chains pushed since the last flush; the used entries of the latest ones are still in #used.
  #unpublished = 0;
  #unwritten = 0;
  #isStopped = false;

  constructor(options: RingQueueOptions<A>) {
    const { memory, size, features, descriptorArea, position } = options;
    const rings = memory.rings ?? memory;
    this.#rings = rings;
    this.#size = size;
    this.#driverArea = options.driverArea;
    this.#deviceArea = options.deviceArea;
    this.#hasEventIndex = (features & VIRTIO_F_EVENT_IDX) !== 0n;
    this.#notifyUsed = options.notifyUsed;
    const isInOrder = (features & VIRTIO_F_IN_ORDER) !== 0n;
    this.#taken = new TakenChains(() => new ChainBuilder(memory), isInOrder);
    this.#nextAvailable = position?.nextAvailable ?? 0;
    this.#availableEnd = this.#nextAvailable;
    this.#nextUsed = position?.nextUsed ?? 0;
    this.#descriptors = new DescriptorReader({
      memory: rings,
      size,
      area: descriptorArea,
      hasIndirect: (features & VIRTIO_F_INDIRECT_DESC) !== 0n,
    });
  }

  // The index is read at most once in a round, and so is each entry.
  beginRound(): void {
    this.#mayReadIndex = true;
    this.#headCount = 0;
    this.#nextHead = 0;
  }

  stop(): void {
    this.#isStopped = true;
    this.#taken.clear();
  }

  get position(): RingPosition {
    assert(!this.#taken.isOvertaken, 'chains that are saved were taken in order');
    const nextAvailable = (this.#nextAvailable - this.#taken.size) & INDEX_MASK;
    return { nextAvailable, nextUsed: this.#nextUsed };
  }

  hasAvailable(): boolean {
    if (this.#isStopped) return false;
    if (this.#nextAvailable === this.#availableEnd) this.#readIndex();
    return this.#nextAvailable !== this.#availableEnd;
  }

  pop(): DescriptorChain | undefined {
    if (!this.hasAvailable()) {
      this.#requestNotification();
      return undefined;
    }
    // A device that keeps chains must not be made to keep more than a driver has descriptors for.
    if (this.#taken.size >= this.#size)
      throw new RingError('more chains available than descriptors');
    if (this.#nextHead === this.#headCount) this.#readHeads();
    const chain = this.#taken.blank();
    chain.id = this.#heads.view.getUint16(this.#nextHead * VIRTQ_AVAIL_ENTRY_SIZE, true);
    this.#descriptors.read(chain.id, chain);
    this.#nextHead += 1;
    this.#nextAvailable = (this.#nextAvailable + 1) & INDEX_MASK;
    this.#taken.add();
    return chain;
  }

  push(chain: DescriptorChain, written: number): void {
    if (this.#isStopped) return;
    const { id } = this.#taken.remove(chain, written);
    const entry = this.#unwritten * VIRTQ_USED_ENTRY_SIZE;
    const { view } = this.#used;
    view.setUint32(entry + VIRTQ_USED_ENTRY_ID, id, true);
    // A chain may be 2^32 bytes long, which the field can not say: the one less is still true of the bytes before.
    view.setUint32(entry + VIRTQ_USED_ENTRY_LEN, Math.min(written, 0xffff_ffff), true);
    this.#unwritten += 1;
    this.#unpublished += 1;
    const slot = (this.#nextUsed + this.#unpublished) & (this.#size - 1);
    if (slot === 0 || this.#unwritten === ENTRIES_AT_A_TIME) this.#writeUsedEntries();
  }

  flush(): void {
    if (this.#isStopped || this.#unpublished === 0) return;
    if (this.#unwritten > 0) this.#writeUsedEntries();
    const old = this.#nextUsed;
    this.#nextUsed = (old + this.#unpublished) & INDEX_MASK;
    this.#unpublished = 0;
    this.#writeUsedIndex();
    if (this.#wantsNotification(old, this.#nextUsed)) this.#notifyUsed();
  }

  #readIndex(): void {
    if (!this.#mayReadIndex) return;
    this.#mayReadIndex = false;
    const end = this.#readU16(this.#driverArea, VIRTQ_AVAIL_IDX);
    const added = (end - this.#nextAvailable) & INDEX_MASK;
    if (added > this.#size) throw new RingError(`available index is ${added} ahead`);
    this.#availableEnd = end;
  }

  /** Reads entries of the available ring, up to where it ends or begins again. */
  #readHeads(): void {
    const slot = this.#nextAvailable & (this.#size - 1);
    const available = (this.#availableEnd - this.#nextAvailable) & INDEX_MASK;
    const count = Math.min(available, this.#size - slot, ENTRIES_AT_A_TIME);
    const { high, low } = this.#driverArea;
    const offset = VIRTQ_AVAIL_RING + slot * VIRTQ_AVAIL_ENTRY_SIZE;
    this.#rings.read(
      addHigh(high, low, offset),
      addLow(low, offset),
      this.#heads.first(count * VIRTQ_AVAIL_ENTRY_SIZE),
    );
    this.#headCount = count;
    this.#nextHead = 0;
  }

  /** Writes the entries in #used, the latest that were pushed. None of them lies behind the end of the ring. */
  #writeUsedEntries(): void {
    const count = this.#unwritten;
    this.#unwritten = 0;
    const slot = (this.#nextUsed + this.#unpublished - count) & (this.#size - 1);
    const offset = VIRTQ_USED_RING + slot * VIRTQ_USED_ENTRY_SIZE;
    const { high, low } = this.#deviceArea;
    this.#rings.write(
      addHigh(high, low, offset),
      addLow(low, offset),
      this.#used.first(count * VIRTQ_USED_ENTRY_SIZE),
    );
  }

  // Together with the flags: virtio 1.2, 2.7.10.2 has 0 there with EVENT_IDX, and without it 0 asks for notifications.
  #writeUsedIndex(): void {
    const { high, low } = this.#deviceArea;
    const word = (this.#nextUsed << (8 * VIRTQ_USED_IDX)) >>> 0;
    this.#rings.writeU32(high, addLow(low, VIRTQ_USED_FLAGS), word);
  }

  // virtio 1.2, 2.7.10: with EVENT_IDX the driver notifies when its index moves past avail_event; without it, always.
  #requestNotification(): void {
    if (!this.#hasEventIndex || this.#isStopped) return;
    if (this.#publishedAvailEvent === this.#nextAvailable) return;
    this.#writeU16(this.#deviceArea, availEventOffset(this.#size), this.#nextAvailable);
    this.#publishedAvailEvent = this.#nextAvailable;
  }

  #wantsNotification(old: number, next: number): boolean {
    // virtio 1.2, 2.7.7.2: with EVENT_IDX avail.flags is ignored, without it used_event is.
    if (!this.#hasEventIndex) {
      const flags = this.#readU16(this.#driverArea, VIRTQ_AVAIL_FLAGS);
      return (flags & VIRTQ_AVAIL_F_NO_INTERRUPT) === 0;
    }
    const event = this.#readU16(this.#driverArea, usedEventOffset(this.#size));
    return ((next - event - 1) & INDEX_MASK) < ((next - old) & INDEX_MASK);
  }

  #readU16(area: AddressWords, offset: number): number {
    return this.#rings.readU16(addHigh(area.high, area.low, offset), addLow(area.low, offset));
  }

  #writeU16(area: AddressWords, offset: number, value: number): void {
    const { high, low } = area;
    this.#rings.writeU16(addHigh(high, low, offset), addLow(low, offset), value);
  }
}
