import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// The property tests of what wasm/ exports, on an instrumented build of it: `npm run wasm:coverage`.
export default defineConfig({
  root: join(import.meta.dirname, '..'),
  test: {
    setupFiles: ['test/support/record-wasm-coverage.ts'],
    include: ['src/iommu/engine/**/wasm-*.test.ts', 'test/model/store/store-run.test.ts'],
    // It goes the same few ways a million times, to see that nothing leaks.
    exclude: ['src/iommu/engine/wasm-churn.test.ts'],
    testTimeout: 120_000,
    isolate: false,
    maxWorkers: 1,
  },
});
