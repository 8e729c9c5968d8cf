// virtio-blk on the wire (virtio 1.2, 5.2): feature bits, configuration space, requests.
//
//   request: readable +0 le32 type, +4 le32 reserved, +8 le64 sector, +16 data to write
//            writable  data read, then u8 status as the last byte

export const VIRTIO_ID_BLOCK = 2;

export const VIRTIO_BLK_F_SIZE_MAX = 1n << 1n;
export const VIRTIO_BLK_F_SEG_MAX = 1n << 2n;
export const VIRTIO_BLK_F_BLK_SIZE = 1n << 6n;
export const VIRTIO_BLK_F_FLUSH = 1n << 9n;
export const VIRTIO_BLK_F_TOPOLOGY = 1n << 10n;

// Configuration space up to blk_size; the geometry at +16 stays 0, as its feature is not offered.
export const VIRTIO_BLK_CONFIG_CAPACITY = 0;
export const VIRTIO_BLK_CONFIG_SIZE_MAX = 8;
export const VIRTIO_BLK_CONFIG_SEG_MAX = 12;
export const VIRTIO_BLK_CONFIG_BLK_SIZE = 20;
export const VIRTIO_BLK_CONFIG_MIN_IO_SIZE = 26;
export const VIRTIO_BLK_CONFIG_OPT_IO_SIZE = 28;
export const VIRTIO_BLK_CONFIG_LENGTH = 32;

/** `capacity` and `sector` count these, whatever blk_size is. */
export const SECTOR_BYTES = 512;

export const VIRTIO_BLK_HEADER_SIZE = 16;
export const VIRTIO_BLK_HEADER_TYPE = 0;
export const VIRTIO_BLK_HEADER_SECTOR_LOW = 8;
export const VIRTIO_BLK_HEADER_SECTOR_HIGH = 12;

export const VIRTIO_BLK_T_IN = 0;
export const VIRTIO_BLK_T_OUT = 1;
export const VIRTIO_BLK_T_FLUSH = 4;
export const VIRTIO_BLK_T_GET_ID = 8;

export const VIRTIO_BLK_S_OK = 0;
export const VIRTIO_BLK_S_IOERR = 1;
export const VIRTIO_BLK_S_UNSUPP = 2;
export const VIRTIO_BLK_STATUS_SIZE = 1;

/** GET_ID answers this many bytes, padded with zeros. */
export const VIRTIO_BLK_ID_BYTES = 20;
