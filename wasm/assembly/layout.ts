// The mapping store's linear memory, shared by AssemblyScript and src/iommu/wasm-store.ts: plain integer constants only.
//
//   0                  header: state of the store, arguments and answers that are not segments
//   SEGMENTS_OFFSET    the latest translation, MAX_SEGMENTS segments of SEGMENT_WORDS u32
//   LIST_OFFSET        the latest listing, LIST_CAPACITY mappings of LIST_ENTRY_WORDS u32
//   DOMAINS_OFFSET     one record for each domain slot
//   (the host decides) nodes of NODE_SIZE, from a multiple of NODE_SIZE on, to the end of memory
//
// The host sizes the memory for its caps once; it never grows. Address 0 stands for "no node".

// Header
//
//   8 u32 mappings in all domains | 12 u32 their cap | 16 u32 free nodes | 20 u32 first node never used
//   24 u32 free slots | 28 u32 first slot never used | 32 u32 cap of slots
//   40 u32 stop low | 44 u32 stop high
export const HEADER_MAPPINGS = 8;
export const HEADER_MAX_MAPPINGS = 12;
export const HEADER_FREE_NODE = 16;
export const HEADER_FRESH_NODE = 20;
export const HEADER_FREE_SLOT = 24;
export const HEADER_FRESH_SLOT = 28;
export const HEADER_MAX_SLOTS = 32;
export const HEADER_STOP_LOW = 40;
export const HEADER_STOP_HIGH = 44;

// Segment: u32 address low | u32 address high | u32 length
export const SEGMENTS_OFFSET = 64;
export const MAX_SEGMENTS = 1024;
export const SEGMENT_WORDS = 3;

// Listed mapping: u32 virt_start low, high | virt_end low, high | phys_start low, high | flags
export const LIST_OFFSET = 12352; // SEGMENTS_OFFSET + MAX_SEGMENTS * SEGMENT_WORDS * 4
export const LIST_CAPACITY = 128;
export const LIST_ENTRY_WORDS = 7;

// Domain slot: u32 root node | u32 height (0: the root is a leaf) | u32 mappings | u32 next free slot | u64 bytes
export const DOMAINS_OFFSET = 15936; // LIST_OFFSET + LIST_CAPACITY * LIST_ENTRY_WORDS * 4
export const DOMAIN_SIZE = 24;
export const DOMAIN_ROOT = 0;
export const DOMAIN_HEIGHT = 4;
export const DOMAIN_MAPPINGS = 8;
export const DOMAIN_NEXT_FREE = 12;
export const DOMAIN_BYTES = 16;

// Node of a B+ tree, keyed by virt_start. Every node but a root is at least half full.
//
//   leaf   0 u32 count | 4 u32 next leaf | 8 u32 previous leaf | 12 -
//          16 u64 virt_start[16] | 144 u64 virt_end[16] | 272 u64 phys_start[16] | 400 u32 flags[16]    = 464
//   inner  0 u32 keys  | 4 - | 8 - | 12 -
//          16 u64 key[40] | 336 u32 child[41]                                                            = 500
//
// key[i] parts child[i] (every virt_start below it) from child[i + 1] (none below it).
export const NODE_SIZE = 512;
export const NODE_COUNT = 0;
export const NODE_NEXT = 4;
export const NODE_PREVIOUS = 8;
export const NODE_KEYS = 16;
export const LEAF_CAPACITY = 16;
export const LEAF_MINIMUM = 8;
export const LEAF_ENDS = 144;
export const LEAF_PHYS = 272;
export const LEAF_FLAGS = 400;
export const INNER_CAPACITY = 40;
export const INNER_MINIMUM = 20;
export const INNER_CHILDREN = 336;

// Bit of a mapping's flags for memory-mapped I/O: VIRTIO_IOMMU_MAP_F_MMIO
export const MAPPING_MMIO = 4;

// Answers that are not counts
export const INSERT_DONE = 0;
export const INSERT_OVERLAP = 1;
export const INSERT_FULL = 2;
export const REMOVE_WOULD_SPLIT = -1;
export const TRANSLATE_STOPPED = -1;
export const TRANSLATE_OUT_OF_ROOM = -2;
export const NO_SLOT = -1;
