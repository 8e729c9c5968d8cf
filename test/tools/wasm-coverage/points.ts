// What the compiler's side and the test process's side of the measurement agree on.

/** Where something can be executed; its index in the table is the number given to `hit`. */
export interface Point {
  /** As the compiler names it, from its base directory on. */
  readonly file: string;
  readonly line: number;
}

/** The import of an instrumented module. */
export const HIT_MODULE = 'coverage';
export const HIT_NAME = 'hit';

/** Environment of the test process: the folder for files of hits, each a JSON list of point numbers. */
export const HITS_VARIABLE = 'VIOMMU_WASM_HITS';
/** Environment of the test process: the WASM file to test instead of those in wasm/build. */
export const STORE_VARIABLE = 'VIOMMU_STORE_WASM';
