// Block device (virtio 1.2, 5.2). Like every endpoint it knows nothing of an IOMMU: its queue's memory is all it sees.

import { BusError } from '../memory/address-space.ts';
import { ByteViews } from '../virtio/byte-views.ts';
import type { DeviceContext, VirtioDevice } from '../virtio/virtio-device.ts';
import type { DescriptorChain } from '../virtio/virtqueue.ts';
import {
  SECTOR_BYTES,
  VIRTIO_BLK_CONFIG_BLK_SIZE,
  VIRTIO_BLK_CONFIG_CAPACITY,
  VIRTIO_BLK_CONFIG_LENGTH,
  VIRTIO_BLK_CONFIG_MIN_IO_SIZE,
  VIRTIO_BLK_CONFIG_OPT_IO_SIZE,
  VIRTIO_BLK_CONFIG_SEG_MAX,
  VIRTIO_BLK_CONFIG_SIZE_MAX,
  VIRTIO_BLK_F_BLK_SIZE,
  VIRTIO_BLK_F_FLUSH,
  VIRTIO_BLK_F_SEG_MAX,
  VIRTIO_BLK_F_SIZE_MAX,
  VIRTIO_BLK_F_TOPOLOGY,
  VIRTIO_BLK_HEADER_SECTOR_HIGH,
  VIRTIO_BLK_HEADER_SECTOR_LOW,
  VIRTIO_BLK_HEADER_SIZE,
  VIRTIO_BLK_HEADER_TYPE,
  VIRTIO_BLK_ID_BYTES,
  VIRTIO_BLK_STATUS_SIZE,
  VIRTIO_BLK_S_IOERR,
  VIRTIO_BLK_S_OK,
  VIRTIO_BLK_S_UNSUPP,
  VIRTIO_BLK_T_FLUSH,
  VIRTIO_BLK_T_GET_ID,
  VIRTIO_BLK_T_IN,
  VIRTIO_BLK_T_OUT,
  VIRTIO_ID_BLOCK,
} from './blk-protocol.ts';
import type { BlockBackend } from './block-backend.ts';

export interface VirtioBlkOptions {
  readonly backend: BlockBackend;
  /** Answer to GET_ID, ASCII; cut to 20 characters. Linux shows it as the disk's `serial`. */
  readonly serial: string;
}

const REQUEST_QUEUE = 0;
/** Two of the largest requests find room, in the ring itself where there are no indirect tables. */
const QUEUE_SIZE = 256;
/** All descriptors of half the queue but the header's and the status's. */
const SEG_MAX = QUEUE_SIZE / 2 - 2;
/** Largest request; bounds the work of one notification to 1 GiB of copying. */
const MAX_REQUEST_BYTES = 0x80_0000;
/** Largest buffer: behind an IOMMU each one takes a mapping, so that the fewer, the better. */
const SIZE_MAX = MAX_REQUEST_BYTES;
/**
 * What a driver should ask for at once: behind an IOMMU a request takes a mapping of its header, one of its status and
 * one of each piece of its data, whatever its size. Linux reads ahead twice as much, and makes requests larger than
 * 1280 KiB only where the optimum is (blk_validate_limits).
 */
const OPTIMAL_BYTES = 0x20_0000;
const COPY_BYTES = 0x1_0000;

/** A disk on one request queue, answered in order. */
export class VirtioBlk implements VirtioDevice {
  readonly deviceId = VIRTIO_ID_BLOCK;
  readonly deviceFeatures =
    VIRTIO_BLK_F_SIZE_MAX |
    VIRTIO_BLK_F_SEG_MAX |
    VIRTIO_BLK_F_BLK_SIZE |
    VIRTIO_BLK_F_FLUSH |
    VIRTIO_BLK_F_TOPOLOGY;
  readonly usesBuffersInOrder = true;
  readonly queueSizes = [QUEUE_SIZE];
  readonly configLength = VIRTIO_BLK_CONFIG_LENGTH;
  readonly #backend: BlockBackend;
  readonly #config = new Uint8Array(VIRTIO_BLK_CONFIG_LENGTH);
  readonly #id = new Uint8Array(VIRTIO_BLK_ID_BYTES);
  readonly #header = new Uint8Array(VIRTIO_BLK_HEADER_SIZE);
  readonly #headerView = new DataView(this.#header.buffer);
  readonly #copy = new ByteViews(SECTOR_BYTES, COPY_BYTES / SECTOR_BYTES);
  readonly #status = new Uint8Array(VIRTIO_BLK_STATUS_SIZE);
  readonly #capacityBytes: number;
  /** Bytes of the writable part that the request at hand has stored so far, the status not counted. */
  #written = 0;
  #context: DeviceContext | undefined;

