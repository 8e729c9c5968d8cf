// Our ways to map and unmap as contestants: through the device, WasmStore, its exports, ReferenceStore.

import { WasmStore } from '../../../src/iommu/engine/wasm-store.ts';
import { RequestLoop } from '../../rigs/request-loop.ts';
import type { Churn, ChurnDraws, MapAndUnmap } from '../churn-draws.ts';
import { prepare } from '../race.ts';
import { createNaive, createProduct, Engine, NAIVE_LIMIT, type Product } from './stores.ts';

/** The device, WasmStore, its exports and, where it is fast enough, the naive store; with the live pages in place. */
export function createOurChurns(module: WebAssembly.Module, live: ChurnDraws): readonly Churn[] {
  // One more than are live: a free place is mapped before it is unmapped
  const room = live.count + 1;
  const product = createProduct(module, room);
  mapPages(productChurn(product, live), live);
  const engine = new Engine(module, room);
  mapPages(rawChurn(engine, live), live);
  const loop = new RequestLoop(new WasmStore(module, { maxDomains: 1, maxMappings: room }));
  mapPages(deviceChurn(loop, live), live);
  const churns: Churn[] = [
    { name: 'device', make: (draws) => prepare(deviceChurn, loop, draws) },
    { name: 'product', make: (draws) => prepare(productChurn, product, draws) },
    { name: 'raw', make: (draws) => prepare(rawChurn, engine, draws) },
  ];
  if (live.count > NAIVE_LIMIT) return churns;
  const naive = createNaive(room);
  mapPages(productChurn(naive, live), live);
  return [...churns, { name: 'naive', make: (draws) => prepare(productChurn, naive, draws) }];
}

/** Maps all pages of the draws; throws when one can not be. */
function mapPages({ map }: MapAndUnmap, { count }: ChurnDraws): void {
  for (let draw = 0; draw < count; draw++) {
    if (map(draw) !== 1) throw new Error(`page ${draw} cannot be mapped`);
  }
}

/** Through the device's request queue, one request for each notification. */
function deviceChurn(loop: RequestLoop, { pages, physPages }: ChurnDraws): MapAndUnmap {
  return {
    map: (draw) => (loop.map(pages[draw] ?? 0, physPages[draw] ?? 0) === 0 ? 1 : 0),
    unmap: (draw) => (loop.unmap(pages[draw] ?? 0) === 0 ? 1 : 0),
  };
}

/** Through raw exports, as u32 halves. */
export function rawChurn({ exports, slot }: Engine, { pages, physPages }: ChurnDraws): MapAndUnmap {
  const { insert, remove } = exports;
  return {
    map: (draw) => {
      const page = pages[draw] ?? 0;
      const phys = physPages[draw] ?? 0;
      const high = page >>> 20;
      const low = page << 12;
      return insert(slot, high, low, high, low | 0xfff, phys >>> 20, phys << 12, 3) === 0 ? 1 : 0;
    },
    unmap: (draw) => {
      const page = pages[draw] ?? 0;
      const high = page >>> 20;
      const low = page << 12;
      return remove(slot, high, low, high, low | 0xfff);
    },
  };
}

/** Through the methods of a store, with one object for all requests, as the device has. */
function productChurn({ store, domain }: Product, { pages, physPages }: ChurnDraws): MapAndUnmap {
  const words = { startHigh: 0, startLow: 0, endHigh: 0, endLow: 0 };
  const mapping = { ...words, physHigh: 0, physLow: 0, flags: 3 };
  return {
    map: (draw) => {
      const page = pages[draw] ?? 0;
      const phys = physPages[draw] ?? 0;
      mapping.startHigh = page >>> 20;
      mapping.startLow = (page << 12) >>> 0;
      mapping.endHigh = page >>> 20;
      mapping.endLow = ((page << 12) | 0xfff) >>> 0;
      mapping.physHigh = phys >>> 20;
      mapping.physLow = (phys << 12) >>> 0;
      return store.insertWords(domain, mapping) === 'inserted' ? 1 : 0;
    },
    unmap: (draw) => {
      const page = pages[draw] ?? 0;
      words.startHigh = page >>> 20;
      words.startLow = (page << 12) >>> 0;
      words.endHigh = page >>> 20;
      words.endLow = ((page << 12) | 0xfff) >>> 0;
      return store.removeWords(domain, words) === 1 ? 1 : 0;
    },
  };
}
