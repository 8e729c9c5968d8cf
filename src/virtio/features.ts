// Feature bits that belong to no device type (virtio 1.2, chapter 6), as masks.

export const VIRTIO_F_INDIRECT_DESC = 1n << 28n;
export const VIRTIO_F_EVENT_IDX = 1n << 29n;
export const VIRTIO_F_VERSION_1 = 1n << 32n;
/** The device's addresses go through the platform's translation, here the IOMMU (virtio 1.2, 6.1). */
export const VIRTIO_F_ACCESS_PLATFORM = 1n << 33n;

/** What the split ring here is able to do. */
export const SPLIT_RING_FEATURES = VIRTIO_F_INDIRECT_DESC | VIRTIO_F_EVENT_IDX;
