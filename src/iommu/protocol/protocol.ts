// Every number of the virtio-iommu wire protocol (virtio 1.2, 5.13), in the spelling of specification and Linux header.
// All fields are little-endian; ranges are inclusive; offsets and sizes are bytes.

export const VIRTIO_ID_IOMMU = 23;

// Virtqueues (5.13.2)
export const VIRTIO_IOMMU_REQUEST_VQ = 0;
export const VIRTIO_IOMMU_EVENT_VQ = 1;

// Feature bits (5.13.3)
export const VIRTIO_IOMMU_F_INPUT_RANGE = 1n << 0n;
export const VIRTIO_IOMMU_F_DOMAIN_RANGE = 1n << 1n;
export const VIRTIO_IOMMU_F_MAP_UNMAP = 1n << 2n;
export const VIRTIO_IOMMU_F_BYPASS = 1n << 3n;
export const VIRTIO_IOMMU_F_PROBE = 1n << 4n;
export const VIRTIO_IOMMU_F_MMIO = 1n << 5n;
export const VIRTIO_IOMMU_F_BYPASS_CONFIG = 1n << 6n;

// Configuration space (5.13.4)
//
//   0x00 le64 page_size_mask
//   0x08 le64 input_range.start     0x10 le64 input_range.end
//   0x18 le32 domain_range.start    0x1c le32 domain_range.end
//   0x20 le32 probe_size
//   0x24 u8 bypass | u8 reserved[3]                                    = 0x28
export const CONFIG_PAGE_SIZE_MASK = 0x00;
export const CONFIG_INPUT_START = 0x08;
export const CONFIG_INPUT_END = 0x10;
export const CONFIG_DOMAIN_START = 0x18;
export const CONFIG_DOMAIN_END = 0x1c;
export const CONFIG_PROBE_SIZE = 0x20;
export const CONFIG_BYPASS = 0x24;
export const CONFIG_LENGTH = 0x28;

// Request types (5.13.6)
export const VIRTIO_IOMMU_T_ATTACH = 1;
export const VIRTIO_IOMMU_T_DETACH = 2;
export const VIRTIO_IOMMU_T_MAP = 3;
export const VIRTIO_IOMMU_T_UNMAP = 4;
export const VIRTIO_IOMMU_T_PROBE = 5;

// Status of a request (5.13.6)
export const VIRTIO_IOMMU_S_OK = 0;
export const VIRTIO_IOMMU_S_IOERR = 1;
export const VIRTIO_IOMMU_S_UNSUPP = 2;
export const VIRTIO_IOMMU_S_DEVERR = 3;
export const VIRTIO_IOMMU_S_INVAL = 4;
export const VIRTIO_IOMMU_S_RANGE = 5;
export const VIRTIO_IOMMU_S_NOENT = 6;
export const VIRTIO_IOMMU_S_FAULT = 7;
export const VIRTIO_IOMMU_S_NOMEM = 8;

// Head { u8 type; u8 reserved[3] } opens the device-readable part; tail { u8 status; u8 reserved[3] } is the
// device-writable part, or its last field (PROBE).
export const HEAD_TYPE = 0;
export const HEAD_RESERVED = 1;
export const HEAD_SIZE = 4;
export const TAIL_STATUS = 0;
export const TAIL_RESERVED = 1;
export const TAIL_SIZE = 4;

// ATTACH (5.13.6.3): head | le32 domain | le32 endpoint | le32 flags | u8 reserved[4]     = 20
export const ATTACH_DOMAIN = 4;
export const ATTACH_ENDPOINT = 8;
export const ATTACH_FLAGS = 12;
export const ATTACH_RESERVED = 16;
export const ATTACH_SIZE = 20;
export const VIRTIO_IOMMU_ATTACH_F_BYPASS = 1;

// DETACH (5.13.6.4): head | le32 domain | le32 endpoint | u8 reserved[8]                  = 20
export const DETACH_DOMAIN = 4;
export const DETACH_ENDPOINT = 8;
export const DETACH_RESERVED = 12;
export const DETACH_SIZE = 20;

// MAP (5.13.6.5): head | le32 domain | le64 virt_start | le64 virt_end | le64 phys_start | le32 flags   = 36
export const MAP_DOMAIN = 4;
export const MAP_VIRT_START = 8;
export const MAP_VIRT_END = 16;
export const MAP_PHYS_START = 24;
export const MAP_FLAGS = 32;
export const MAP_SIZE = 36;
export const VIRTIO_IOMMU_MAP_F_READ = 1;
export const VIRTIO_IOMMU_MAP_F_WRITE = 2;
export const VIRTIO_IOMMU_MAP_F_MMIO = 4;

// UNMAP (5.13.6.6): head | le32 domain | le64 virt_start | le64 virt_end | u8 reserved[4]  = 28
export const UNMAP_DOMAIN = 4;
export const UNMAP_VIRT_START = 8;
export const UNMAP_VIRT_END = 16;
export const UNMAP_RESERVED = 24;
export const UNMAP_SIZE = 28;

// PROBE (5.13.6.7): head | le32 endpoint | u8 reserved[64]                                = 72
// writable: u8 properties[probe_size] | tail
export const PROBE_ENDPOINT = 4;
export const PROBE_RESERVED = 8;
export const PROBE_SIZE = 72;

// Property (5.13.6.7): le16 type:12, reserved:4 | le16 length, which excludes these four bytes
export const PROPERTY_TYPE = 0;
export const PROPERTY_LENGTH = 2;
export const PROPERTY_HEADER_SIZE = 4;
export const VIRTIO_IOMMU_PROBE_T_NONE = 0;
export const VIRTIO_IOMMU_PROBE_T_RESV_MEM = 1;

// RESV_MEM (5.13.6.8): property header | u8 subtype | u8 reserved[3] | le64 start | le64 end    = 24
export const RESV_MEM_SUBTYPE = 4;
export const RESV_MEM_RESERVED = 5;
export const RESV_MEM_START = 8;
export const RESV_MEM_END = 16;
export const RESV_MEM_SIZE = 24;
export const VIRTIO_IOMMU_RESV_MEM_T_RESERVED = 0;
export const VIRTIO_IOMMU_RESV_MEM_T_MSI = 1;

// IDENTITY of the drafts after v0.5 (in no released version): RESV_MEM | le32 flags | le32 padding    = 32
export const VIRTIO_IOMMU_RESV_MEM_T_IDENTITY = 2;
export const RESV_MEM_FLAGS = 24;
export const RESV_MEM_PADDING = 28;
export const RESV_MEM_IDENTITY_SIZE = 32;

// Fault report (5.13.6.9)
//
//   0 u8 reason | 1 u8 reserved[3] | 4 le32 flags | 8 le32 endpoint | 12 le32 reserved1 | 16 le64 address   = 24
export const FAULT_REASON = 0;
export const FAULT_RESERVED = 1;
export const FAULT_FLAGS = 4;
export const FAULT_ENDPOINT = 8;
export const FAULT_RESERVED1 = 12;
export const FAULT_ADDRESS = 16;
export const FAULT_SIZE = 24;
export const VIRTIO_IOMMU_FAULT_R_DOMAIN = 1;
export const VIRTIO_IOMMU_FAULT_R_MAPPING = 2;
export const VIRTIO_IOMMU_FAULT_F_READ = 1;
export const VIRTIO_IOMMU_FAULT_F_WRITE = 2;
export const VIRTIO_IOMMU_FAULT_F_ADDRESS = 0x100;
