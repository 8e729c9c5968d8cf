// `npm run bench -- lookup`: nanoseconds to translate one address, for every way there is to do it.

import { loadStoreWasm } from '../../src/testing/guest/guest-files.ts';
import { Random } from '../differential/random.ts';
import { emptyCalls, instantiateEmptyCall } from './contestants/empty-call.ts';
import {
  checkedFlatLookup,
  createCheckedFlat,
  createFlat,
  flatBatchLookup,
  flatLookup,
} from './contestants/flat.ts';
import { createOrderedMap, orderedMapFloor, orderedMapGet } from './contestants/ordered-map.ts';
import { packValue } from './contestants/packed-value.ts';
import { createSortedBTree, sortedBTreeFloor, sortedBTreeGet } from './contestants/sorted-btree.ts';
import { createNaiveLookups, createOurLookups } from './contestants/stores.ts';
import { ACCESS_LENGTH, drawAddresses, HIT_KINDS, sumOf, type Lookup } from './draws.ts';
import { createLayout, PAGE_KINDS, type Layout, type PageKind } from './layout.ts';
import { paceOf, prepare, race, type Contestant, type Pace } from './race.ts';
import { rowsOf, type BenchRow, type OnProgress, type OnRow } from './report.ts';

export const SIZES = [64, 4096, 65_536, 1_048_576] as const;

const SEED = 4;
const EMPTY = 'empty_call';

/** Contestants that hold the mappings of a layout; ours first. */
function createLookups(
  module: WebAssembly.Module,
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
  const checkedFlat = createCheckedFlat(layout);
  const empty = instantiateEmptyCall();
  return [
    ...createOurLookups(module, layout),
    ...createNaiveLookups(layout),
    { name: 'sorted_btree', makeWork: (draws) => prepare(treeLookup, tree, draws) },
    { name: 'ordered_map', makeWork: (draws) => prepare(mapLookup, map, draws) },
    { name: 'flat', makeWork: (draws) => flatBatchLookup(checkedFlat, draws, ACCESS_LENGTH) },
    { name: 'flat_load', makeWork: (draws) => prepare(flatLookup, flat, draws) },
    {
      name: 'flat_checked',
      makeWork: (draws) => prepare(checkedFlatLookup, checkedFlat, draws, ACCESS_LENGTH),
    },
    { name: EMPTY, makeWork: (draws) => prepare(emptyCalls, empty, draws, ACCESS_LENGTH) },
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
  const lookups = createLookups(module, layout, kind);
  return HIT_KINDS.flatMap((hits) => {
    const draws = drawAddresses(layout, hits, random);
    const contestants = lookups.map(({ name, makeWork }): Contestant => ({
      name,
      work: makeWork(draws),
      // An empty call answers nothing but 1
      expected:
        name === EMPTY ? (start, end) => end - start : (start, end) => sumOf(draws, start, end),
    }));
    const samples = race(contestants, draws.count, pace);
    return rowsOf(`lookup/${size}/${hits}/${kind}`, 'ns', samples);
  });
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
