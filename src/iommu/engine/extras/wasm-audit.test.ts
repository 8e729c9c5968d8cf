// The engine's audit: it finds each rule broken, and ends on any memory whatever.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeBusyEngine } from '../../../../test/support/busy-engine.ts';
import { engineCases } from '../../../../test/support/engine-cases.ts';
import { DAMAGES } from '../../../../test/support/engine-damages.ts';
import { expectSame } from '../../../../test/support/expect-same.ts';
import * as layout from '../../../../wasm/assembly/layout.ts';
import type { EngineMemory } from '../wasm-memory.ts';

const SEED = 23;

describe('audit', () => {
  it('finds nothing wrong in what the engine made, and changes nothing', () => {
    const { engine, audit } = makeBusyEngine();
    const before = engine.words.slice();
    expect(audit()).toBe(layout.AUDIT_SOUND);
    // But for the marks
    const first = engine.word(layout.HEADER_MARKS);
    const marks = [Math.floor(first / 4), engine.word(layout.HEADER_FIRST_BLOCK) / 4] as const;
    expectSame(engine.words.fill(0, ...marks), before.fill(0, ...marks));
  });

  it.each(DAMAGES)('finds %s', (_what, rule, damage) => {
    const busy = makeBusyEngine();
    damage(busy);
    expect(busy.audit()).toBe(rule);
  });

  it('ends on any memory, and the engine works on what it finds sound', () => {
    const { engine, audit } = makeBusyEngine();
    const sound = engine.words.slice();
    const used = engine.word(layout.HEADER_FRESH_BLOCK) / 4;
    // Values that lead somewhere: words of the memory itself, most of all addresses
    const value = fc.oneof(
      fc.nat(used - 1).map((at) => sound[at] ?? 0),
      fc.nat(),
      fc.constantFrom(0, 1, 0xffff_ffff),
    );
    const place = fc.oneof(
      fc.nat(used - 1),
      fc.integer({ min: layout.HEADER_START / 4, max: layout.BUFFERS_OFFSET / 4 - 1 }),
      fc.integer({ min: engine.addressOfSet(0) / 4, max: engine.addressOfSet(6) / 4 }),
      fc.integer({ min: engine.word(layout.HEADER_FIRST_BLOCK) / 4, max: used - 1 }),
    );
    const damage = fc.array(fc.tuple(place, value), { minLength: 1, maxLength: 6 });
    let found = 0;
    fc.assert(
      fc.property(damage, (words) => {
        engine.words.set(sound);
        for (const [at, value] of words) engine.words[at] = value;
        const rule = audit();
        if (rule === layout.AUDIT_SOUND) work(engine);
        else found += 1;
      }),
      { seed: SEED, numRuns: engineCases(5000) },
    );
    expect(found).toBeGreaterThan(engineCases(1000));
  });

  it('ends on noise', () => {
    const { engine, audit } = makeBusyEngine();
    const { words } = engine;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        let state = seed | 1;
        for (let at = 0; at < words.length; at += 1) {
          state = Math.imul(state, 0x9e37_79b1) + 0x7f4a_7c15;
          words[at] = state;
        }
        expect(audit()).not.toBe(layout.AUDIT_SOUND);
      }),
      { seed: SEED, numRuns: engineCases(20) },
    );
  });
});

/** Reads all mappings, and changes a few; traps when memory is not sound. */
function work(engine: EngineMemory): void {
  const { exports } = engine;
  expect(exports.list(1, 0, 0)).toBeLessThanOrEqual(layout.LIST_CAPACITY);
  for (let endpoint = 0; endpoint < engine.word(layout.HEADER_ENDPOINTS); endpoint += 1) {
    exports.translate(endpoint, 0, 0, 0x8000_0000, 1);
  }
  exports.remove(1, 0, 0x4000_0000, 0, 0x4000_00ff);
  exports.insert(1, 0, 0, 0, 0xfff, 0, 0, 3);
  exports.remove(1, 0, 0, 0xffff_ffff, 0xffff_ffff);
}
