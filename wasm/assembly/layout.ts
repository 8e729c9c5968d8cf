// Layout of the engine's linear memory and of its answers, in bytes; little-endian. Read by both languages.
//
//   0          zeros      what an absent pointer leads to, so that lookups need no test for it
//   512        header
//   640        buffers    to be translated in batches
//   17024      segments   answer of the latest translation
//   33408      list       answer of the latest `list`
//   36992      endpoints  one record each
//   HEADER_SETS           sets: domains, and windows of reserved regions
//   HEADER_COUNTS         one byte for every BLOCK_SIZE of memory: entries in use, if that is a table or leaf
//   HEADER_MARKS          one bit for every BLOCK_SIZE of memory and every set, for `audit` only
//   HEADER_FIRST_BLOCK    blocks of BLOCK_SIZE: nodes of trees, page tables
//
// What was never in use stands from HEADER_FRESH_BLOCK on. All before is the engine's whole state.

export const BLOCK_SIZE = 512;
export const BLOCK_SHIFT = 9;

// Header
export const HEADER_START = 512;
export const HEADER_MAPPINGS = 512;
export const HEADER_MAX_MAPPINGS = 516;
export const HEADER_FREE_BLOCK = 520;
export const HEADER_FREE_BLOCKS = 524;
export const HEADER_FRESH_BLOCK = 528;
export const HEADER_BLOCKS_END = 532;
/** Blocks that are kept for windows, and those of them in use. */
export const HEADER_WINDOW_RESERVE = 536;
export const HEADER_WINDOW_BLOCKS = 540;
/**
 * Page tables: blocks in use, mappings in them, and how many blocks they may have beyond those that pay for themselves.
 */
export const HEADER_TABLE_BLOCKS = 544;
export const HEADER_TABLE_MAPPINGS = 548;
export const HEADER_TABLE_SLACK = 552;
export const HEADER_SETS = 556;
export const HEADER_MAX_SETS = 560;
export const HEADER_FREE_SET = 564;
export const HEADER_FRESH_SET = 568;
export const HEADER_COUNTS = 588;
/** Whether endpoints without a domain are in bypass mode: 0 or 1. */
export const HEADER_BYPASS = 572;
/** Where the latest translation stopped, and why: a REASON_*. */
export const HEADER_STOP_LOW = 576;
export const HEADER_STOP_HIGH = 580;
export const HEADER_REASON = 584;
/** ENGINE_FORMAT; another number when this layout changes. */
export const HEADER_FORMAT = 592;
export const ENGINE_FORMAT = 0x3145_4956; // "VIE1"
export const HEADER_FIRST_BLOCK = 596;
export const HEADER_MARKS = 600;
export const HEADER_ENDPOINTS = 604;
export const HEADER_MAX_ENDPOINTS = 608;

// Buffer of a batch, and segment: u32 address low | u32 address high | u32 length | u32 -
// A virtqueue's descriptor has the same form (virtio 1.2, 2.7.5), so that a table of them can be copied as it is.
export const BUFFERS_OFFSET = 640;
export const MAX_BUFFERS = 1024;
export const SEGMENTS_OFFSET = 17024; // BUFFERS_OFFSET + MAX_BUFFERS * SEGMENT_SIZE
export const MAX_SEGMENTS = 1024;
export const SEGMENT_SIZE = 16;

// Listed mapping: u32 virt_start low, high | virt_end low, high | phys_start low, high | flags
export const LIST_OFFSET = 33408; // SEGMENTS_OFFSET + MAX_SEGMENTS * SEGMENT_SIZE
export const LIST_CAPACITY = 128;
export const LIST_ENTRY_WORDS = 7;

// Endpoint: u32 mode | u32 domain | u32 outer windows | u32 inner windows | u64 doorbell start | u64 doorbell end
//           | u64 accesses and bytes: translated, bypassed, blocked | u32 open domain | u32 -
//
// The open domain is the domain again, where none of its mappings can lie under a window; else 0: a lookup there
// misses. Domain and windows are addresses of sets. An address in a set of windows is decided by the inner set's entry
// there: identity with its rights; refused where the inner set has none, and the outer one has.
export const ENDPOINTS_OFFSET = 36992; // LIST_OFFSET + LIST_CAPACITY * LIST_ENTRY_WORDS * 4
export const ENDPOINT_SIZE = 128;
export const ENDPOINT_MODE = 0;
export const ENDPOINT_DOMAIN = 4;
export const ENDPOINT_OUTER = 8;
export const ENDPOINT_INNER = 12;
export const ENDPOINT_DOORBELL_START = 16;
export const ENDPOINT_DOORBELL_END = 24;
export const ENDPOINT_TRANSLATED = 32;
export const ENDPOINT_BYPASSED = 48;
export const ENDPOINT_BLOCKED = 64;
export const ENDPOINT_OPEN_DOMAIN = 80;
/** From a count of accesses to the count of their bytes. */
export const COUNTER_BYTES = 8;
/** Counters stay below 2^53, which JavaScript counts exactly. */
export const COUNTER_BITS = 53;

export const MODE_UNATTACHED = 0;
export const MODE_DOMAIN = 1;
export const MODE_BYPASS = 2;

