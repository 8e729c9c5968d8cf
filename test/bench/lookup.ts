// `npm run bench -- lookup`: nanoseconds to translate one address, for every way there is to do it.

import { loadStoreWasm } from '../../src/testing/guest/guest-files.ts';
import { toGpa, toIova } from '../../src/memory/address.ts';
import { Random } from '../differential/random.ts';
import { emptyCalls, instantiateEmptyCall } from './contestants/empty-call.ts';
import { createFlat, flatLookup } from './contestants/flat.ts';
import { createOrderedMap, orderedMapFloor, orderedMapGet } from './contestants/ordered-map.ts';
import { packValue } from './contestants/packed-value.ts';
import { createSortedBTree, sortedBTreeFloor, sortedBTreeGet } from './contestants/sorted-btree.ts';
import {
  createNaive,
  Engine,
  productLookup,
  singleInputs,
  singleLookup,
  type Product,
} from './contestants/stores.ts';
import { ACCESS_LENGTH, drawAddresses, HIT_KINDS, sumOf, type Draws } from './draws.ts';
import { createLayout, type Layout, type PageKind } from './layout.ts';
import { paceOf, prepare, race, type Contestant, type Pace, type Work } from './race.ts';
import { rowsOf, type BenchRow, type OnProgress, type OnRow } from './report.ts';

export const SIZES = [64, 4096, 65_536, 1_048_576] as const;
/** The naive store takes time in proportion to its mappings for everything: beyond this size hours. */
export const NAIVE_LIMIT = 4096;

const SEED = 4;
const PAGE_SIZE = 4096n;
const READ_WRITE = 3;

type Lookup = readonly [name: string, makeWork: (draws: Draws) => Work];

/** Contestants that hold the mappings of a layout; those of our store first. */
function createLookups(module: WebAssembly.Module, layout: Layout, kind: PageKind): Lookup[] {
  const engine = new Engine(module, layout.pages.length);
  const tree = createSortedBTree();
  const map = createOrderedMap();
  const flat = createFlat(layout);
  layout.pages.forEach((page, index) => {
    const log2 = layout.log2Pages[index] ?? 0;
    const phys = layout.physPages[index] ?? 0;
    engine.map(page, 2 ** log2, phys);
    tree.set(page, packValue(phys, log2), false);
    map.setElement(page, packValue(phys, log2));
  });
  const empty = instantiateEmptyCall();
  const isSinglePage = kind === '4k';
  return [
    ['single', (draws) => prepare(singleLookup, singleInputs(engine), draws, ACCESS_LENGTH)],
    ...naiveLookups(layout),
    [
      'sorted_btree',
      (draws) => prepare(isSinglePage ? sortedBTreeGet : sortedBTreeFloor, tree, draws),
    ],
    ['ordered_map', (draws) => prepare(isSinglePage ? orderedMapGet : orderedMapFloor, map, draws)],
    ['flat', (draws) => prepare(flatLookup, flat, draws)],
    ['empty_call', (draws) => prepare(emptyCalls, empty, draws, ACCESS_LENGTH)],
  ];
}

function naiveLookups(layout: Layout): Lookup[] {
  if (layout.pages.length > NAIVE_LIMIT) return [];
  const naive = createNaive(layout.pages.length);
  fill(naive, layout);
  return [['naive', (draws) => prepare(productLookup, naive, draws, ACCESS_LENGTH)]];
}

function fill({ store, domain }: Product, { pages, log2Pages, physPages }: Layout): void {
  pages.forEach((page, index) => {
    const start = BigInt(page) * PAGE_SIZE;
    const size = PAGE_SIZE << BigInt(log2Pages[index] ?? 0);
    store.insert(domain, {
      virtStart: toIova(start),
      virtEnd: toIova(start + size - 1n),
      physStart: toGpa(BigInt(physPages[index] ?? 0) * PAGE_SIZE),
      flags: READ_WRITE,
    });
  });
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
    const contestants = lookups.map(([name, makeWork]): Contestant => ({
      name,
      work: makeWork(draws),
      // An empty call answers nothing but 1
      expected:
        name === 'empty_call'
          ? (start, end) => end - start
          : (start, end) => sumOf(draws, start, end),
    }));
    const samples = race(contestants, draws.count, pace);
    return rowsOf(`lookup/${size}/${hits}/${kind}`, 'ns', samples);
  });
}

/** `runs` timed slices of each contestant. */
export async function runLookup(runs: number, onRow: OnRow, onProgress: OnProgress): Promise<void> {
  const module = await loadStoreWasm();
  for (const kind of ['4k', 'mixed'] as const) {
    for (const size of SIZES) {
      onProgress(`lookup: ${size} mappings, ${kind}`);
      raceLookups(module, size, kind, paceOf(runs)).forEach(onRow);
    }
  }
}
