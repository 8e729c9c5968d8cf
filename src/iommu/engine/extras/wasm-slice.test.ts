// The engine's memory as one slice: there and back, and what is not believed.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { engineCases } from '../../../../test/support/engine-cases.ts';
import { expectSame } from '../../../../test/support/expect-same.ts';
import { ENDPOINTS, step } from '../../../../test/support/store-steps.ts';
import { endpointWindows, StoreWorld } from '../../../../test/support/store-world.ts';
import { auditOf, extrasModule, extrasOf } from '../../../../test/support/engine-extras.ts';
import { storeModule } from '../../../../test/support/stores.ts';
import {
  AUDIT_SOUND,
  ENDPOINTS_OFFSET,
  HEADER_FIRST_BLOCK,
  HEADER_FORMAT,
  HEADER_SETS,
  HEADER_START,
  SET_DOMAIN,
  SET_SIZE,
} from '../../../../wasm/assembly/layout.ts';
import { toGpa, toIova } from '../../../memory/address.ts';
import { NO_WINDOWS, type EndpointWindows } from '../../regions/region-window.ts';
import { WasmStore } from '../wasm-store.ts';
import { EngineSlices } from './engine-slices.ts';

const SEED = 27;
const LIMITS = { maxDomains: 3, maxMappings: 300, maxEndpoints: ENDPOINTS, maxRegions: 60 };
const PAGE = 0x1000n;

const windows = fc.array(endpointWindows, { minLength: ENDPOINTS, maxLength: ENDPOINTS });
const steps = fc.array(step, { minLength: 1, maxLength: 80, size: 'max' });

const WINDOW = { start: toIova(0x8000n), end: toIova(0x8fffn), flags: 0 };
const OWN_WINDOW: EndpointWindows = { ...NO_WINDOWS, own: [WINDOW] };
const DOORBELL: EndpointWindows = { doorbell: WINDOW, refused: [WINDOW], own: undefined };

/** A store with trees, page tables, windows, an endpoint in a domain, and free blocks. */
function busyWorld(): StoreWorld<WasmStore> {
  const world = new StoreWorld(new WasmStore(storeModule, LIMITS), [OWN_WINDOW, DOORBELL]);
  const insertAt = (domain: number, start: bigint, length: bigint): void => {
    const virt = { virtStart: toIova(start), virtEnd: toIova(start + length - 1n) };
    world.insert(domain, { ...virt, physStart: toGpa(start & 0xff_f000n), flags: 3 });
  };
  for (let index = 0n; index < 100n; index += 1n) {
    insertAt(0, 0x100_0000n + index * 3n * PAGE, PAGE);
    insertAt(0, 0x4000_0000n + index * PAGE, 0x10n);
    insertAt(1, 0x9000_0000n + index * PAGE, 0x10n);
  }
  world.recreate(1);
  world.bind(1, 'bypass');
  world.access(0, 0x100_0000n, 4, 1);
  return world;
}

function slicesOf({ store }: StoreWorld<WasmStore>): EngineSlices {
  return new EngineSlices(store, extrasModule);
}

function changed(slice: Uint8Array, place: number, byte: (old: number) => number): Uint8Array {
  const copy = slice.slice();
  copy[place] = byte(copy[place] ?? 0);
  return copy;
}

