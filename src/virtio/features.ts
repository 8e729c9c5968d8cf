// Feature bits that belong to no device type (virtio 1.2, chapter 6), as masks.

export const VIRTIO_F_INDIRECT_DESC = 1n << 28n;
export const VIRTIO_F_EVENT_IDX = 1n << 29n;
export const VIRTIO_F_VERSION_1 = 1n << 32n;
/** The device's addresses go through the platform's translation, here the IOMMU (virtio 1.2, 6.1). */
export const VIRTIO_F_ACCESS_PLATFORM = 1n << 33n;

/** Rings of the packed format instead of the split one (virtio 1.2, 2.8). */
export const VIRTIO_F_RING_PACKED = 1n << 34n;
/** The device returns buffers in the order in which they were made available. */
export const VIRTIO_F_IN_ORDER = 1n << 35n;
/** QueueNotify tells how far the driver has come, too. */
export const VIRTIO_F_NOTIFICATION_DATA = 1n << 38n;
/** One queue can be reset alone (virtio 1.2, 2.6.1). */
export const VIRTIO_F_RING_RESET = 1n << 40n;

/** What every queue and this transport are able to do, whatever the device. */
export const RING_FEATURES =
  VIRTIO_F_INDIRECT_DESC | VIRTIO_F_EVENT_IDX | VIRTIO_F_NOTIFICATION_DATA | VIRTIO_F_RING_RESET;

/** Bits that are not a device type's to offer (virtio 1.4, 2.2): 24 to 40, 43 to 49. */
export const RESERVED_FEATURES = 0x3_f9ff_ff00_0000n;
