// Set-up of a test process that measures coverage: gives instrumented modules the import they need, and writes which
// points were reached when a test file is done, which leaves all as it was for the next. The product knows nothing of it.

import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { HIT_MODULE, HIT_NAME, HITS_VARIABLE } from '../tools/wasm-coverage/points.ts';

const MAX_POINTS = 65_536;
const folder = process.env[HITS_VARIABLE];
if (folder === undefined) throw new Error(`${HITS_VARIABLE} does not name a folder`);

const isHit = new Uint8Array(MAX_POINTS);
const hit = (point: number): void => {
  isHit[point] = 1;
};

const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(module: WebAssembly.Module, imports: WebAssembly.Imports = {}) {
    super(module, { ...imports, [HIT_MODULE]: { [HIT_NAME]: hit } });
  }
};

afterAll(() => {
  WebAssembly.Instance = Instance;
  const points = [...isHit.keys()].filter((point) => isHit[point] === 1);
  writeFileSync(join(folder, `${randomUUID()}.json`), JSON.stringify(points));
});