// Set: u32 root of its tree | u32 height (0: the root is a leaf) | u32 entries | u32 next free set | u64 bytes
//      | u64 start and end of the free stretch of the latest search (windows only)
//      | u32 mappings in page tables | u32 kind: KIND_*
//      | u32 the domain's ID | u32 the domain's set of windows, by index (domains only)
//      | page tables of SPANS spans (domains only): u32 address high | u32 directory | u32 tables in it | u32 -
//      | the directory of the first span, so that a lookup need not fetch where it is
export const SET_SIZE = 376;
export const SET_ROOT = 0;
export const SET_HEIGHT = 4;
export const SET_ENTRIES = 8;
export const SET_NEXT_FREE = 12;
export const SET_BYTES = 16;
export const SET_GAP_START = 24;
export const SET_GAP_END = 32;
export const SET_PAGED = 40;
export const SET_KIND = 44;
export const SET_DOMAIN = 48;
export const SET_WINDOWS = 52;
export const SET_SPANS = 56;
export const SET_DIRECTORY = 120; // SET_SPANS + SPANS * SPAN_SIZE; 256 bytes, and it ends before BLOCK_SIZE
export const KIND_FREE = 0;
export const KIND_WINDOWS = 1;
export const KIND_DOMAIN = 2;
export const SPANS = 4;
export const SPAN_SIZE = 16;
export const SPAN_HIGH = 0;
export const SPAN_DIRECTORY = 4;
export const SPAN_TABLES = 8;

// Page tables of one span of 4 GiB. A word of directory and table is the block below, or 0.
//
//   directory  u32[64], address bits 26-31      table  u32[128], bits 19-25      leaf  u32[128], bits 12-18
//
// Entry of a leaf: GPA of the page, which is below 2^38, by 2^6 | PAGE_* | the mapping's flags. 0: not mapped here.
export const DIRECTORY_LENGTH = 64;
export const TABLE_LENGTH = 128;
export const DIRECTORY_SHIFT = 26;
export const TABLE_SHIFT = 19;
// From an address to its word, or entry, as a distance in bytes: the shift, and the mask of what is left
export const DIRECTORY_WORD_SHIFT = 24;
export const TABLE_WORD_SHIFT = 17;
export const ENTRY_SHIFT = 10;
export const DIRECTORY_WORD_MASK = 0xfc;
export const WORD_MASK = 0x1fc;
export const LEAF_PAGES = 128;
export const PAGE_SHIFT = 12;
export const PAGE_SIZE = 4096;
export const PAGE_MASK = 4095;
/** Bits of a GPA that an entry can hold, and by how many it is shifted down there. */
export const GPA_BITS = 38;
export const GPA_SHIFT = 6;
export const GPA_MASK = 0xffffffc0;
export const PAGE_PRESENT = 8;
/** First and last page of their mapping. */
export const PAGE_FIRST = 16;
export const PAGE_LAST = 32;
/** Pages of the longest mapping that page tables hold. */
export const MAX_RUN = 64;

// Node of a B+ tree, keyed by virt_start. Every node but a root is at least half full.
//
//   leaf   0 u32 count | 4 u32 next leaf | 8 u32 previous leaf | 12 -
//          16 u64 virt_start[19] | 168 u64 virt_end[19] | 320 u64 phys_start[19] | 472 u8 flags[19]    = 491
//   inner  0 u32 keys  | 4 - | 8 - | 12 -
//          16 u64 key[40] | 336 u32 child[41]                                                          = 500
//
// key[i] parts child[i] (every virt_start below it) from child[i + 1] (none below it).
export const NODE_COUNT = 0;
export const NODE_NEXT = 4;
export const NODE_PREVIOUS = 8;
export const NODE_KEYS = 16;
export const LEAF_CAPACITY = 19;
export const LEAF_MINIMUM = 9;
export const LEAF_ENDS = 168;
export const LEAF_PHYS = 320;
export const LEAF_FLAGS = 472;
export const INNER_CAPACITY = 40;
export const INNER_MINIMUM = 20;
export const INNER_CHILDREN = 336;
/** Of a tree with 2^32 entries; with 2^23, the most of any store, it is 5. */
export const MAX_HEIGHT = 8;

// Bits of an entry's flags: VIRTIO_IOMMU_MAP_F_*
export const MAPPING_WRITE = 2;
export const MAPPING_MMIO = 4;
export const MAPPING_FLAGS = 7;

// Answers that are not counts
export const INSERT_DONE = 0;
export const INSERT_OVERLAP = 1;
export const INSERT_FULL = 2;
export const REMOVE_WOULD_SPLIT = -1;
export const TRANSLATE_STOPPED = -1;
export const TRANSLATE_OUT_OF_ROOM = -2;
export const TRANSLATE_DOORBELL = -3;
/** With `n` segments left in memory, `translate` answers this - n. */
export const TRANSLATE_SEGMENTS = -3;
export const NO_SET = -1;

// Why a translation stopped: VIRTIO_IOMMU_FAULT_R_*
export const REASON_DOMAIN = 1;
export const REASON_MAPPING = 2;

// What `audit` finds broken
export const AUDIT_SOUND = 0;
export const AUDIT_ZEROS = 1;
export const AUDIT_HEADER = 2;
export const AUDIT_POINTER = 3;
export const AUDIT_SHARED = 4;
export const AUDIT_FREE_BLOCKS = 5;
export const AUDIT_FREE_SETS = 6;
export const AUDIT_NODE = 7;
export const AUDIT_ORDER = 8;
export const AUDIT_CHAIN = 9;
export const AUDIT_FLAGS = 10;
export const AUDIT_TABLE = 11;
export const AUDIT_SPAN = 12;
export const AUDIT_PAGE = 13;
export const AUDIT_OVERLAP = 14;
export const AUDIT_SET = 15;
export const AUDIT_TOTALS = 16;
export const AUDIT_ENDPOINT = 17;
