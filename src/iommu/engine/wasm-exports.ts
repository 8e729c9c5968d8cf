// What wasm/assembly/index.ts exports, checked when a module is instantiated.

/** All parameters are unsigned 32-bit; 64-bit values come as halves. Domains and windows are sets, by index. */
export interface EngineExports {
  initialize(...limitsThenAddressesThenBlocks: [...Caps, ...Areas, number, number]): void;
  /** AUDIT_* */
  audit(): number;
  /** An index, or NO_SET. */
  createWindows(): number;
  createDomain(id: number): number;
  destroyDomain(domain: number): void;
  /** INSERT_* */
  insert(
    domain: number,
    ...startEndPhysAsHighLowThenFlags: [number, number, number, number, number, number, number]
  ): number;
  /** A count, or REMOVE_WOULD_SPLIT. */
  remove(domain: number, ...startEndAsHighLow: Range): number;
  /** 1 or 0. */
  overlaps(domain: number, ...startEndAsHighLow: Range): number;
  list(domain: number, fromHigh: number, fromLow: number): number;
  clearWindows(windows: number): void;
  /** INSERT_DONE or INSERT_FULL. */
  insertWindow(windows: number, ...startEndAsHighLowThenFlags: [...Range, number]): number;
  createEndpoint(endpoint: number): void;
  bind(
    endpoint: number,
    mode: number,
    domain: number,
    outer: number,
    inner: number,
    isOpen: number,
  ): void;
  setDoorbell(endpoint: number, ...startEndAsHighLow: Range): void;
  account(endpoint: number, counter: number, length: number): void;
  /** A page's number, TRANSLATE_SEGMENTS less a number of segments, or a TRANSLATE_*. */
  translate(endpoint: number, high: number, low: number, length: number, access: number): number;
  resume(endpoint: number, high: number, low: number, length: number, access: number): number;
  translateBatch(endpoint: number, first: number, count: number, access: number): number;
}

type Caps = [number, number, number];
type Areas = [number, number, number, number, number];
type Range = [number, number, number, number];

const NAMES: readonly (keyof EngineExports)[] = [
  'initialize',
  'audit',
  'createWindows',
  'createDomain',
  'destroyDomain',
  'insert',
  'remove',
  'overlaps',
  'list',
  'clearWindows',
  'insertWindow',
  'createEndpoint',
  'bind',
  'setDoorbell',
  'account',
  'translate',
  'resume',
  'translateBatch',
];

/** Runs the module on the memory; throws `Error` when it is not the engine of this version. */
export function instantiateEngine(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): EngineExports {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  if (isEngine(exports)) return exports;
  const missing = NAMES.filter((name) => !hasFunction(exports, name));
  throw new Error(`store.wasm does not match this program: it lacks ${missing.join(', ')}`);
}

function isEngine(exports: object): exports is EngineExports {
  return NAMES.every((name) => hasFunction(exports, name));
}

function hasFunction(exports: object, name: string): boolean {
  return typeof Reflect.get(exports, name) === 'function';
}
