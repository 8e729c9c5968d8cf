// `npm run bench -- churn`: nanoseconds to map and unmap one page among many.

import { loadStoreWasm } from '../../src/testing/guest/guest-files.ts';
import { Random } from '../differential/random.ts';
import {
  CHURN_KINDS,
  freeChurn,
  liveChurn,
  planChurn,
  type ChurnDraws,
  type MapAndUnmap,
} from './churn-draws.ts';
import { createOrderedMap, orderedMapBare } from './contestants/ordered-map.ts';
import {
  createSortedBTree,
  sortedBTreeBare,
  sortedBTreeChecked,
} from './contestants/sorted-btree.ts';
import {
  createNaive,
  createProduct,
  Engine,
  mapAll,
  productChurn,
  rawChurn,
} from './contestants/stores.ts';
import { NAIVE_LIMIT, SIZES } from './lookup.ts';
import { paceOf, prepare, race, type Contestant, type Pace } from './race.ts';
import { rowsOf, type BenchRow, type OnProgress, type OnRow } from './report.ts';

const SEED = 5;

type Churn = readonly [name: string, make: (draws: ChurnDraws) => MapAndUnmap];

/** Contestants that hold the live pages; those of our store first. */
function createChurns(module: WebAssembly.Module, live: ChurnDraws): readonly Churn[] {
  // One more than are live: a free place is mapped before it is unmapped
  const room = live.count + 1;
  const product = createProduct(module, room);
  mapAll(product, live);
  const engine = new Engine(module, room);
  const tree = createSortedBTree();
  const map = createOrderedMap();
  live.pages.forEach((page, index) => {
    engine.map(page, 1, live.physPages[index] ?? 0);
    tree.set(page, live.values[index] ?? 0, false);
    map.setElement(page, live.values[index] ?? 0);
  });
  return [
    ['product', (draws) => prepare(productChurn, product, draws)],
    ['raw', (draws) => prepare(rawChurn, engine.exports, engine.slot, draws)],
    ...naiveChurn(live, room),
    ['sorted_btree', (draws) => prepare(sortedBTreeBare, tree, draws)],
    ['sorted_btree_checked', (draws) => prepare(sortedBTreeChecked, tree, draws)],
    ['ordered_map', (draws) => prepare(orderedMapBare, map, draws)],
  ];
}

function naiveChurn(live: ChurnDraws, room: number): readonly Churn[] {
  if (live.count > NAIVE_LIMIT) return [];
  const naive = createNaive(room);
  mapAll(naive, live);
  return [['naive', (draws) => prepare(productChurn, naive, draws)]];
}

/** All rows of one size. Throws `WrongAnswerError` when something could not be mapped or unmapped. */
export function raceChurn(
  module: WebAssembly.Module,
  size: number,
  pace: Pace,
): readonly BenchRow[] {
  const plan = planChurn(size, new Random(SEED));
  const churns = createChurns(module, plan.live);
  return CHURN_KINDS.flatMap((kind) => {
    const draws = plan.draws[kind];
    const contestants = churns.map(([name, make]): Contestant => ({
      name,
      work: prepare(kind === 'free' ? freeChurn : liveChurn, make(draws)),
      expected: (start, end) => 2 * (end - start),
    }));
    return rowsOf(`churn/${size}/${kind}`, 'ns', race(contestants, draws.count, pace));
  });
}

/** `runs` timed slices of each contestant. */
export async function runChurn(runs: number, onRow: OnRow, onProgress: OnProgress): Promise<void> {
  const module = await loadStoreWasm();
  for (const size of SIZES) {
    onProgress(`churn: ${size} live mappings`);
    raceChurn(module, size, paceOf(runs)).forEach(onRow);
  }
}
