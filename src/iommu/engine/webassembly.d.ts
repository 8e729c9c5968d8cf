// The little of the WebAssembly API that the store needs; the core's lib has none of it.

declare namespace WebAssembly {
  interface Module {}
  class Memory {
    constructor(descriptor: { initial: number; maximum: number });
    readonly buffer: ArrayBuffer;
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, Memory>>);
    readonly exports: Record<string, unknown>;
  }
}
