// Endpoints, windows, bypass and counters: the engine against the naive store.

import fc from 'fast-check';
import { it } from 'vitest';
import { engineCases } from '../../../test/support/engine-cases.ts';
import { expectSame } from '../../../test/support/expect-same.ts';
import { ENDPOINTS, step } from '../../../test/support/store-steps.ts';
import { endpointWindows, StoreWorld } from '../../../test/support/store-world.ts';
import { auditOf } from '../../../test/support/engine-extras.ts';
import { storeModule } from '../../../test/support/stores.ts';
import { AUDIT_SOUND } from '../../../wasm/assembly/layout.ts';
import { ReferenceStore } from '../store/reference-store.ts';
import { WasmStore } from './wasm-store.ts';

const SEED = 24;
const LIMITS = { maxDomains: 3, maxMappings: 80, maxEndpoints: ENDPOINTS, maxRegions: 60 };
const steps = fc.array(step, { minLength: 1, maxLength: 120, size: 'max' });
const windows = fc.array(endpointWindows, { minLength: ENDPOINTS, maxLength: ENDPOINTS });

it('decides every access as the naive store does, and counts it alike', () => {
  fc.assert(
    fc.property(windows, steps, (windows, steps) => {
      const wasm = new StoreWorld(new WasmStore(storeModule, LIMITS), windows);
      const reference = new StoreWorld(new ReferenceStore(LIMITS), windows);
      for (const [name, run] of steps) expectSame([name, run(wasm)], [name, run(reference)]);
      expectSame(wasm.contents(), reference.contents());
      expectSame(auditOf(wasm.store), AUDIT_SOUND);
    }),
    { seed: SEED, numRuns: engineCases(300) },
  );
});
