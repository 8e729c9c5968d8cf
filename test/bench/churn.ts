// `npm run bench -- churn`: nanoseconds to map and unmap one page among many.

import { loadStoreWasm } from '../../src/guest/wasm-modules.ts';
import { Random } from '../differential/random.ts';
import {
  CHURN_KINDS,
  freeChurn,
  liveChurn,
  planChurn,
  type Churn,
  type ChurnDraws,
} from './churn-draws.ts';
import { createOrderedMap, orderedMapBare } from './contestants/ordered-map.ts';
import {
  createSortedBTree,
  sortedBTreeBare,
  sortedBTreeChecked,
} from './contestants/sorted-btree.ts';
import { createOurChurns } from './contestants/our-churns.ts';
import { SIZES } from './lookup.ts';
import { paceOf, prepare, race, type Contestant, type Pace } from './race.ts';
import { rowsOf, type BenchRow, type OnProgress, type OnRow } from './report.ts';

const SEED = 5;

/** Contestants that hold the live pages; ours first. */
function createChurns(module: WebAssembly.Module, live: ChurnDraws): readonly Churn[] {
  const tree = createSortedBTree();
  const map = createOrderedMap();
  live.pages.forEach((page, index) => {
    tree.set(page, live.values[index] ?? 0, false);
    map.setElement(page, live.values[index] ?? 0);
  });
  return [
    ...createOurChurns(module, live),
    { name: 'sorted_btree', make: (draws) => prepare(sortedBTreeBare, tree, draws) },
    { name: 'sorted_btree_checked', make: (draws) => prepare(sortedBTreeChecked, tree, draws) },
    { name: 'ordered_map', make: (draws) => prepare(orderedMapBare, map, draws) },
  ];
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
    const contestants = churns.map(({ name, make }): Contestant => ({
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
