// What wasm/assembly/index.ts exports, checked when a module is instantiated.

/** All parameters are unsigned 32-bit; 64-bit values come as halves. Domains and windows are sets, by index. */
export interface EngineExports {
  initialize(...limitsThenAddressesThenBlocks: [...Caps, ...Areas, number, number]): void;
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
}

type Caps = [number, number, number];
type Areas = [number, number, number, number, number];
type Range = [number, number, number, number];

const NAMES: readonly (keyof EngineExports)[] = [
  'initialize',
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
];

/** Runs the engine's module on the memory; throws `Error` when it is not the engine of this version. */
export function instantiateEngine(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): EngineExports {
  return instantiate({ file: 'store.wasm', module, memory, names: NAMES });
}

interface ModuleParts<Exports> {
  /** What the module is called where it does not fit. */
  readonly file: string;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly names: readonly (keyof Exports & string)[];
}

/** Runs a module on the memory; throws `Error` when it lacks one of the functions. */
export function instantiate<Exports extends object>({
  file,
  module,
  memory,
  names,
}: ModuleParts<Exports>): Exports {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  if (hasFunctions<Exports>(exports, names)) return exports;
  const missing = names.filter((name) => !hasFunction(exports, name));
  throw new Error(`${file} does not match this program: it lacks ${missing.join(', ')}`);
}

function hasFunctions<Exports extends object>(
  exports: object,
  names: readonly (keyof Exports & string)[],
): exports is Exports {
  return names.every((name) => hasFunction(exports, name));
}

function hasFunction(exports: object, name: string): boolean {
  return typeof Reflect.get(exports, name) === 'function';
}
