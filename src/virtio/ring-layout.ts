// Layout of both kinds of virtqueue, in bytes from the start of each area (split: virtio 1.2, 2.7; packed: 2.8).
//
// Split
//
//   descriptor (16)        available ring (6 + 2n)      used ring (6 + 8n)
//   +0  le64 addr          +0     le16 flags            +0     le16 flags
//   +8  le32 len           +2     le16 idx              +2     le16 idx
//   +12 le16 flags         +4     le16 ring[n]          +4     {le32 id, le32 len} ring[n]
//   +14 le16 next          +4+2n  le16 used_event       +4+8n  le16 avail_event
//
// Packed: one ring that both sides write, and one event suppression structure of each side
//
//   descriptor (16)        event suppression (4)
//   +0  le64 addr          +0     le16 desc: off 15 bits, wrap 1 bit
//   +8  le32 len           +2     le16 flags: 2 bits
//   +12 le16 id
//   +14 le16 flags

export const VIRTQ_DESC_SIZE = 16;
export const VIRTQ_DESC_ADDR_LOW = 0;
export const VIRTQ_DESC_ADDR_HIGH = 4;
export const VIRTQ_DESC_LEN = 8;
export const VIRTQ_DESC_FLAGS = 12;
export const VIRTQ_DESC_NEXT = 14;

export const VIRTQ_DESC_F_NEXT = 1;
export const VIRTQ_DESC_F_WRITE = 2;
export const VIRTQ_DESC_F_INDIRECT = 4;

export const VIRTQ_AVAIL_FLAGS = 0;
export const VIRTQ_AVAIL_IDX = 2;
export const VIRTQ_AVAIL_RING = 4;
export const VIRTQ_AVAIL_ENTRY_SIZE = 2;
export const VIRTQ_AVAIL_F_NO_INTERRUPT = 1;

export const VIRTQ_USED_FLAGS = 0;
export const VIRTQ_USED_IDX = 2;
export const VIRTQ_USED_RING = 4;
export const VIRTQ_USED_ENTRY_SIZE = 8;
export const VIRTQ_USED_ENTRY_ID = 0;
export const VIRTQ_USED_ENTRY_LEN = 4;

/** Alignment of each area in bytes (virtio 1.2, 2.7). */
export const VIRTQ_DESC_ALIGN = 16;
export const VIRTQ_AVAIL_ALIGN = 2;
export const VIRTQ_USED_ALIGN = 4;

/** Highest queue size (virtio 1.2, 2.7). */
export const VIRTQ_MAX_SIZE = 32768;

/** Bytes of the descriptor table of a queue of `size`. */
export function descriptorTableLength(size: number): number {
  return size * VIRTQ_DESC_SIZE;
}

/** Where `used_event` stands in the available ring, which ends right behind it. */
export function usedEventOffset(size: number): number {
  return VIRTQ_AVAIL_RING + size * VIRTQ_AVAIL_ENTRY_SIZE;
}

/** Where `avail_event` stands in the used ring, which ends right behind it. */
export function availEventOffset(size: number): number {
  return VIRTQ_USED_RING + size * VIRTQ_USED_ENTRY_SIZE;
}

/** Bytes of the available ring, `used_event` included. */
export function availRingLength(size: number): number {
  return usedEventOffset(size) + 2;
}

/** Bytes of the used ring, `avail_event` included. */
export function usedRingLength(size: number): number {
  return availEventOffset(size) + 2;
}

// Packed. Address and length of a descriptor stand where a split ring has them, and so do the three flags above.
export const PVIRTQ_DESC_ID = 12;
export const PVIRTQ_DESC_FLAGS = 14;

/** Equal to the driver's wrap counter in an available descriptor, to the device's in a used one. */
export const VIRTQ_DESC_F_AVAIL = 1 << 7;
/** Unlike the driver's wrap counter in an available descriptor, equal to the device's in a used one. */
export const VIRTQ_DESC_F_USED = 1 << 15;

export const PVIRTQ_EVENT_DESC = 0;
export const PVIRTQ_EVENT_FLAGS = 2;
export const PVIRTQ_EVENT_SIZE = 4;
export const PVIRTQ_EVENT_ALIGN = 4;
export const PVIRTQ_EVENT_FLAGS_MASK = 3;
export const RING_EVENT_FLAGS_ENABLE = 0;
export const RING_EVENT_FLAGS_DISABLE = 1;
/** Only with VIRTIO_F_EVENT_IDX. */
export const RING_EVENT_FLAGS_DESC = 2;

const WRAP_BIT = 15;
const OFFSET_MASK = (1 << WRAP_BIT) - 1;

/**
 * Where a new packed queue starts: descriptor 0, wrap counter 1. A position in a packed ring is what `desc` of an event
 * suppression structure holds: the descriptor's index in 15 bits, and the wrap counter.
 */
export const PACKED_START = 1 << WRAP_BIT;

/** Index of the descriptor at a position. */
export function packedIndex(position: number): number {
  return position & OFFSET_MASK;
}

/** Wrap counter at a position, 0 or 1. */
export function packedWrap(position: number): number {
  return position >>> WRAP_BIT;
}

/** The position `count` descriptors on, at most `size` of them, in a ring of `size`. */
export function packedAdvance(position: number, count: number, size: number): number {
  const index = packedIndex(position) + count;
  if (index < size) return position + count;
  return (index - size) | ((packedWrap(position) ^ 1) << WRAP_BIT);
}

/** Descriptors from one position forward to another, 0 to 2 * `size` - 1: the ring counts as one of twice its size. */
export function packedDistance(from: number, to: number, size: number): number {
  const unrolled = (position: number): number =>
    packedIndex(position) + (packedWrap(position) === 1 ? 0 : size);
  const span = 2 * size;
  return (((unrolled(to) - unrolled(from)) % span) + span) % span;
}

/** AVAIL and USED of a descriptor that the driver makes available at this wrap counter. */
export function availableFlags(wrap: number): number {
  return wrap === 1 ? VIRTQ_DESC_F_AVAIL : VIRTQ_DESC_F_USED;
}

/** AVAIL and USED of a descriptor that the device uses at this wrap counter. */
export function usedFlags(wrap: number): number {
  return wrap === 1 ? VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED : 0;
}

/** Whether a descriptor with these flags is available to a device that stands at this wrap counter. */
export function isAvailable(flags: number, wrap: number): boolean {
  return (flags & (VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED)) === availableFlags(wrap);
}

/** Whether a descriptor with these flags is used, seen by a driver that stands at this wrap counter. */
export function isUsed(flags: number, wrap: number): boolean {
  return (flags & (VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED)) === usedFlags(wrap);
}
