// Each rule of the engine's memory, broken.

import * as layout from '../../wasm/assembly/layout.ts';
import type { EngineMemory } from '../../src/iommu/engine/wasm-memory.ts';
import { TREE_START, type BusyEngine } from './busy-engine.ts';

function setWord({ words }: EngineMemory, address: number, value: number): void {
  words[address / 4] = value;
}

/** Adds to the word at an address. */
function add(engine: EngineMemory, address: number, change: number): void {
  setWord(engine, address, engine.word(address) + change);
}

const { NODE_KEYS, LEAF_ENDS, INNER_CHILDREN, SET_SPANS, SPAN_SIZE, ENDPOINTS_OFFSET } = layout;
const RECORD = ENDPOINTS_OFFSET;

type Damage = (busy: BusyEngine) => void;
/** What is done to the memory, and the rule it breaks. */
export const DAMAGES: readonly (readonly [string, number, Damage])[] = [
  ['bytes in the zeros', layout.AUDIT_ZEROS, ({ engine }) => setWord(engine, 508, 1)],
  ['another format', layout.AUDIT_HEADER, ({ engine }) => add(engine, layout.HEADER_FORMAT, 1)],
  [
    'blocks behind the memory',
    layout.AUDIT_HEADER,
    ({ engine }) => add(engine, layout.HEADER_BLOCKS_END, 0x10_0000),
  ],
  [
    'sets over the blocks',
    layout.AUDIT_HEADER,
    ({ engine }) => setWord(engine, layout.HEADER_MAX_SETS, 0x1000_0000),
  ],
  [
    'no room for the windows that may come',
    layout.AUDIT_HEADER,
    ({ engine }) => setWord(engine, layout.HEADER_WINDOW_RESERVE, 0x10_0000),
  ],
  [
    'a child outside the blocks',
    layout.AUDIT_POINTER,
    ({ engine, root }) => setWord(engine, root + INNER_CHILDREN, 0x1000),
  ],
  [
    'a child inside a block',
    layout.AUDIT_POINTER,
    ({ engine, root }) => add(engine, root + INNER_CHILDREN, 8),
  ],
  [
    'one child twice',
    layout.AUDIT_SHARED,
    ({ engine, root, leaf }) => setWord(engine, root + INNER_CHILDREN + 4, leaf),
  ],
  [
    'a free block in use',
    layout.AUDIT_SHARED,
    ({ engine, pages }) => {
      // Its second word tells the next free block
      setWord(engine, pages + 4, 0);
      setWord(engine, layout.HEADER_FREE_BLOCK, pages);
      setWord(engine, layout.HEADER_FREE_BLOCKS, 1);
    },
  ],
  [
    'a ring of free blocks',
    layout.AUDIT_SHARED,
    ({ engine }) => {
      const block = engine.word(layout.HEADER_FREE_BLOCK);
      setWord(engine, block + layout.NODE_NEXT, block);
    },
  ],
  [
    'a free block that is not listed',
    layout.AUDIT_FREE_BLOCKS,
    ({ engine }) => {
      const next = engine.word(engine.word(layout.HEADER_FREE_BLOCK) + layout.NODE_NEXT);
      setWord(engine, layout.HEADER_FREE_BLOCK, next);
    },
  ],
  [
    'a set lost',
    layout.AUDIT_FREE_SETS,
    ({ engine }) => setWord(engine, layout.HEADER_FREE_SET, -1),
  ],
  [
    'a set free and in use',
    layout.AUDIT_FREE_SETS,
    ({ engine }) => setWord(engine, layout.HEADER_FREE_SET, 1),
  ],
  ['a leaf less than half full', layout.AUDIT_NODE, ({ engine, leaf }) => setWord(engine, leaf, 8)],
  ['a leaf more than full', layout.AUDIT_NODE, ({ engine, leaf }) => setWord(engine, leaf, 20)],
  [
    'a tree of any height',
    layout.AUDIT_NODE,
    ({ engine, domain }) => setWord(engine, domain + layout.SET_HEIGHT, 9),
  ],
  [
    'entries out of order',
    layout.AUDIT_ORDER,
    ({ engine, leaf }) => add(engine, leaf + NODE_KEYS + 8, -0x20),
  ],
  [
    'an entry that ends before it starts',
    layout.AUDIT_ORDER,
    ({ engine, leaf }) => add(engine, leaf + LEAF_ENDS, -2),
  ],
  [
    'an entry that reaches into the next',
    layout.AUDIT_ORDER,
    ({ engine, leaf }) => add(engine, leaf + LEAF_ENDS, 0x10),
  ],
  [
    'an entry behind its parting key',
    layout.AUDIT_ORDER,
    ({ engine, root }) => add(engine, root + NODE_KEYS, -0x10),
  ],
  [
    'a chain of leaves that ends early',
    layout.AUDIT_CHAIN,
    ({ engine, leaf }) => setWord(engine, leaf + layout.NODE_NEXT, 0),
  ],
  [
    'unknown flags',
    layout.AUDIT_FLAGS,
    ({ engine, leaf }) => setWord(engine, leaf + layout.LEAF_FLAGS, 0x0303_0308),
  ],
  [
    'a page that is not counted',
    layout.AUDIT_TABLE,
    ({ engine, pages }) => setWord(engine, pages + 127 * 4, 0x38),
  ],
  [
    'an empty table',
    layout.AUDIT_TABLE,
    ({ engine, pages }) => engine.words.fill(0, pages / 4, (pages + layout.BLOCK_SIZE) / 4),
  ],
  [
    'tables of a span that is not in use',
    layout.AUDIT_SPAN,
    ({ engine, domain }) => setWord(engine, domain + SET_SPANS + layout.SPAN_DIRECTORY, 0),
  ],
  [
    'two spans for the same addresses',
    layout.AUDIT_SPAN,
    ({ engine, domain, directory }) =>
      setWord(engine, domain + SET_SPANS + SPAN_SIZE + layout.SPAN_DIRECTORY, directory),
  ],
  [
    'a run without its first page',
    layout.AUDIT_PAGE,
    ({ engine, pages }) => add(engine, pages, -layout.PAGE_FIRST),
  ],
  [
    'a run that goes on elsewhere',
    layout.AUDIT_PAGE,
    ({ engine, pages }) => add(engine, pages + 4, layout.PAGE_SIZE >>> layout.GPA_SHIFT),
  ],
  ['a run of unlike rights', layout.AUDIT_PAGE, ({ engine, pages }) => add(engine, pages + 4, 1)],
  [
    'a run that does not end',
    layout.AUDIT_PAGE,
    ({ engine, pages }) => add(engine, pages + 8, -layout.PAGE_LAST),
  ],
  [
    'a page under an entry of the tree',
    layout.AUDIT_OVERLAP,
    ({ engine, table, directory }) => {
      setWord(engine, directory, 0);
      setWord(engine, directory + (TREE_START >>> layout.DIRECTORY_SHIFT) * 4, table);
    },
  ],
  [
    'mappings that are not counted',
    layout.AUDIT_SET,
    ({ engine, domain }) => add(engine, domain + layout.SET_ENTRIES, 1),
  ],
  [
    'bytes that are not counted',
    layout.AUDIT_SET,
    ({ engine, domain }) => add(engine, domain + layout.SET_BYTES, 1),
  ],
  [
    'pages that are not counted',
    layout.AUDIT_SET,
    ({ engine, domain }) => add(engine, domain + layout.SET_PAGED, 1),
  ],
  [
    'a domain without windows',
    layout.AUDIT_SET,
    ({ engine, domain }) => setWord(engine, domain + layout.SET_WINDOWS, 0),
  ],
  [
    'an unknown kind of set',
    layout.AUDIT_SET,
    ({ engine, domain }) => setWord(engine, domain + layout.SET_KIND, 3),
  ],
  [
    'a gap over a window',
    layout.AUDIT_SET,
    ({ engine, windows }) => setWord(engine, windows + layout.SET_GAP_START, 0),
  ],
  [
    'a wrong total of mappings',
    layout.AUDIT_TOTALS,
    ({ engine }) => add(engine, layout.HEADER_MAPPINGS, 1),
  ],
  [
    'a wrong total of pages',
    layout.AUDIT_TOTALS,
    ({ engine }) => add(engine, layout.HEADER_TABLE_MAPPINGS, 1),
  ],
  [
    'a wrong total of tables',
    layout.AUDIT_TOTALS,
    ({ engine }) => add(engine, layout.HEADER_TABLE_BLOCKS, 1),
  ],
  [
    'a wrong total of windows',
    layout.AUDIT_TOTALS,
    ({ engine }) => add(engine, layout.HEADER_WINDOW_BLOCKS, 1),
  ],
  [
    'a block lost',
    layout.AUDIT_TOTALS,
    ({ engine }) => add(engine, layout.HEADER_FRESH_BLOCK, 512),
  ],
  ['an unknown mode', layout.AUDIT_ENDPOINT, ({ engine }) => setWord(engine, RECORD, 3)],
  [
    'an endpoint bound to windows',
    layout.AUDIT_ENDPOINT,
    ({ engine, windows }) => setWord(engine, RECORD + layout.ENDPOINT_DOMAIN, windows),
  ],
  [
    'an endpoint that sees another domain',
    layout.AUDIT_ENDPOINT,
    ({ engine, windows }) => setWord(engine, RECORD + layout.ENDPOINT_OPEN_DOMAIN, windows),
  ],
  [
    'counters that are no numbers',
    layout.AUDIT_ENDPOINT,
    ({ engine }) => setWord(engine, RECORD + layout.ENDPOINT_BLOCKED + 4, 0x7ff8_0000),
  ],
];
