// `npm run bench -- memory`: bytes of a mapping, bytes and time of a huge one, and whether use grows with time.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadStoreWasm } from '../../src/guest/wasm-modules.ts';
import { Random } from '../differential/random.ts';
import { freeChurn, planChurn } from './churn-draws.ts';
import { createFlat } from './contestants/flat.ts';
import { createOrderedMap } from './contestants/ordered-map.ts';
import { packValue } from './contestants/packed-value.ts';
import { createSortedBTree } from './contestants/sorted-btree.ts';
import { rawChurn } from './contestants/our-churns.ts';
import { Engine, mapAndUnmapOf } from './contestants/stores.ts';
import { randomPhysPage, shuffledIndices } from './layout.ts';
import { paceOf, prepare, race, type Pace, type Work } from './race.ts';
import { round, rowsOf, type BenchRow, type OnProgress, type OnRow } from './report.ts';

const SEED = 6;
const PATTERNS = ['ascending', 'descending', 'random', 'scattered'] as const;
type Pattern = (typeof PATTERNS)[number];

/** `scattered`: one page in so many. */
const SCATTER = 16;
const TEBIBYTE_PAGES = 2 ** 28;
const LIVE_PAGES = 65_536;

export interface MemoryPlan {
  readonly mappings: number;
  /** Map and unmap pairs after which as much memory must be in use as before. */
  readonly pairs: number;
  readonly pace: Pace;
}

/** First pages in the order in which they are mapped. */
function pagesOf(pattern: Pattern, count: number, random: Random): Uint32Array {
  if (pattern === 'random') return shuffledIndices(count, random);
  const place: Record<Exclude<Pattern, 'random'>, (index: number) => number> = {
    ascending: (index) => index,
    descending: (index) => count - 1 - index,
    scattered: (index) => index * SCATTER,
  };
  return Uint32Array.from({ length: count }, (_, index) => place[pattern](index));
}

/** What `build` adds to the heap of JavaScript, in bytes. */
function heapBytes(build: () => object): number {
  const before = usedHeap();
  const built = build();
  const bytes = usedHeap() - before;
  // Looking at it here keeps it alive until now
  return Object.isFrozen(built) ? NaN : bytes;
}

function usedHeap(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

/** Bytes for each of `count` mappings of one page. */
function patternRow(module: WebAssembly.Module, pattern: Pattern, count: number): BenchRow {
  const random = new Random(SEED);
  const pages = pagesOf(pattern, count, random);
  const physPages = pages.map(() => randomPhysPage(random));
  const engine = new Engine(module, count);
  pages.forEach((page, index) => engine.map(page, 1, physPages[index] ?? 0));
  const values = physPages.map((physPage) => packValue(physPage, 0));
  const tree = heapBytes(() => {
    const tree = createSortedBTree();
    pages.forEach((page, index) => tree.set(page, values[index] ?? 0, false));
    return tree;
  });
  const map = heapBytes(() => {
    const map = createOrderedMap();
    pages.forEach((page, index) => map.setElement(page, values[index] ?? 0));
    return map;
  });
  const endPage = pattern === 'scattered' ? count * SCATTER : count;
  const flat = createFlat({ pages, log2Pages: new Uint8Array(count), physPages, endPage });
  return {
    bench: `memory/${count}/${pattern}`,
    unit: 'bytes/mapping',
    ours: round(engine.usedBytes / count),
    sorted_btree: round(tree / count),
    ordered_map: round(map / count),
    flat: round(flat.byteLength / count),
  };
}

/** Bytes of one mapping of 1 TiB beside nothing else. */
function hugeRow(module: WebAssembly.Module): BenchRow {
  const engine = new Engine(module, 1);
  const before = engine.usedBytes;
  engine.map(0, TEBIBYTE_PAGES, 0);
  return { bench: 'memory/1TiB', unit: 'bytes', ours: engine.usedBytes - before };
}

/** Time of map and unmap of a page, and of 1 TiB, in an empty domain. */
function hugeTimeRows(module: WebAssembly.Module, pace: Pace): readonly BenchRow[] {
  const workOf = (pages: number): Work =>
    prepare(freeChurn, prepare(mapAndUnmapOf, new Engine(module, 1), pages));
  const expected: Work = (start, end) => 2 * (end - start);
  const contestants = [
    { name: 'ours_4KiB', work: workOf(1), expected },
    { name: 'ours_1TiB', work: workOf(TEBIBYTE_PAGES), expected },
  ];
  return rowsOf('memory/1TiB/map-unmap', 'ns', race(contestants, LIVE_PAGES, pace));
}

/** What is in use after many pairs at random free places, beyond what was in use before them. */
function growthRow(module: WebAssembly.Module, pairs: number): BenchRow {
  const { live, draws } = planChurn(LIVE_PAGES, new Random(SEED));
  const engine = new Engine(module, LIVE_PAGES + 1);
  live.pages.forEach((page, index) => engine.map(page, 1, live.physPages[index] ?? 0));
  const work = prepare(freeChurn, prepare(rawChurn, engine, draws.free));
  const before = engine.usedBytes;
  for (let done = 0; done < pairs; done += draws.free.count) {
    work(0, Math.min(draws.free.count, pairs - done));
  }
  return { bench: `memory/growth/${pairs}-pairs`, unit: 'bytes', ours: engine.usedBytes - before };
}

/** Everything, row by row. */
export function measureMemory(
  module: WebAssembly.Module,
  { mappings, pairs, pace }: MemoryPlan,
  onRow: OnRow,
): void {
  for (const pattern of PATTERNS) onRow(patternRow(module, pattern, mappings));
  onRow(hugeRow(module));
  hugeTimeRows(module, pace).forEach(onRow);
  onRow(growthRow(module, pairs));
}

/** `runs` timed slices of each contestant; bytes are counted once, as they do not vary. */
export async function runMemory(runs: number, onRow: OnRow, onProgress: OnProgress): Promise<void> {
  onProgress('memory: a minute of mapping');
  const plan = { mappings: 1_048_576, pairs: 10_000_000, pace: paceOf(runs) };
  measureMemory(await loadStoreWasm(), plan, onRow);
}
