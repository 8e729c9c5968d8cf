// Whether linear memory is what the engine makes: asked of memory from elsewhere before the engine works on it, and in
// tests after every change. Ends, and touches nothing but the marks, whatever the memory holds.

import {
  auditEndpoints,
  auditSets,
  countedMappings,
  countedPaged,
  countedTableBlocks,
  countedWindowBlocks,
} from './audit-sets';
import { blocksLeft } from './blocks';
import {
  AUDIT_FREE_BLOCKS,
  AUDIT_HEADER,
  AUDIT_SOUND,
  AUDIT_TOTALS,
  AUDIT_ZEROS,
  BLOCK_SHIFT,
  BLOCK_SIZE,
  ENDPOINTS_OFFSET,
  ENDPOINT_SIZE,
  ENGINE_FORMAT,
  HEADER_BLOCKS_END,
  HEADER_BYPASS,
  HEADER_COUNTS,
  HEADER_ENDPOINTS,
  HEADER_FIRST_BLOCK,
  HEADER_FORMAT,
  HEADER_FREE_BLOCK,
  HEADER_FREE_BLOCKS,
  HEADER_FRESH_BLOCK,
  HEADER_FRESH_SET,
  HEADER_MAPPINGS,
  HEADER_MARKS,
  HEADER_MAX_ENDPOINTS,
  HEADER_MAX_MAPPINGS,
  HEADER_MAX_SETS,
  HEADER_SETS,
  HEADER_START,
  HEADER_TABLE_BLOCKS,
  HEADER_TABLE_MAPPINGS,
  HEADER_TABLE_SLACK,
  HEADER_WINDOW_BLOCKS,
  HEADER_WINDOW_RESERVE,
  LEAF_MINIMUM,
  NODE_NEXT,
  SET_SIZE,
} from './layout';
import { clearMarks, marksSize, reachBlock, reachedBlocks } from './marks';

/** AUDIT_SOUND, or the AUDIT_* of a broken rule. */
export function audit(): u32 {
  for (let at: u32 = 0; at < <u32>HEADER_START; at += 8) {
    if (load<u64>(at) != 0) return AUDIT_ZEROS;
  }
  if (!isLaidOut() || !isWithinCaps()) return AUDIT_HEADER;
  clearMarks();
  let broken = auditFreeBlocks();
  if (broken == AUDIT_SOUND) broken = auditSets();
  if (broken == AUDIT_SOUND) broken = auditEndpoints();
  if (broken != AUDIT_SOUND) return broken;
  return isCounted() ? AUDIT_SOUND : AUDIT_TOTALS;
}

/** Whether the areas follow each other without overlap, and end with the memory. */
function isLaidOut(): bool {
  const sets = <u64>load<u32>(HEADER_SETS);
  const counts = <u64>load<u32>(HEADER_COUNTS);
  const marks = <u64>load<u32>(HEADER_MARKS);
  const first = <u64>load<u32>(HEADER_FIRST_BLOCK);
  const fresh = <u64>load<u32>(HEADER_FRESH_BLOCK);
  const last = <u64>load<u32>(HEADER_BLOCKS_END);
  return (
    load<u32>(HEADER_FORMAT) == ENGINE_FORMAT &&
    sets >= ENDPOINTS_OFFSET + <u64>load<u32>(HEADER_MAX_ENDPOINTS) * ENDPOINT_SIZE &&
    counts >= sets + <u64>load<u32>(HEADER_MAX_SETS) * SET_SIZE &&
    marks >= counts + (last >> BLOCK_SHIFT) &&
    first >= marks + marksSize() &&
    fresh >= first &&
    last >= fresh &&
    ((first | fresh | last) & (BLOCK_SIZE - 1)) == 0 &&
    last <= (<u64>memory.size()) << 16
  );
}

function isWithinCaps(): bool {
  const taken = (load<u32>(HEADER_FRESH_BLOCK) - load<u32>(HEADER_FIRST_BLOCK)) / BLOCK_SIZE;
  const reserve = load<u32>(HEADER_WINDOW_RESERVE);
  const inWindows = load<u32>(HEADER_WINDOW_BLOCKS);
  const payable =
    <u64>load<u32>(HEADER_TABLE_SLACK) + load<u32>(HEADER_MAX_MAPPINGS) / LEAF_MINIMUM;
  return (
    load<u32>(HEADER_FREE_BLOCKS) <= taken &&
    load<u32>(HEADER_MAPPINGS) <= load<u32>(HEADER_MAX_MAPPINGS) &&
    load<u32>(HEADER_ENDPOINTS) <= load<u32>(HEADER_MAX_ENDPOINTS) &&
    load<u32>(HEADER_FRESH_SET) - 1 < load<u32>(HEADER_MAX_SETS) &&
    load<u32>(HEADER_BYPASS) <= 1 &&
    <u64>load<u32>(HEADER_TABLE_BLOCKS) <= payable &&
    inWindows <= reserve &&
    // What is kept for windows is there
    reserve - inWindows <= blocksLeft()
  );
}

function auditFreeBlocks(): u32 {
  let listed: u32 = 0;
  let block = load<u32>(HEADER_FREE_BLOCK);
  while (block != 0) {
    const broken = reachBlock(block);
    if (broken != AUDIT_SOUND) return broken;
    listed++;
    block = load<u32>(block, NODE_NEXT);
  }
  return listed == load<u32>(HEADER_FREE_BLOCKS) ? AUDIT_SOUND : AUDIT_FREE_BLOCKS;
}

/** Whether the header's counts are what was counted; no block is lost. */
function isCounted(): bool {
  const taken = (load<u32>(HEADER_FRESH_BLOCK) - load<u32>(HEADER_FIRST_BLOCK)) / BLOCK_SIZE;
  return (
    reachedBlocks == taken &&
    load<u32>(HEADER_MAPPINGS) == countedMappings &&
    load<u32>(HEADER_TABLE_MAPPINGS) == countedPaged &&
    load<u32>(HEADER_TABLE_BLOCKS) == countedTableBlocks &&
    load<u32>(HEADER_WINDOW_BLOCKS) == countedWindowBlocks
  );
}
