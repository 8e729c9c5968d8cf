import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Tests on a real guest. They share one booted guest and both of a small machine's processors: one file at a time.
export default defineConfig({
  root: join(import.meta.dirname, '..'),
  test: {
    include: ['test/guest/**/*.test.ts'],
    globalSetup: ['test/guest/support/build-command.ts'],
    fileParallelism: false,
    isolate: false,
    maxWorkers: 1,
    // As the command has it: what each guest does is too short to be worth optimising early. Marking beside the guest costs more
    // than at once, with what a guest keeps.
    execArgv: ['--wasm-tiering-budget=1000000000', '--no-concurrent-marking'],
    // A net under tests that are bounded by the guest's progress.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
