// A filter before v86's 9p server (9P2000.L): it serves files to read, and only to messages that make sense.
//
// v86's server trusts its client: an unknown fid is an exception in an async function, which ends a Node process, and
// whatever is written grows the host's memory. Here every message is looked at first; what is refused is answered
// with an error number of Linux, as the protocol wants (Rlerror).

import type { V86BufferChain, V86Cpu, V86Share, V86Virtio, V86Virtqueue } from './v86-internals.ts';

/** Where v86's 9p device is notified. */
const NOTIFY_PORT = 0xa900;

// Message types of 9P2000.L (Linux, include/net/9p/9p.h, enum p9_msg_t).
const RLERROR = 7;
const TSTATFS = 8;
const TLOPEN = 12;
const TREADLINK = 22;
const TGETATTR = 24;
const TXATTRWALK = 30;
const TREADDIR = 40;
const TFSYNC = 50;
const TVERSION = 100;
const TATTACH = 104;
const TFLUSH = 108;
const TWALK = 110;
const TREAD = 116;
const TCLUNK = 120;

/** Types that would change a file or a directory: symlink to write and remove. */
const TYPES_OF_WRITERS = new Set([14, 16, 18, 20, 26, 32, 70, 72, 74, 76, 118, 122]);

// Errors of Linux (include/uapi/asm-generic/errno-base.h).
const EIO = 5;
const EBADF = 9;
const ENOTDIR = 20;
const EINVAL = 22;
const EMFILE = 24;
const EROFS = 30;
const EOPNOTSUPP = 95;

// File types in a mode (include/uapi/linux/stat.h).
const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;

// Open flags (include/uapi/asm-generic/fcntl.h): the access mode, and truncation.
const O_ACCMODE = 0x3;
const O_TRUNC = 0x200;

// Offsets: header {size u32, type u8, tag u16}, then the fields.
const TYPE = 4;
const TAG = 5;
const FIRST_FIELD = 7;
const SECOND_FIELD = 11;
const WALK_COUNT = 15;
const HEADER_LENGTH = 7;
const RLERROR_LENGTH = 11;

/** Names of one walk (9P2000, walk(5): MAXWELEM). */
const MAX_WALK = 16;
/** What v86 puts in place of an inode, and of a type, when a fid is closed. */
const CLOSED = -1;
/** Fids of the share: Linux numbers them from 0 and holds one for each file it knows. */
const MAX_FID = 0x4000;
/** Message sizes that can be agreed on: a page, and what a chain may hold. */
const MIN_MESSAGE = 4096;
const MAX_MESSAGE = 1 << 20;

/** VIRTIO_RING_F_INDIRECT_DESC (28) is in the first feature word. */
const INDIRECT_DESC_BIT = 1 << 28;
/** Two of Linux's largest requests. */
const QUEUE_SIZE = 256;

/** The version of every file, whose content stays what it is (9P2000, intro(5): qid.vers). */
/** What every file of the share has: see `versionShare`. */
export const FINAL_VERSION = 1;

/** What a message must be like for v86 to have it; a type without a rule never gets there. */
interface Rule {
  /** Bytes that v86 reads without looking for the message's end. */
  readonly least: number;
  /** Whether the first field is the fid of an object that must exist. */
  readonly takesFid: boolean;
  /** The error of a message that is long enough and has its fid, or 0. */
  readonly judge?: (message: DataView, share: V86Share) => number;
}

const first = (message: DataView): number => message.getUint32(FIRST_FIELD, true);
const second = (message: DataView): number => message.getUint32(SECOND_FIELD, true);
const inodeOf = (message: DataView, share: V86Share): number =>
  share.fids[first(message)]?.inodeid ?? CLOSED;

function judgeVersion(message: DataView): number {
  return first(message) < MIN_MESSAGE || first(message) > MAX_MESSAGE ? EINVAL : 0;
}

function judgeWalk(message: DataView): number {
  if (second(message) >= MAX_FID) return EMFILE;
  return message.getUint16(WALK_COUNT, true) > MAX_WALK ? EINVAL : 0;
}

/** v86 would look for directory entries in a file's content, perhaps for ever. */
function judgeReaddir(message: DataView, share: V86Share): number {
  const { mode } = share.fs.GetInode(inodeOf(message, share));
  return (mode & S_IFMT) === S_IFDIR ? 0 : ENOTDIR;
}

const RULES: ReadonlyMap<number, Rule> = new Map<number, Rule>([
  [TVERSION, { least: 13, takesFid: false, judge: judgeVersion }],
  [
    TATTACH,
    { least: 23, takesFid: false, judge: (message) => (first(message) < MAX_FID ? 0 : EMFILE) },
  ],
  [TFLUSH, { least: 9, takesFid: false }],
  [TWALK, { least: 17, takesFid: true, judge: judgeWalk }],
  [
    TLOPEN,
    {
      least: 15,
      takesFid: true,
      judge: (message) => ((second(message) & (O_ACCMODE | O_TRUNC)) === 0 ? 0 : EROFS),
    },
  ],
  [TREAD, { least: 23, takesFid: true }],
  [TREADDIR, { least: 23, takesFid: true, judge: judgeReaddir }],
  [TGETATTR, { least: 19, takesFid: true }],
  [TREADLINK, { least: 11, takesFid: true }],
  [TFSYNC, { least: 11, takesFid: true }],
  [TSTATFS, { least: 11, takesFid: true }],
  [TXATTRWALK, { least: 17, takesFid: true }],
  [TCLUNK, { least: 11, takesFid: false }],
]);

