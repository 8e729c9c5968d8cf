// The pool of blocks that trees and page tables are made of. A block is named by its address; 0 is none.

import {
  BLOCK_SIZE,
  HEADER_BLOCKS_END,
  HEADER_FREE_BLOCK,
  HEADER_FREE_BLOCKS,
  HEADER_FRESH_BLOCK,
  NODE_NEXT,
} from './layout';

/** How many blocks are left. */
export function blocksLeft(): u32 {
  const fresh = (load<u32>(HEADER_BLOCKS_END) - load<u32>(HEADER_FRESH_BLOCK)) / BLOCK_SIZE;
  return load<u32>(HEADER_FREE_BLOCKS) + fresh;
}

/** A block with any content. The caller has asked whether one is left. */
export function takeBlock(): u32 {
  let block = load<u32>(HEADER_FREE_BLOCK);
  if (block != 0) {
    store<u32>(HEADER_FREE_BLOCK, load<u32>(block, NODE_NEXT));
    store<u32>(HEADER_FREE_BLOCKS, load<u32>(HEADER_FREE_BLOCKS) - 1);
  } else {
    block = load<u32>(HEADER_FRESH_BLOCK);
    store<u32>(HEADER_FRESH_BLOCK, block + BLOCK_SIZE);
  }
  return block;
}

export function freeBlock(block: u32): void {
  store<u32>(block, load<u32>(HEADER_FREE_BLOCK), NODE_NEXT);
  store<u32>(HEADER_FREE_BLOCK, block);
  store<u32>(HEADER_FREE_BLOCKS, load<u32>(HEADER_FREE_BLOCKS) + 1);
}
