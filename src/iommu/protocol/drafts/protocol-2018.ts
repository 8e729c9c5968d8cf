// Byte layouts of the draft v0.9 (2018) where they differ from the released ones (`protocol.ts`).
//
// Source: Linux's change of July 2019 from "Virtio-iommu definition v0.9" to v0.12, which shows both. What it leaves
// alone (requests, MAP's fields, RESV_MEM, the fault report) is as released. IDENTITY is in the header "v0.9-devel"
// only, in the bytes of RESV_MEM_IDENTITY_SIZE; the DETACH without a domain of that header is not v0.9's, nor ours.
// The configuration space is that of v0.5 (`protocol-2017.ts`), and so is the lack of VIRTIO_IOMMU_S_NOMEM.

// ATTACH: head | le32 domain | le32 endpoint | u8 reserved[8]                                      = 20
// reserved[8] stands where virtio 1.2 has flags and reserved[4]

/** MAP's flags are READ 1, WRITE 2, EXEC 4 and this. No feature bit goes with it. */
export const VIRTIO_IOMMU_MAP_F_MMIO = 8;
