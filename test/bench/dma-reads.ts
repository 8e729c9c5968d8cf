// What the guests of the DMA benchmark read, and how.

import { mountWithReadAhead } from './share-mount.ts';

const MIB = 1 << 20;

export const DISK_BYTES = 32 * MIB;
export const SHARED_FILE = 'dma.bin';
export const SHARED_BYTES = 8 * MIB;
/** The most that the machine's web server sends. */
const DOWNLOAD_BYTES = 4 * MIB;

/** One kind of read. */
export interface GuestRead {
  readonly name: string;
  readonly bytes: number;
  /**
   * Reads before the first that counts. The first ones take up to ten times as long: the emulator translates what the
   * guest runs page by page, once it has interpreted some 200,000 instructions of a page, and V8 compiles both that and
   * the devices, in several steps.
   */
  readonly warmingReads: number;
  /** A shell command that makes it a read from the device, and is not part of what is timed. */
  readonly prepare: string;
  /** A shell command that reads all bytes and throws them away. */
  readonly command: string;
}

const DROP_CACHES = 'echo 3 >/proc/sys/vm/drop_caches';

/** A shell command that makes every read possible; once for each guest. */
export const SET_UP = `${mountWithReadAhead('/mnt/dma')} && net-ping 1`;

export const READS: readonly GuestRead[] = [
  {
    name: 'virtio-blk',
    bytes: DISK_BYTES,
    warmingReads: 50,
    prepare: DROP_CACHES,
    command: 'dd if=/dev/vda of=/dev/null bs=1M',
  },
  {
    name: 'ide',
    bytes: DISK_BYTES,
    warmingReads: 40,
    prepare: DROP_CACHES,
    command: 'dd if=/dev/sda of=/dev/null bs=1M',
  },
  {
    name: '9p',
    bytes: SHARED_BYTES,
    warmingReads: 60,
    prepare: DROP_CACHES,
    command: `dd if=/mnt/dma/${SHARED_FILE} of=/dev/null bs=64k`,
  },
  {
    name: 'net',
    bytes: DOWNLOAD_BYTES,
    warmingReads: 40,
    prepare: DROP_CACHES,
    command: `wget -q -O /dev/null http://host.test/bytes/${DOWNLOAD_BYTES}`,
  },
];
