// The code that v86 translates from the guest's to WebAssembly: compiled at once, and put in its place at a moment that
// does not depend on the host.
//
// v86 compiles beside the guest and takes the function whenever it is there, so that what is interpreted and what is
// translated, and with it where the guest can be interrupted, differs from run to run.

import type { V86CoreImports } from './v86-internals.ts';

type Instantiated = (result: {
  readonly module: WebAssembly.Module;
  readonly instance: WebAssembly.Instance;
}) => void;

/** Translated functions by their place in v86's table. */
export type CodeTable = ReadonlyMap<number, WebAssembly.Module>;

/** Compiled modules kept for the next machine that comes to the same code, at most; the oldest go first. */
const MAX_KEPT = 4096;

/** Compiles the same code once: a machine that is restarted or taken back comes to the same functions again. */
export class CodeCache {
  readonly #modules = new Map<string, WebAssembly.Module>();

  compile(code: Uint8Array<ArrayBuffer>): WebAssembly.Module {
    const key = keyOf(code);
    const known = this.#modules.get(key);
    if (known !== undefined) return known;
    const module = new WebAssembly.Module(code);
    this.#modules.set(key, module);
    if (this.#modules.size > MAX_KEPT) {
      for (const oldest of this.#modules.keys()) {
        this.#modules.delete(oldest);
        break;
      }
    }
    return module;
  }
}

const decoder = new TextDecoder('latin1');

/** The code itself as a string: no two codes share one. */
function keyOf(code: Uint8Array): string {
  return decoder.decode(code);
}

/** The translated functions of one emulator. */
export class TranslatedCode {
  readonly #cache: CodeCache;
  readonly #functions = new Map<number, WebAssembly.Module>();
  #waiting: (() => void)[] = [];

  constructor(cache: CodeCache) {
    this.#cache = cache;
  }

  /** The functions that are in their places. */
  get table(): CodeTable {
    return new Map(this.#functions);
  }

  /** Takes over what v86 imports; call before its core is instantiated. */
  install(imports: V86CoreImports): void {
    const { codegen_finalize, run_hardware_timers, jit_clear_func, jit_clear_all_funcs } = imports;
    imports.codegen_finalize = (index, start, stateFlags, address, length) => {
      this.#compileWith(
        (module) => this.#functions.set(index, module),
        () => codegen_finalize(index, start, stateFlags, address, length),
      );
    };
    // Delivered in the call that asked for it, a function would find v86 in the middle of its translation.
    imports.run_hardware_timers = (hasAcpi, now) => {
      if (this.#waiting.length > 0) this.#deliver();
      return run_hardware_timers(hasAcpi, now);
    };
    imports.jit_clear_func = (index) => {
      this.#functions.delete(index);
      jit_clear_func(index);
    };
    imports.jit_clear_all_funcs = () => {
      this.#functions.clear();
      jit_clear_all_funcs();
    };
  }

  /** Takes over functions that were put in their places otherwise. */
  adopt(table: CodeTable): void {
    this.#functions.clear();
    for (const [index, module] of table) this.#functions.set(index, module);
  }

  #deliver(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const deliver of waiting) deliver();
  }

  /** Runs v86's own translation with a compiler that answers at once, and keeps its answer for later. */
  #compileWith(onDelivery: (module: WebAssembly.Module) => void, translate: () => void): void {
    const { instantiate } = WebAssembly;
    const compile = (code: Uint8Array<ArrayBuffer>, imports: WebAssembly.Imports): object => {
      const module = this.#cache.compile(code);
      const instance = new WebAssembly.Instance(module, imports);
      return {
        // oxlint-disable-next-line unicorn/no-thenable -- v86 expects a promise, and must not get one
        then: (take: Instantiated) => {
          this.#waiting.push(() => {
            onDelivery(module);
            take({ module, instance });
          });
        },
      };
    };
    Reflect.set(WebAssembly, 'instantiate', compile);
    try {
      translate();
    } finally {
      Reflect.set(WebAssembly, 'instantiate', instantiate);
    }
  }
}
