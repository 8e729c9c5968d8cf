// An engine in whose memory everything occurs: trees of two levels, page tables, windows, endpoints, and what is free.

import {
  INNER_CHILDREN,
  MODE_BYPASS,
  MODE_DOMAIN,
  SET_ROOT,
  SET_SPANS,
  SET_WINDOWS,
  SPAN_DIRECTORY,
} from '../../wasm/assembly/layout.ts';
import { EngineExtras } from '../../src/iommu/engine/extras/engine-extras.ts';
import { EngineMemory } from '../../src/iommu/engine/wasm-memory.ts';
import { extrasModule } from './engine-extras.ts';
import { storeModule } from './stores.ts';

const PAGE = 0x1000;
/** Starts of the mappings of the tree: each is two bytes long. */
export const TREE_START = 0x4000_0000;
const TREE_STEP = 0x10;
const TREE_MAPPINGS = 300;
const DOORBELL = 0xfee0_0000;

export interface BusyEngine {
  readonly engine: EngineMemory;
  /** AUDIT_SOUND, or which rule its memory breaks. */
  readonly audit: () => number;
  /** Address of the record of the domain with mappings, and of its windows. */
  readonly domain: number;
  readonly windows: number;
  /** Its tree's root, and the first leaf. */
  readonly root: number;
  readonly leaf: number;
  /** Its directory, the first table of it, and that one's first leaf; page 0 is in there. */
  readonly directory: number;
  readonly table: number;
  readonly pages: number;
}

export function makeBusyEngine(): BusyEngine {
  const limits = { maxDomains: 4, maxMappings: 500, maxEndpoints: 4, maxRegions: 40 };
  const engine = new EngineMemory(storeModule, limits);
  const { exports } = engine;
  const [index, gone] = [exports.createDomain(7), exports.createDomain(8)];
  for (let each = 0; each < TREE_MAPPINGS; each += 1) {
    const start = TREE_START + each * TREE_STEP;
    exports.insert(index, 0, start, 0, start + 1, 0, start, 3);
    exports.insert(gone, 1, start, 1, start + 1, 0, start, 3);
    // Every third has three pages
    const end = each * 4 * PAGE + (each % 3 === 0 ? 3 : 1) * PAGE - 1;
    if (each < 150) exports.insert(index, 0, each * 4 * PAGE, 0, end, 0, each * PAGE, 1);
  }
  exports.destroyDomain(gone);
  const domain = engine.addressOfSet(index);
  const windows = engine.word(domain + SET_WINDOWS);
  for (let each = 0; each < 20; each += 1) {
    exports.insertWindow(windows, 2, each * 2 * PAGE, 2, each * 2 * PAGE + PAGE - 1, each % 4);
  }
  for (let endpoint = 0; endpoint < 3; endpoint += 1) exports.createEndpoint(endpoint);
  exports.setDoorbell(0, 0, DOORBELL, 0, DOORBELL + 0xf_ffff);
  exports.bind(0, MODE_DOMAIN, index, windows, windows, 1);
  exports.bind(1, MODE_BYPASS, 0, 0, 0, 0);
  exports.translate(0, 0, 0, 1, 1);
  exports.translate(0, 2, PAGE, 1, 1);
  const root = engine.word(domain + SET_ROOT);
  const directory = engine.word(domain + SET_SPANS + SPAN_DIRECTORY);
  const table = engine.word(directory);
  return {
    engine,
    audit: new EngineExtras(extrasModule, engine).audit,
    domain,
    windows: engine.addressOfSet(windows),
    root,
    leaf: engine.word(root + INNER_CHILDREN),
    directory,
    table,
    pages: engine.word(table),
  };
}
