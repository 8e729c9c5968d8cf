import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const ROOT = join(import.meta.dirname, '..');

/** Measure memory, or run for seconds: they want a heap and compiled code of their own. The others share a process, which is not worth starting for a tenth of a second. */
const ALONE = [
  'src/iommu/engine/**/wasm-{batch,pages,slice,store}.test.ts',
  'src/trace/replay/{history,lifetimes,long-record}.test.ts',
  'src/trace/record/marks.test.ts',
  'src/trace/filter/compile-filter.test.ts',
  'src/machine/**/{machine,snapshot,snapshot-file}.test.ts',
  'src/kernel/walk-memo.test.ts',
  'src/worker/host/{machine-host,record-teller}.test.ts',
  'web/picture/layout.test.ts',
  // Puts a terminal of its own in the place of the page's, which others have loaded
  'web/components/terminal-view.test.tsx',
  'test/model/model.test.ts',
  'test/model/store/store-run.test.ts',
  'test/unit/dma-allocation.test.ts',
];

const ALL = [
  'src/**/*.test.ts',
  'web/**/*.test.{ts,tsx}',
  'test/unit/**/*.test.ts',
  'test/conformance/**/*.test.ts',
  'test/model/**/*.test.ts',
];

/** Tests that ask for a document: in a process of their own, as vitest ends one whose next file wants another environment. */
const IN_A_DOCUMENT = readdirSync(join(ROOT, 'web'), { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.test\.tsx?$/.test(path))
  .map((path) => join('web', path))
  .filter((path) =>
    readFileSync(join(ROOT, path), 'utf8').includes('@vitest-environment happy-dom'),
  );

// Unit and property tests beside their sources; test/ adds what spans layers or needs a guest (see vitest.guest.config.ts).
export default defineConfig({
  root: ROOT,
  test: {
    globalSetup: ['test/support/build-wasm.ts'],
    // A net under tests that end by themselves: a slow or busy machine is no failure.
    testTimeout: 120_000,
    // One project after the other: files of two that come by turns start a process each.
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE, sequence: { groupOrder: 1 } } },
      {
        extends: true,
        test: {
          name: 'document',
          include: IN_A_DOCUMENT,
          exclude: ALONE,
          isolate: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'together',
          include: ALL,
          exclude: [...ALONE, ...IN_A_DOCUMENT],
          isolate: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
