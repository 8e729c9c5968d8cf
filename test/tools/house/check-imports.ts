// Fails on an import that no rule allows, a folder without a rule, a circle, and a table in ARCHITECTURE.md that says
// otherwise. `--write` writes that table.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/guest/package-root.ts';
import { formatted } from '../../support/formatted.ts';
import { findBreaches } from './breaches.ts';
import { withTable } from './rooms-table.ts';
import { ROOMS, TESTS } from './rooms.ts';

const FOLDERS = ['src', 'web', 'wasm', 'test'];
/** What is built, not written. */
const BUILT = 'wasm/build';

const root = packageRoot();
const document = join(root, 'ARCHITECTURE.md');

function readTree(): ReadonlyMap<string, string> {
  const tree = new Map<string, string>();
  for (const folder of FOLDERS) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const name = path.slice(root.length + 1);
      if (entry.isFile() && !name.startsWith(BUILT)) tree.set(name, readFileSync(path, 'utf8'));
    }
  }
  return tree;
}

const written = readFileSync(document, 'utf8');
const expected = await formatted(document, withTable(written, ROOMS));
if (process.argv.includes('--write')) writeFileSync(document, expected);

const breaches = [
  ...findBreaches({ rooms: ROOMS, tests: TESTS }, readTree()),
  ...(written === expected || process.argv.includes('--write')
    ? []
    : ['The table of rooms in ARCHITECTURE.md is not that of the rules: run `npm run rooms`.']),
];
for (const breach of breaches) console.error(breach);
if (breaches.length > 0) process.exitCode = 1;
