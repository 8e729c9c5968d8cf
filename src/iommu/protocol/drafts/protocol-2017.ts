// Byte layouts of the drafts of 2017, v0.4 and v0.5, where they differ from the released ones (`protocol.ts`).
//
// Sources: the BSD-licensed headers "Virtio-iommu definition v0.4" and "v0.5" of Linux and QEMU, Linux's drivers for
// both, the text of the first RFC, and Jean-Philippe Brucker's mail of August 2017 about what v0.5 would change.
// v0.4 says `address_space` and `device` where v0.5 says `domain` and `endpoint`; the bytes are the same. Head and
// tail, type and status numbers are those of virtio 1.2, but there is no VIRTIO_IOMMU_S_NOMEM. All is packed.

/** Called VIRTIO_IOMMU_F_IOASID_BITS in v0.4; the bit that is VIRTIO_IOMMU_F_DOMAIN_RANGE since v0.12. */
export const VIRTIO_IOMMU_F_DOMAIN_BITS = 1n << 1n;

// Configuration space
//
//   0x00 le64 page_size_mask
//   0x08 le64 input_range.start     0x10 le64 input_range.end
//   0x18 u8 domain_bits (v0.4: ioasid_bits)                           = 0x19, v0.4 without PROBE
//   0x19 u8 padding[3] | 0x1c le32 probe_size                         = 0x20
//
// v0.4's header ends at ioasid_bits and knows no PROBE; that of its later driver, which reads probe_size, was not
// found. It is taken to have had v0.5's place.
export const CONFIG_DOMAIN_BITS = 0x18;
export const CONFIG_LENGTH_WITHOUT_PROBE = 0x19;
export const CONFIG_PROBE_SIZE = 0x1c;
export const CONFIG_LENGTH = 0x20;

// ATTACH: head | le32 domain | le32 endpoint | le32 reserved                                       = 16
export const ATTACH_DOMAIN = 4;
export const ATTACH_ENDPOINT = 8;
export const ATTACH_RESERVED = 12;
export const ATTACH_SIZE = 16;

// DETACH: head | le32 endpoint | le32 reserved                                                     = 12
export const DETACH_ENDPOINT = 4;
export const DETACH_RESERVED = 8;
export const DETACH_SIZE = 12;

// MAP: head | le32 domain | le64 virt_addr | le64 phys_addr | le64 size | le32 flags               = 36
export const MAP_DOMAIN = 4;
export const MAP_VIRT_ADDR = 8;
export const MAP_PHYS_ADDR = 16;
export const MAP_SIZE_FIELD = 24;
export const MAP_FLAGS = 32;
export const MAP_SIZE = 36;
/** Instruction fetches; in all drafts, in no released version. */
export const VIRTIO_IOMMU_MAP_F_EXEC = 4;

// UNMAP: head | le32 domain | le64 virt_addr | le64 size | le32 reserved                           = 28
export const UNMAP_DOMAIN = 4;
export const UNMAP_VIRT_ADDR = 8;
export const UNMAP_SIZE_FIELD = 16;
export const UNMAP_RESERVED = 24;
export const UNMAP_SIZE = 28;

// PROBE: as released. The length of v0.4's reserved bytes was not found and is taken to be v0.5's 64.

// RESV_MEM
//
//   0 property header | 4 u8 subtype | 5 u8 reserved[3] | 8 le64 addr | 16 le64 size               = 24, v0.5
//   24 le32 flags                                                                                  = 28, v0.4
//   28 le32 padding                                                                                = 32, see below
//
// The order of v0.4's fields is that of their names in QEMU's trace; its header was not found, nor the numbers of its
// subtypes ABORT and BYPASS and of its flag F_MSI. Its property is filled in with what the mail of August 2017 wants:
// subtypes RESERVED 0, MSI 1 and IDENTITY, and flags for IDENTITY only. v0.5's header has no IDENTITY; here it has the
// flags and the padding that the header of v0.9 adds for it, behind v0.5's addr and size.
export const RESV_MEM_ADDR = 8;
export const RESV_MEM_SIZE_FIELD = 16;
export const RESV_MEM_SIZE = 24;
export const RESV_MEM_FLAGS = 24;
export const RESV_MEM_SIZE_WITH_FLAGS = 28;
export const RESV_MEM_IDENTITY_SIZE = 32;

// Fault report of v0.5; v0.4 has no event queue
//
//   0 u8 reason | 1 u8 padding[3] | 4 le32 flags | 8 le32 endpoint | 12 le64 address               = 20
export const FAULT_ADDRESS = 12;
export const FAULT_SIZE = 20;
