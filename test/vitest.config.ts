import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Unit and property tests beside their sources; test/ adds what spans layers or needs a guest (see vitest.guest.config.ts).
export default defineConfig({
  root: join(import.meta.dirname, '..'),
  test: {
    globalSetup: ['test/support/build-wasm.ts'],
    include: [
      'src/**/*.test.ts',
      'web/**/*.test.{ts,tsx}',
      'test/unit/**/*.test.ts',
      'test/conformance/**/*.test.ts',
      'test/model/**/*.test.ts',
    ],
    // A net under tests that end by themselves: a slow or busy machine is no failure.
    testTimeout: 120_000,
  },
});