describe('a slice of the engine', () => {
  it('brings back every moment, from which the same steps lead to the same answers', () => {
    fc.assert(
      fc.property(windows, steps, steps, (windows, before, after) => {
        const world = new StoreWorld(new WasmStore(storeModule, LIMITS), windows);
        for (const [, run] of before) run(world);
        const moment = world.contents();
        const goBack = world.remember();
        const slices = slicesOf(world);
        const slice = slices.save();
        const answers = after.map(([, run]) => run(world));
        const outcome = world.contents();
        slices.restore(slice);
        goBack();
        expectSame(world.contents(), moment);
        expectSame(auditOf(world.store), AUDIT_SOUND);
        expectSame(
          after.map(([, run]) => run(world)),
          answers,
        );
        expectSame(world.contents(), outcome);
      }),
      { seed: SEED, numRuns: engineCases(150) },
    );
  });

  it('goes into another store with the same caps and endpoints, and leaves its views in place', () => {
    const world = busyWorld();
    const target = new StoreWorld(new WasmStore(storeModule, LIMITS), [OWN_WINDOW, DOORBELL]);
    const { buffers, translateBatch } = extrasOf(target.store);
    const { result } = target.store;
    slicesOf(target).restore(slicesOf(world).save());
    expect(target.contents()).toEqual(busyWorld().contents());
    buffers.set([0x100_0010, 0, 8, 0]);
    expect(translateBatch(0, 0, 1, 1)).toBe(1);
    expect([result.low(0), result.length(0)]).toEqual([0x10, 8]);
  });

  it.each([
    ['more mappings', { ...LIMITS, maxMappings: 301 }, [OWN_WINDOW, DOORBELL], 'caps'],
    ['fewer endpoints', LIMITS, [OWN_WINDOW], 'other endpoints'],
    ['more endpoints', LIMITS, [OWN_WINDOW, DOORBELL, NO_WINDOWS], 'other endpoints'],
    ['endpoints without windows', LIMITS, [NO_WINDOWS, NO_WINDOWS], 'other endpoints'],
    ['no doorbell', LIMITS, [OWN_WINDOW, { ...DOORBELL, doorbell: undefined }], 'other endpoints'],
    [
      'a window of other rights',
      LIMITS,
      [{ ...OWN_WINDOW, own: [{ ...WINDOW, flags: 1 }] }, DOORBELL],
      'other endpoints',
    ],
  ])('is refused by a store with %s', (_what, limits, windows, message) => {
    const world = new StoreWorld(new WasmStore(storeModule, limits), windows);
    const before = world.contents();
    expect(() => slicesOf(world).restore(slicesOf(busyWorld()).save())).toThrow(message);
    expect(world.contents()).toEqual(before);
  });

  it.each<[string, (slice: Uint8Array) => Uint8Array, string]>([
    ['no bytes', () => new Uint8Array(), 'not whole'],
    ['a piece', (slice) => slice.subarray(0, -1), 'not whole'],
    ['more bytes', (slice) => Uint8Array.from([...slice, 0]), 'not whole'],
    ['far more bytes', () => new Uint8Array(0x1000_0000), 'not whole'],
    ['another format', (slice) => changed(slice, HEADER_FORMAT, (old) => old + 1), 'version'],
    ['anything in front', (slice) => changed(slice, 8, () => 1), 'first bytes'],
  ])('is not %s', (_what, change, message) => {
    const slices = slicesOf(busyWorld());
    expect(() => slices.restore(change(slices.save()))).toThrow(message);
  });

  it('has no domain twice', () => {
    const slices = slicesOf(busyWorld());
    const slice = slices.save();
    const sets = new DataView(slice.buffer).getUint32(HEADER_SETS, true);
    // Sets: none; that of an own window; that of a doorbell; domain 0 and its windows; domain 1
    const twice = changed(slice, sets + 5 * SET_SIZE + SET_DOMAIN, () => 0);
    expect(() => slices.restore(twice)).toThrow('domain 0 twice');
  });

  it('is refused when damaged, or is sound all the same; the store works on either way', () => {
    const world = busyWorld();
    const slices = slicesOf(world);
    const slice = slices.save();
    const first = new DataView(slice.buffer).getUint32(HEADER_FIRST_BLOCK, true);
    const sets = new DataView(slice.buffer).getUint32(HEADER_SETS, true);
    const place = fc.oneof(
      fc.integer({ min: first, max: slice.length - 1 }),
      fc.integer({ min: sets, max: sets + 10 * SET_SIZE }),
      fc.integer({ min: HEADER_START, max: HEADER_START + 100 }),
      fc.integer({ min: ENDPOINTS_OFFSET, max: ENDPOINTS_OFFSET + 200 }),
      fc.nat(slice.length - 1),
    );
    const before = world.contents();
    let refused = 0;
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 255 }), (place, bits) => {
        const damaged = changed(slice, place, (old) => old ^ bits);
        const failure = failureOf(() => slices.restore(damaged));
        if (failure === undefined) {
          expectSame(auditOf(world.store), AUDIT_SOUND);
          slices.restore(slice);
        } else {
          refused += 1;
          expect(failure).toMatch(/^the saved engine /);
        }
        expectSame(world.contents(), before);
      }),
      { seed: SEED, numRuns: engineCases(1000) },
    );
    expect(refused).toBeGreaterThan(engineCases(300));
  });
});

function failureOf(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError || !(error instanceof Error)) throw error;
    return error.message;
  }
}
