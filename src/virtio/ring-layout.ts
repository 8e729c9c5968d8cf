// Split virtqueue layout, in bytes from the start of each area (virtio 1.2, 2.7).
//
//   descriptor (16)        available ring (6 + 2n)      used ring (6 + 8n)
//   +0  le64 addr          +0     le16 flags            +0     le16 flags
//   +8  le32 len           +2     le16 idx              +2     le16 idx
//   +12 le16 flags         +4     le16 ring[n]          +4     {le32 id, le32 len} ring[n]
//   +14 le16 next          +4+2n  le16 used_event       +4+8n  le16 avail_event

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
