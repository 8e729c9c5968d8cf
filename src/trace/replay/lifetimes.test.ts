import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAST_BASES, PastRig } from '../../../test/rigs/past-rig.ts';
import { expectSame } from '../../../test/support/expect-same.ts';
import { naiveLifetimes, type NaiveLifetime } from '../../../test/support/past-oracle.ts';
import { pastDevice, pastSteps } from '../../../test/support/past-steps.ts';
import { History } from './history.ts';

const MAX = 0xffff_ffff_ffff_ffffn;
/** A chunk that is being filled, and a few events. */
const FEW_BYTES = 32_000;

/** Ranges to ask for, with the edges of what `PastRig` maps. */
const range = fc
  .record({
    base: fc.constantFrom(...PAST_BASES),
    from: fc.nat(14 * 0x1000),
    length: fc.constantFrom(1n, 2n, 0x1000n, 0x5001n, MAX),
  })
  .map(({ base, from, length }) => {
    const start = base + BigInt(from) > MAX ? MAX : base + BigInt(from);
    return { start, end: start + length - 1n > MAX ? MAX : start + length - 1n };
  });

interface World {
  readonly history: History;
  readonly first: number;
  readonly last: number;
  /** The lifetimes that the history can know of. */
  readonly expected: readonly NaiveLifetime[];
}

const isBounded = fc.boolean();

function worldOf(
  options: ConstructorParameters<typeof PastRig>[0],
  steps: Parameters<PastRig['do']>[0][],
  isBounded: boolean,
): World {
  const rig = new PastRig(options, isBounded ? { maxBytes: FEW_BYTES } : {});
  const history = new History(rig.record);
  for (const step of steps) rig.do(step);
  rig.take();
  const { firstSequence: first, lastSequence: last } = rig.record;
  const expected = naiveLifetimes(rig.moments).filter(
    ({ born, died }) => born >= first || died === null || died >= first,
  );
  return { history, first, last, expected };
}

const world = fc
  .tuple(pastDevice, pastSteps('lose', 'go-back'), isBounded)
  .map((parts) => worldOf(...parts));

describe('lifetimes', () => {
  it('are known from the MAP that made them to the event that ended them', () => {
    fc.assert(
      fc.property(world, ({ history, first, last, expected }) => {
        for (const lifetime of expected) expectSame(history.lifetime(lifetime.id), lifetime);
        for (let sequence = first; sequence <= last; sequence += 1) {
          const ended = expected.filter(({ died }) => died === sequence);
          expectSame(history.endedBy(sequence), ended);
        }
      }),
    );
  });

  it('are found by IOVA, the newest first', () => {
    fc.assert(
      fc.property(
        world,
        range,
        fc.option(fc.nat(3)),
        fc.nat(200),
        ({ history, expected }, range, domain, before) => {
          const overlapping = expected.filter(
            (each) =>
              each.virtStart <= range.end &&
              each.virtEnd >= range.start &&
              (domain === null || each.domain === domain),
          );
          expectSame([...history.lifetimesOfIova(domain, range)], overlapping.toReversed());
          const earlier = overlapping.filter(({ born }) => born < before);
          const found = [...history.lifetimesOfIova(domain, range, { before })];
          expectSame(found, earlier.toReversed());
        },
      ),
    );
  });

  it('are found by guest-physical address, the newest first', () => {
    fc.assert(
      fc.property(
        world,
        fc.tuple(fc.nat(42 * 0x1000), fc.constantFrom(0n, 0xfffn, 0x4000n)),
        ({ history, expected }, [from, more]) => {
          const range = { start: BigInt(from), end: BigInt(from) + more };
          const overlapping = expected.filter(
            ({ physStart, virtStart, virtEnd }) =>
              physStart <= range.end && physStart + (virtEnd - virtStart) >= range.start,
          );
          expectSame([...history.lifetimesOfGpa(range)], overlapping.toReversed());
        },
      ),
    );
  });

  it('have the one before them, or say that it is not known', () => {
    fc.assert(
      fc.property(world, ({ history, first, expected }) => {
        for (const [index, lifetime] of expected.entries()) {
          const earlier = expected
            .slice(0, index)
            .filter(
              (each) =>
                each.domain === lifetime.domain &&
                each.virtStart <= lifetime.virtEnd &&
                each.virtEnd >= lifetime.virtStart,
            );
          const found = history.lifetime(lifetime.id);
          const gone = { isKnown: false, because: 'gone', before: first };
          expect(found === undefined ? undefined : history.previous(found)).toEqual(
            earlier.at(-1) ?? (first === 1 ? null : gone),
          );
        }
      }),
    );
  });

  it('are found by one address at one moment', () => {
    fc.assert(
      fc.property(world, range, fc.nat(3), ({ history, first, last, expected }, range, domain) => {
        for (let sequence = first; sequence <= last; sequence += 1) {
          const isThere = expected.find(
            (each) =>
              each.domain === domain &&
              each.virtStart <= range.start &&
              each.virtEnd >= range.start &&
              each.born <= sequence &&
              (each.died ?? Infinity) > sequence,
          );
          expectSame(history.lookup(sequence, domain, range.start), isThere);
          const moment = history.at(sequence);
          expectSame(moment.isKnown && moment.lookup(domain, range.start), isThere);
        }
      }),
    );
  });
});
