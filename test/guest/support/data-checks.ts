// Moves data through each endpoint and compares it with the host's own bytes. The same checks run where they must pass
// and where they must fail.

import { loadImages } from '../../../src/guest/guest-files.ts';
import type { GuestSession } from '../../../src/guest/testing.ts';
import { streamBytes } from '../../../src/machine/v86/http-server.ts';
import {
  BLOCK_ENDPOINT,
  IDE_ENDPOINT,
  NET_ENDPOINT,
  SHARE_ENDPOINT,
} from '../../../src/machine/plan/topology.ts';
import { mountWithReadAhead } from '../../bench/share-mount.ts';
import { md5, MIB, SHARED_BYTES, SHARED_FILE } from './payload.ts';

export interface DataCheck {
  readonly name: string;
  readonly endpoint: number;
  /** Bytes that the endpoint moves at least. */
  readonly bytes: number;
  /** Rejects when the guest's data differ from the host's. Without a sign of life for `stallMs` it gives up. */
  readonly verify: (guest: GuestSession, stallMs?: number) => Promise<void>;
}

/** Any host name leads to the machine's own web server. */
const SERVER = 'host.test';
/** Where the share is mounted with read-ahead; `share-read` mounts it at /mnt/share, and once is all it can be. */
const AHEAD = '/mnt/ahead';
const PING_COUNT = 5;
const DOWNLOAD_BYTES = MIB;
const { disk } = await loadImages();

/** Runs a command and compares what it prints; a command that fails is a difference too. */
function prints(command: string, expected: RegExp): DataCheck['verify'] {
  return async (guest, stallMs) => {
    const { exitCode, output } = await guest.run(command, { stallMs });
    if (exitCode !== 0 || !expected.test(output)) {
      throw new Error(`${command} printed (exit code ${exitCode}):\n${output}expected ${expected}`);
    }
  };
}

export const BLOCK_CHECK: DataCheck = {
  name: 'an 8 MiB disk by virtio-blk',
  endpoint: BLOCK_ENDPOINT,
  bytes: disk.length,
  verify: prints('disk-read virtio', new RegExp(`^${md5(disk)}  /dev/vda  ${disk.length}\n$`)),
};

export const IDE_CHECK: DataCheck = {
  name: 'an 8 MiB disk by IDE',
  endpoint: IDE_ENDPOINT,
  bytes: disk.length,
  verify: prints('disk-read ide', new RegExp(`^${md5(disk)}  /dev/sda  ${disk.length}\n$`)),
};

export const READ_AHEAD_CHECK: DataCheck = {
  name: 'a 4 MiB file by 9p with read-ahead',
  endpoint: SHARE_ENDPOINT,
  bytes: SHARED_BYTES.length,
  verify: prints(
    `umount /mnt/share; ${mountWithReadAhead(AHEAD)} && md5sum <${AHEAD}/${SHARED_FILE} && umount ${AHEAD}`,
    new RegExp(`^${md5(SHARED_BYTES)}  -\n$`, 'm'),
  ),
};

const PING_CHECK: DataCheck = {
  name: 'pings without loss',
  endpoint: NET_ENDPOINT,
  bytes: PING_COUNT * 2 * 64,
  verify: prints(
    `net-ping ${PING_COUNT}`,
    new RegExp(`${PING_COUNT} packets transmitted, ${PING_COUNT} packets received, 0% packet loss`),
  ),
};

export const DATA_CHECKS: readonly DataCheck[] = [
  BLOCK_CHECK,
  IDE_CHECK,
  {
    name: 'a 4 MiB file by 9p',
    endpoint: SHARE_ENDPOINT,
    bytes: SHARED_BYTES.length,
    verify: prints(
      `share-read ${SHARED_FILE}`,
      new RegExp(`^${md5(SHARED_BYTES)}  ${SHARED_FILE}  ${SHARED_BYTES.length}\n$`),
    ),
  },
  READ_AHEAD_CHECK,
  PING_CHECK,
  {
    name: 'a 1 MiB download by HTTP',
    endpoint: NET_ENDPOINT,
    bytes: DOWNLOAD_BYTES,
    verify: prints(
      `net-ping 1 >&2 && wget -q -O - http://${SERVER}/bytes/${DOWNLOAD_BYTES} | md5sum`,
      new RegExp(`\n${md5(streamBytes(DOWNLOAD_BYTES))}  -\n$`),
    ),
  },
];

/** The beginning of a disk, which takes a guest that was just booted a fifth of what the whole disk takes. */
function diskStart(name: string, endpoint: number, device: string): DataCheck {
  const bytes = MIB / 2;
  return {
    name: `the first ${bytes / 1024} KiB of a disk by ${name}`,
    endpoint,
    bytes,
    verify: prints(
      `head -c ${bytes} ${device} | md5sum`,
      new RegExp(`^${md5(disk.subarray(0, bytes))}  -\n$`),
    ),
  };
}

export const BLOCK_START_CHECK = diskStart('virtio-blk', BLOCK_ENDPOINT, '/dev/vda');

/** Whether a guest that was just booted, with all its code still to be translated, moves data. */
export const QUICK_CHECKS: readonly DataCheck[] = [
  BLOCK_START_CHECK,
  diskStart('IDE', IDE_ENDPOINT, '/dev/sda'),
  PING_CHECK,
];
