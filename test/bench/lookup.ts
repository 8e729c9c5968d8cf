// `npm run bench -- lookup`: nanoseconds to translate one address, for every way there is to do it.

import { loadStoreWasm } from '../../src/guest/wasm-modules.ts';
import { Random } from '../differential/random.ts';
import { emptyCalls, instantiateEmptyCall } from './contestants/empty-call.ts';
import {
  checkedFlatLookup,
  createCheckedFlat,
  createFlat,
  flatLookup,
} from './contestants/flat.ts';
import { createOrderedMap, orderedMapFloor, orderedMapGet } from './contestants/ordered-map.ts';
import { packValue } from './contestants/packed-value.ts';
import { createSortedBTree, sortedBTreeFloor, sortedBTreeGet } from './contestants/sorted-btree.ts';
import {
  createEngine,
  createNaiveLookups,
  createOurChains,
  createOurLookups,
  type Engine,
} from './contestants/stores.ts';
import { flatChains } from './contestants/chains.ts';
import {
  ACCESS_LENGTH,
  drawAddresses,
  HIT_KINDS,
  sumOf,
  type Draws,
  type Lookup,
} from './draws.ts';
import { createLayout, PAGE_KINDS, type Layout, type PageKind } from './layout.ts';
import { paceOf, prepare, race, type Contestant, type Pace } from './race.ts';
import { rowsOf, type BenchRow, type OnProgress, type OnRow } from './report.ts';

export const SIZES = [64, 4096, 65_536, 1_048_576] as const;

const SEED = 4;
const EMPTY = 'empty_call';

/** What holds the mappings of a layout. */
interface Holders {
  readonly engine: Engine;
  readonly checkedFlat: Uint32Array;
}

/** Ways to translate one address; ours first. */
function createLookups(
  { engine, checkedFlat }: Holders,
  layout: Layout,
  kind: PageKind,
): readonly Lookup[] {
  const tree = createSortedBTree();
  const map = createOrderedMap();
  layout.pages.forEach((page, index) => {
    const value = packValue(layout.physPages[index] ?? 0, layout.log2Pages[index] ?? 0);
    tree.set(page, value, false);
    map.setElement(page, value);
  });
  // Mappings of one page are found by their very key
  const [treeLookup, mapLookup] =
    kind === 'mixed' ? [sortedBTreeFloor, orderedMapFloor] : [sortedBTreeGet, orderedMapGet];
  const flat = createFlat(layout);
  const empty = instantiateEmptyCall();
  return [
    ...createOurLookups(engine),
    ...createNaiveLookups(layout),
    { name: 'sorted_btree', makeWork: (draws) => prepare(treeLookup, tree, draws) },
    { name: 'ordered_map', makeWork: (draws) => prepare(mapLookup, map, draws) },
    { name: 'flat', makeWork: (draws) => prepare(flatLookup, flat, draws) },
    {
      name: 'flat_checked',
      makeWork: (draws) => prepare(checkedFlatLookup, checkedFlat, draws, ACCESS_LENGTH),
    },
    { name: EMPTY, makeWork: (draws) => prepare(emptyCalls, empty, draws, ACCESS_LENGTH) },
  ];
}

/** Ways to translate chains of 16 descriptors. */
function createChains({ engine, checkedFlat }: Holders): readonly Lookup[] {
  return [
    ...createOurChains(engine),
    { name: 'flat', makeWork: (draws) => flatChains(checkedFlat, draws) },
  ];
}

/** All rows of one size and kind of pages. Throws `WrongAnswerError` when contestants disagree. */
export function raceLookups(
  module: WebAssembly.Module,
  size: number,
  kind: PageKind,
  pace: Pace,
): readonly BenchRow[] {
  const random = new Random(SEED);
  const layout = createLayout(size, kind, random);
  const holders = {
    engine: createEngine(module, layout),
    checkedFlat: createCheckedFlat(layout),
  };
  const races = [
    ['lookup', createLookups(holders, layout, kind)],
    ['lookup-chain', createChains(holders)],
  ] as const;
  return HIT_KINDS.flatMap((hits) => {
    const draws = drawAddresses(layout, hits, random);
    return races.flatMap(([bench, lookups]) => {
      const contestants = lookups.map((lookup) => contestantOf(lookup, draws));
      const samples = race(contestants, draws.count, pace);
      return rowsOf(`${bench}/${size}/${hits}/${kind}`, 'ns', samples);
    });
  });
}

function contestantOf({ name, makeWork }: Lookup, draws: Draws): Contestant {
  const work = makeWork(draws);
  // An empty call answers nothing but 1
  if (name === EMPTY) return { name, work, expected: (start, end) => end - start };
  return { name, work, expected: (start, end) => sumOf(draws, start, end) };
}

/** `runs` timed slices of each contestant. */
export async function runLookup(runs: number, onRow: OnRow, onProgress: OnProgress): Promise<void> {
  const module = await loadStoreWasm();
  for (const kind of PAGE_KINDS) {
    for (const size of SIZES) {
      onProgress(`lookup: ${size} mappings, ${kind}`);
      raceLookups(module, size, kind, paceOf(runs)).forEach(onRow);
    }
  }
}
