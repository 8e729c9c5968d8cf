// Events on their way into columns, a row each. A guest that runs between two events leaves little of the columns in the
// processor's caches, and an event has a place in each of them; a row is one line of a cache.
//
//   word 0 .. 12   the wide columns of `EventColumns`, in their order
//   13             kind (bits 0 to 7) and status (8 to 15)
//   14, 15         nothing

export const ROW_WORDS = 16;

export const ROW_START_LOW = 0;
export const ROW_START_HIGH = 1;
export const ROW_END_LOW = 2;
export const ROW_END_HIGH = 3;
export const ROW_GPA_LOW = 4;
export const ROW_GPA_HIGH = 5;
export const ROW_TIME = 6;
export const ROW_INSTRUCTIONS = 7;
export const ROW_ENDPOINT = 8;
export const ROW_DOMAIN = 9;
export const ROW_FLAGS = 10;
export const ROW_WHO = 11;
export const ROW_BYTES = 12;
export const ROW_KIND = 13;
export const STATUS_SHIFT = 8;