/** The error that a message deserves, or 0 when v86 may have it. */
function judge(message: DataView, share: V86Share): number {
  if (message.byteLength < HEADER_LENGTH) return EINVAL;
  const type = message.getUint8(TYPE);
  const rule = RULES.get(type);
  if (rule === undefined) return TYPES_OF_WRITERS.has(type) ? EROFS : EOPNOTSUPP;
  if (message.byteLength < rule.least) return EINVAL;
  if (rule.takesFid && inodeOf(message, share) === CLOSED) return EBADF;
  return rule.judge?.(message, share) ?? 0;
}

/** v86's table of fids becomes null where it has holes when a snapshot is taken: here it gets none. */
function fillFids(message: DataView, fids: V86Share['fids']): void {
  const type = message.getUint8(TYPE);
  if (type !== TATTACH && type !== TWALK) return;
  const fid = message.getUint32(type === TATTACH ? FIRST_FIELD : SECOND_FIELD, true);
  while (fids.length < fid) fids.push({ inodeid: CLOSED, type: CLOSED, uid: 0, dbg_name: '' });
}

function errorReply(tag: number, error: number): Uint8Array {
  const reply = new Uint8Array(RLERROR_LENGTH);
  const view = new DataView(reply.buffer);
  view.setUint32(0, RLERROR_LENGTH, true);
  view.setUint8(TYPE, RLERROR);
  view.setUint16(TAG, tag, true);
  view.setUint32(FIRST_FIELD, error, true);
  return reply;
}

/** Answers one request. `queue` is guarded: its methods do not throw, and take a chain back once. */
async function serve(share: V86Share, queue: V86Virtqueue, chain: V86BufferChain): Promise<void> {
  const bytes = new Uint8Array(chain.length_readable);
  chain.get_next_blob(bytes);
  const message = new DataView(bytes.buffer);
  const refuse = (error: number): void => {
    const tag = bytes.length < HEADER_LENGTH ? 0xffff : message.getUint16(TAG, true);
    chain.set_next_blob(errorReply(tag, error));
    queue.push_reply(chain);
    queue.flush_replies();
  };
  // v86 gets the bytes that were judged; the guest may have changed its memory since.
  chain.get_next_blob = (target) => {
    target.set(bytes.subarray(0, target.length));
    return Math.min(bytes.length, target.length);
  };
  try {
    const error = judge(message, share);
    if (error !== 0) {
      refuse(error);
      return;
    }
    fillFids(message, share.fids);
    await share.ReceiveRequest(chain);
  } catch {
    refuse(EIO);
  }
}

/**
 * Gives all that is in the share a version. Call when the files are there: they do not change any more. Linux takes
 * version 0 for a file that must not be cached, as v86 has it: whatever the mount says, it then reads one page in a
 * request, not what the read-ahead asks for (fs/9p/fid.h, v9fs_fid_add_modes).
 */
export function versionShare(cpu: V86Cpu): void {
  for (const { qid } of cpu.devices.virtio_9p.fs.inodes) qid.version = FINAL_VERSION;
}

/** Makes all that is in the share as old as this date, in milliseconds since 1970. */
export function settleShare(cpu: V86Cpu, dateMs: number): void {
  const seconds = Math.floor(dateMs / 1000);
  for (const inode of cpu.devices.virtio_9p.fs.inodes) {
    inode.atime = seconds;
    inode.ctime = seconds;
    inode.mtime = seconds;
  }
}

/**
 * Makes room for a message of Linux in the ring itself (net/9p/trans_virtio.c: VIRTQUEUE_NUM, 128 descriptors), and
 * offers no indirect tables: each would be one more buffer to map and unmap for a request.
 */
function spareIndirectTables({ device_feature, driver_feature, queues }: V86Virtio): void {
  for (const features of [device_feature, driver_feature]) {
    features[0] = (features[0] ?? 0) & ~INDIRECT_DESC_BIT;
  }
  for (const queue of queues) {
    queue.size_supported = QUEUE_SIZE;
    queue.set_size(QUEUE_SIZE);
  }
}

/** Requests that are being served. */
export interface ShareWork {
  readonly isPending: boolean;
  /** Called when the last of them has been answered. */
  onIdle: () => void;
}

/** Takes over the notification of the share's queue. Call before the device is put behind its guards. */
export function guardShare(cpu: V86Cpu): ShareWork {
  const share = cpu.devices.virtio_9p;
  const port = cpu.io.ports[NOTIFY_PORT];
  if (port?.device !== share.virtio) throw new Error('v86 has moved the ports of its 9p device');
  spareIndirectTables(share.virtio);
  let pending = 0;
  const work: ShareWork = {
    get isPending() {
      return pending > 0;
    },
    onIdle: () => undefined,
  };
  port.write16 = () => {
    const [queue] = share.virtio.queues;
    if (queue === undefined) return;
    while (queue.has_request()) {
      pending += 1;
      void serve(share, queue, queue.pop_request()).finally(() => {
        pending -= 1;
        if (pending === 0) work.onIdle();
      });
    }
    queue.notify_me_after(0);
  };
  return work;
}
