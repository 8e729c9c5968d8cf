// What wasm/assembly/index.ts exports, checked when a module is instantiated.

/** All parameters are unsigned 32-bit; 64-bit values come as halves. */
export interface StoreExports {
  initialize(maxDomains: number, maxMappings: number, firstNode: number): void;
  /** A slot, or NO_SLOT. */
  createDomain(): number;
  destroyDomain(slot: number): void;
  /** INSERT_* */
  insert(
    slot: number,
    ...startEndPhysAsHighLowThenFlags: [number, number, number, number, number, number, number]
  ): number;
  /** A count, or REMOVE_WOULD_SPLIT. */
  remove(slot: number, ...startEndAsHighLow: [number, number, number, number]): number;
  /** 1 or 0. */
  overlaps(slot: number, ...startEndAsHighLow: [number, number, number, number]): number;
  list(slot: number, fromHigh: number, fromLow: number): number;
  translate(slot: number, high: number, low: number, length: number, access: number): number;
}

const NAMES: readonly (keyof StoreExports)[] = [
  'initialize',
  'createDomain',
  'destroyDomain',
  'insert',
  'remove',
  'overlaps',
  'list',
  'translate',
];

/** Runs the module on the memory; throws `Error` when it is not the mapping store of this version. */
export function instantiateStore(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): StoreExports {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  if (isStore(exports)) return exports;
  const missing = NAMES.filter((name) => !hasFunction(exports, name));
  throw new Error(`store.wasm does not match this program: it lacks ${missing.join(', ')}`);
}

function isStore(exports: object): exports is StoreExports {
  return NAMES.every((name) => hasFunction(exports, name));
}

function hasFunction(exports: object, name: string): boolean {
  return typeof Reflect.get(exports, name) === 'function';
}
