// The buffers of a chain in one call: the engine against the naive store, which is asked about one after the other.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { engineCases } from '../../../../test/support/engine-cases.ts';
import { expectSame } from '../../../../test/support/expect-same.ts';
import { access, endpoint, ENDPOINTS, step } from '../../../../test/support/store-steps.ts';
import { address, endpointWindows, StoreWorld } from '../../../../test/support/store-world.ts';
import { extrasOf } from '../../../../test/support/engine-extras.ts';
import { storeModule } from '../../../../test/support/stores.ts';
import { highWord, lowWord } from '../../../base/words.ts';
import { MAX_ADDRESS, toGpa, toIova } from '../../../memory/address.ts';
import { MAX_SEGMENTS, TRANSLATE_TOO_MANY, type Access } from '../../store/mapping-store.ts';
import { ReferenceStore } from '../../store/reference-store.ts';
import { NO_WINDOWS } from '../../regions/region-window.ts';
import { WasmStore } from '../wasm-store.ts';

const SEED = 25;
const LIMITS = { maxDomains: 3, maxMappings: 80, maxEndpoints: ENDPOINTS, maxRegions: 60 };
const BUFFER_WORDS = 4;
const REFUSED = 'refused';

interface Buffer {
  readonly start: bigint;
  readonly length: number;
}

interface Batch {
  readonly endpoint: number;
  readonly first: number;
  readonly buffers: readonly Buffer[];
  readonly access: Access;
}

const length = fc.oneof(fc.integer({ min: 1, max: 512 }), fc.integer({ min: 1, max: 0x3000 }));
const anyBatch = fc.record({
  endpoint,
  first: fc.nat(1000),
  // Near each other: a batch with one refused buffer is refused
  buffers: fc
    .tuple(address, fc.array(fc.record({ offset: fc.nat(0x2000), length }), { minLength: 1 }))
    .map(([base, buffers]) =>
      buffers.map(({ offset, length }) => ({
        start: BigInt.asUintN(64, base + BigInt(offset)),
        length,
      })),
    ),
  access,
});

type Segments = readonly (readonly [bigint, number])[];

function together(world: StoreWorld<WasmStore>, batch: Batch): Segments | typeof REFUSED {
  const extras = extrasOf(world.store);
  for (const [index, { start, length }] of batch.buffers.entries()) {
    const at = (batch.first + index) * BUFFER_WORDS;
    extras.buffers.set([lowWord(start), highWord(start), length, 0xdead_beef], at);
  }
  const { endpoint, first, buffers, access } = batch;
  const count = extras.translateBatch(endpoint, first, buffers.length, access);
  return count < 0 ? REFUSED : world.segments(count);
}

/** The same, one by one; what was counted is taken back when one of them is refused. */
function oneByOne(world: StoreWorld, batch: Batch): Segments | typeof REFUSED {
  const { store } = world;
  const before = store.counters(batch.endpoint);
  const all: (readonly [bigint, number])[] = [];
  for (const { start, length } of batch.buffers) {
    const halves = [highWord(start), lowWord(start)] as const;
    const count = store.translate(batch.endpoint, ...halves, length, batch.access);
    if (count < 0 || all.length + count > MAX_SEGMENTS) {
      store.setCounters(batch.endpoint, before);
      return REFUSED;
    }
    all.push(...world.segments(count));
  }
  return all;
}

describe('translateBatch', () => {
  it('answers like accesses one by one, and counts like them, or counts nothing', () => {
    const windows = fc.array(endpointWindows, { minLength: ENDPOINTS, maxLength: ENDPOINTS });
    const rounds = fc.array(
      fc.tuple(fc.array(step, { minLength: 5, size: 'max', maxLength: 20 }), anyBatch),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(windows, rounds, (windows, rounds) => {
        const wasm = new StoreWorld(new WasmStore(storeModule, LIMITS), windows);
        const reference = new StoreWorld(new ReferenceStore(LIMITS), windows);
        for (const [steps, batch] of rounds) {
          for (const [name, run] of steps) expectSame([name, run(wasm)], [name, run(reference)]);
          expectSame(together(wasm, batch), oneByOne(reference, batch));
          expectSame(wasm.contents(), reference.contents());
        }
      }),
      { seed: SEED, numRuns: engineCases(400) },
    );
  });

  const scattered = 1200;
  function scatteredWorlds() {
    const limits = { maxDomains: 3, maxMappings: scattered };
    const windows = [NO_WINDOWS, NO_WINDOWS, NO_WINDOWS];
    const wasm = new StoreWorld(new WasmStore(storeModule, limits), windows);
    const reference = new StoreWorld(new ReferenceStore(limits), windows);
    for (let page = 0n; page < scattered; page += 1n) {
      const virtStart = toIova((1n << 40n) + page * 0x1000n);
      const virtEnd = toIova(virtStart + 0xfffn);
      // Every eighth page goes on where the one before it ends
      const physStart = toGpa((page % 8n === 1n ? (page - 1n) * 3n + 1n : page * 3n) * 0x1000n);
      for (const { store } of [wasm, reference]) {
        store.insert(0, { virtStart, virtEnd, physStart, flags: 3 });
      }
    }
    return { wasm, reference };
  }

  // [buffers, bytes of each]
  it.each([
    [1, MAX_SEGMENTS * 0x1000],
    [1, MAX_SEGMENTS * 0x1000 + 1],
    [64, 16 * 0x1000],
    [64, 17 * 0x1000],
    [1024, 1],
    [1024, 0x1001],
  ])(
    'takes %d buffers of %d bytes as long as there is room for their segments',
    (count, length) => {
      const { wasm, reference } = scatteredWorlds();
      const room = (scattered * 0x1000 - length) / count;
      const buffers = Array.from({ length: count }, (_, index) => ({
        start: (1n << 40n) + BigInt(Math.floor(index * room)),
        length,
      }));
      const batch: Batch = { endpoint: 0, first: 0, buffers, access: 1 };
      expectSame(together(wasm, batch), oneByOne(reference, batch));
      expectSame(wasm.contents(), reference.contents());
    },
  );

  it('ends an access of more segments than fit in several calls, like the naive store', () => {
    const { wasm, reference } = scatteredWorlds();
    const start = (1n << 40n) + 0x7ffn;
    const whole = scattered * 0x1000;
    for (const length of [whole - 0x7ff, whole, 1100 * 0x1000]) {
      const answer = wasm.access(0, start, length, 1);
      expectSame(answer, reference.access(0, start, length, 1));
      expectSame(wasm.contents(), reference.contents());
    }
    const code = wasm.store.translate(0, 0x100, 0, whole, 1);
    expect(code).toBe(TRANSLATE_TOO_MANY);
  });

  it('refuses a batch whose last buffer wraps, and has counted none of it', () => {
    const { wasm } = scatteredWorlds();
    const good = { start: 1n << 40n, length: 4 };
    const buffers = [good, good, { start: MAX_ADDRESS, length: 2 }];
    const before = wasm.contents();
    expect(together(wasm, { endpoint: 0, first: 3, buffers, access: 2 })).toBe(REFUSED);
    expect(wasm.contents()).toEqual(before);
  });
});