  constructor({ backend, serial }: VirtioBlkOptions) {
    this.#backend = backend;
    const sectors = Math.floor(backend.sizeBytes / SECTOR_BYTES);
    this.#capacityBytes = sectors * SECTOR_BYTES;
    const view = new DataView(this.#config.buffer);
    view.setBigUint64(VIRTIO_BLK_CONFIG_CAPACITY, BigInt(sectors), true);
    view.setUint32(VIRTIO_BLK_CONFIG_SIZE_MAX, SIZE_MAX, true);
    view.setUint32(VIRTIO_BLK_CONFIG_SEG_MAX, SEG_MAX, true);
    view.setUint32(VIRTIO_BLK_CONFIG_BLK_SIZE, SECTOR_BYTES, true);
    view.setUint16(VIRTIO_BLK_CONFIG_MIN_IO_SIZE, 1, true);
    view.setUint32(VIRTIO_BLK_CONFIG_OPT_IO_SIZE, OPTIMAL_BYTES / SECTOR_BYTES, true);
    for (let index = 0; index < Math.min(serial.length, this.#id.length); index++) {
      this.#id[index] = serial.charCodeAt(index);
    }
  }

  acceptsFeatures(): boolean {
    return true;
  }

  readConfig(offset: number): number {
    return this.#config[offset] ?? 0;
  }

  writeConfig(): void {
    // virtio 1.2, 5.2.4: only `writeback` is writable, and its feature is not offered.
  }

  start(context: DeviceContext): void {
    this.#context = context;
  }

  reset(): void {
    this.#context = undefined;
  }

  notify(queueIndex: number): void {
    if (queueIndex !== REQUEST_QUEUE) return;
    const queue = this.#context?.queue(REQUEST_QUEUE);
    if (queue === undefined) return;
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
      queue.push(chain, this.#answer(chain));
    }
    queue.flush();
  }

  // Carries a request out and returns how many bytes of the writable part, from its start, were written.
  #answer(chain: DescriptorChain): number {
    const dataLength = chain.writable.length - VIRTIO_BLK_STATUS_SIZE;
    // No room for the status: there is no answer to give.
    if (dataLength < 0) return 0;
    this.#written = 0;
    this.#status[0] = this.#perform(chain, dataLength);
    // A status that can not be stored breaks the device: its driver would wait for ever.
    chain.writable.write(dataLength, this.#status);
    return this.#written === dataLength ? chain.writable.length : this.#written;
  }

  #perform(chain: DescriptorChain, dataLength: number): number {
    try {
      return this.#dispatch(chain, dataLength);
    } catch (error) {
      // The driver's buffer, not its ring: the request fails and the disk goes on (virtio 1.2, 5.2.6.2).
      if (!(error instanceof BusError)) throw error;
      return VIRTIO_BLK_S_IOERR;
    }
  }

  #dispatch(chain: DescriptorChain, dataLength: number): number {
    if (chain.readable.length < VIRTIO_BLK_HEADER_SIZE) return VIRTIO_BLK_S_IOERR;
    chain.readable.read(0, this.#header);
    switch (this.#headerView.getUint32(VIRTIO_BLK_HEADER_TYPE, true)) {
      case VIRTIO_BLK_T_IN:
        return this.#readSectors(chain, dataLength);
      case VIRTIO_BLK_T_OUT:
        return this.#writeSectors(chain);
      case VIRTIO_BLK_T_FLUSH:
        this.#backend.flush();
        return VIRTIO_BLK_S_OK;
      case VIRTIO_BLK_T_GET_ID: {
        const id = this.#id.subarray(0, Math.min(this.#id.length, dataLength));
        chain.writable.write(0, id);
        this.#written = id.length;
        return VIRTIO_BLK_S_OK;
      }
      default:
        // virtio 1.2, 5.2.6.2: a request the device does not support MUST end with UNSUPP.
        return VIRTIO_BLK_S_UNSUPP;
    }
  }

  // Piece by piece as the driver's buffers go: Linux gives whole pages, and a piece of a length seen before has its
  // view.
  #readSectors({ writable }: DescriptorChain, length: number): number {
    const start = this.#startOf(length);
    if (start === undefined) return VIRTIO_BLK_S_IOERR;
    while (this.#written < length) {
      const left = Math.min(COPY_BYTES, length - this.#written);
      const piece = this.#copy.first(Math.min(left, writable.contiguous(this.#written)));
      this.#backend.read(start + this.#written, piece);
      writable.write(this.#written, piece);
      this.#written += piece.length;
    }
    return VIRTIO_BLK_S_OK;
  }

  #writeSectors({ readable }: DescriptorChain): number {
    const length = readable.length - VIRTIO_BLK_HEADER_SIZE;
    const start = this.#startOf(length);
    if (start === undefined) return VIRTIO_BLK_S_IOERR;
    for (let done = 0; done < length;) {
      const left = Math.min(COPY_BYTES, length - done);
      const at = VIRTIO_BLK_HEADER_SIZE + done;
      const piece = this.#copy.first(Math.min(left, readable.contiguous(at)));
      readable.read(at, piece);
      this.#backend.write(start + done, piece);
      done += piece.length;
    }
    return VIRTIO_BLK_S_OK;
  }

  // Byte offset on the disk of the request's sector, if `length` bytes from there are whole sectors inside the disk.
  #startOf(length: number): number | undefined {
    const high = this.#headerView.getUint32(VIRTIO_BLK_HEADER_SECTOR_HIGH, true);
    const low = this.#headerView.getUint32(VIRTIO_BLK_HEADER_SECTOR_LOW, true);
    const start = low * SECTOR_BYTES;
    const isInside = high === 0 && start + length <= this.#capacityBytes;
    const isWhole = length % SECTOR_BYTES === 0;
    return isInside && isWhole && length <= MAX_REQUEST_BYTES ? start : undefined;
  }
}
