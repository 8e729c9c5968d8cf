// The rooms of the tests.

import type { Room } from './room.ts';

/** Packages that tests anywhere may import. */
const TEST_PACKAGES = ['fast-check', 'node', 'vitest'];

/** `*.test.ts` and `*.test.tsx`, wherever they are: a test may look at anything. */
export const TESTS: Omit<Room, 'folder'> = {
  purpose: 'tests beside what they test',
  imports: 'anything',
  packages: [
    ...TEST_PACKAGES,
    '@hpcc-js/wasm-zstd',
    '@codemirror/autocomplete',
    '@codemirror/view',
    '@lezer/generator',
    '@preact/signals',
    '@xterm/xterm',
    'assemblyscript',
    'preact',
    'v86',
  ],
};

export const TEST: readonly Room[] = [
  ['test', 'how tests are run', '@playwright/test', 'node', 'vitest'],
  ['test/bench', 'benchmarks', 'node', '@playwright/test', 'vite'],
  ['test/bench/contestants', 'what is raced', 'node', '@js-sdsl/ordered-map', 'sorted-btree'],
  ['test/conformance', 'each requirement of the specification', ...TEST_PACKAGES],
  ['test/differential', "QEMU's device and ours", 'node'],
  ['test/e2e', 'the page in a browser', '@playwright/test', 'node'],
  ['test/e2e/pages', 'page objects', '@axe-core/playwright', '@playwright/test'],
  ['test/guest', 'booted guests', ...TEST_PACKAGES],
  ['test/guest/support', 'booted guests, shared', ...TEST_PACKAGES],
  ['test/model', 'a second, naive device', ...TEST_PACKAGES],
  ['test/model/explain', 'a second, naive explainer, and random histories', ...TEST_PACKAGES],
  ['test/model/store', 'random operations on both stores', ...TEST_PACKAGES],
  ['test/rigs', 'a device on a bench, with a driver to drive it'],
  ['test/support', 'what tests share', ...TEST_PACKAGES, 'oxfmt', 'vite'],
  ['test/tools', 'programs around tests', '@playwright/test', 'node', 'vite'],
  [
    'test/tools/border',
    "a flood of events through the worker's border",
    '@playwright/test',
    'comlink',
    'node',
    'vite',
  ],
  ['test/tools/browsers', 'a walk through the page in any browser', 'node'],
  ['test/tools/browsers/page', 'the walk, beside the page that it goes through'],
  ['test/tools/digests', 'one run in Node and in browsers', 'node'],
  ['test/tools/floods', 'floods of faults and requests, and a store filled to its limits', 'node'],
  ['test/tools/house', 'who may import whom', 'node', 'oxc-parser'],
  ['test/tools/screenshots', 'the pictures of the README', '@playwright/test', 'node'],
  ['test/tools/wasm-coverage', 'lines of the engine that tests reach', 'assemblyscript', 'node'],
  ['test/unit', 'what spans rooms', ...TEST_PACKAGES],
].map(([folder = '', purpose = '', ...packages]) => ({
  folder,
  purpose,
  imports: 'anything' as const,
  packages,
}));
