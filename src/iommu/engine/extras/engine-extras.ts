// The second module of the engine (wasm/assembly/extras.ts), at work on the memory of an engine: its audit, and the
// translation of many buffers in one call.

import { BUFFERS_OFFSET, MAX_BUFFERS, SEGMENT_SIZE } from '../../../../wasm/assembly/layout.ts';
import { instantiate } from '../wasm-exports.ts';
import type { EngineMemory } from '../wasm-memory.ts';

const WORD = 4;
const NAMES = ['audit', 'translateBatch'] as const;

interface ExtrasExports {
  readonly audit: () => number;
  readonly translateBatch: (
    endpoint: number,
    first: number,
    count: number,
    access: number,
  ) => number;
}

/** What no device needs of an engine. The engine neither knows nor notices. */
export class EngineExtras {
  readonly engine: EngineMemory;
  /** Where the buffers of `translateBatch` go: u32 low, u32 high, u32 length, u32 ignored, for MAX_BUFFERS of them. */
  readonly buffers: Uint32Array;
  /**
   * Translates `count` of the `buffers` from number `first` on in one call, each like an access of its own. Returns the
   * number of all segments, in order, where `translate` leaves its own; or a negative number when one of them is
   * anything but plain memory: then nothing was counted, and each has to be translated by itself.
   */
  readonly translateBatch: ExtrasExports['translateBatch'];
  /** AUDIT_SOUND, or which rule the memory breaks: an AUDIT_* of layout.ts. Takes time for all that is in use. */
  readonly audit: ExtrasExports['audit'];

  /** `module` is the compiled wasm/build/extras.wasm. Throws `Error` for another module. */
  constructor(module: WebAssembly.Module, engine: EngineMemory) {
    this.engine = engine;
    const first = BUFFERS_OFFSET / WORD;
    this.buffers = engine.words.subarray(first, first + MAX_BUFFERS * (SEGMENT_SIZE / WORD));
    const { audit, translateBatch } = instantiate<ExtrasExports>({
      file: 'extras.wasm',
      module,
      memory: engine.memory,
      names: NAMES,
    });
    this.audit = audit;
    this.translateBatch = translateBatch;
  }
}
