import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressAt,
  axisOf,
  bytesPerPixel,
  carryWindow,
  edgesOf,
  foldedBy,
  isWhole,
  panWindow,
  placeOf,
  showRange,
  TOP,
  wholeWindow,
  zoomWindow,
  type Axis,
  type Stretch,
  type Window,
} from './axis.ts';

const ALL: Stretch = { start: 0n, end: TOP };
const WIDTH = 640;

/** A few pages at the bottom, some at the top of 4 GiB, and the last page of all. */
const FOLDED = axisOf(ALL, [
  { start: 0x1000n, end: 0x8fffn },
  { start: 0xfee0_0000n, end: 0xfeef_ffffn },
  { start: 0xffff_0000n, end: 0xffff_ffffn },
  { start: TOP - 0xfffn, end: TOP },
]);

const axes = fc
  .uniqueArray(fc.bigInt(0n, 0xf_ffff_ffff_ffffn), { minLength: 2, maxLength: 12 })
  .map((pages): Axis => {
    const edges = pages.toSorted((one, other) => (one < other ? -1 : 1));
    const stretches = edges.flatMap((first, at): Stretch[] => {
      const last = edges[at + 1];
      if (at % 2 !== 0 || last === undefined) return [];
      return [{ start: first << 12n, end: (last << 12n) - 1n }];
    });
    return axisOf(ALL, stretches);
  });

/** An axis, some address of it, and how far to zoom in there. */
const looks = fc
  .tuple(fc.oneof(axes, fc.constant(FOLDED), fc.constant(axisOf(ALL, []))), fc.nat(), fc.nat(64))
  .chain(([axis, pick, zooms]) => {
    const stretch = axis.stretches[pick % axis.stretches.length] ?? ALL;
    const { start, end } = stretch;
    const address = fc.oneof(fc.bigInt(start, end), fc.constantFrom(start, end));
    return fc.record({ axis: fc.constant(axis), address, zooms: fc.constant(zooms) });
  });

function zoomedTo(axis: Axis, address: bigint, zooms: number): Window {
  let window = wholeWindow(axis, WIDTH);
  for (let each = 0; each < zooms; each += 1) {
    window = zoomWindow(window, 0.5, placeOf(window, address) ?? 0);
  }
  return window;
}

describe('the axis of the address space map', () => {
  it('gives every address a place, and at that place the address, at every zoom', () => {
    fc.assert(
      fc.property(looks, ({ axis, address, zooms }) => {
        const window = zoomedTo(axis, address, zooms);
        const x = placeOf(window, address) ?? NaN;
        expect(x).toBeGreaterThanOrEqual(-0.001);
        expect(x).toBeLessThanOrEqual(WIDTH);
        const back = addressAt(window, x);
        if (back?.kind !== 'address') throw new Error('no address there');
        const away = back.address > address ? back.address - address : address - back.address;
        expect(Number(away)).toBeLessThanOrEqual(1 + bytesPerPixel(window) / 1000);
      }),
    );
  });

  it('shows one page exactly when it is as near as it gets, the last of 2^64 too', () => {
    const window = zoomedTo(FOLDED, TOP, 80);
    expect(bytesPerPixel(window) * WIDTH).toBe(4096);
    const into = [0.5, 320, 639.5].map((x) => {
      const place = addressAt(window, x);
      return place?.kind === 'address' ? Number(place.address - (TOP - 0xfffn)) : NaN;
    });
    expect(into[0]).toBeLessThan(8);
    expect(into[1]).toBeCloseTo(2048, -1);
    expect(into[2]).toBeGreaterThan(4088);
    expect(addressAt(window, 641)).toBeNull();
  });

  it('has what it is zoomed at stand still', () => {
    fc.assert(
      fc.property(looks, fc.double({ min: 0.3, max: 3, noNaN: true }), (look, factor) => {
        const before = zoomedTo(look.axis, look.address, look.zooms);
        const x = placeOf(before, look.address) ?? 0;
        const after = zoomWindow(before, factor, x);
        // At the ends and at the whole there is nothing to be shown beside
        if (isWhole(after) || addressAt(after, 0) === null) return;
        const [first, last] = [
          edgesOf(after, 0)[0],
          edgesOf(after, after.axis.stretches.length - 1)[1],
        ];
        if (first > -20 || last < WIDTH + 20) return;
        expect(placeOf(after, look.address) ?? NaN).toBeCloseTo(x, 1);
      }),
    );
  });

  it('never shows what is beyond its ends', () => {
    const moves = fc.array(
      fc.oneof(
        fc.record({ pan: fc.integer({ min: -2000, max: 2000 }) }),
        fc.record({ zoom: fc.double({ min: 0.1, max: 4, noNaN: true }), x: fc.nat(WIDTH) }),
      ),
    );
    fc.assert(
      fc.property(looks, moves, ({ axis }, all) => {
        let window = wholeWindow(axis, WIDTH);
        for (const move of all) {
          window =
            'pan' in move ? panWindow(window, move.pan) : zoomWindow(window, move.zoom, move.x);
          expect(addressAt(window, 0.5)).not.toBeNull();
          expect(addressAt(window, WIDTH - 0.5)).not.toBeNull();
        }
      }),
    );
  });

  it('has a fold in the place of what is not shown, before and behind it too', () => {
    const window = wholeWindow(FOLDED, WIDTH);
    expect(window.axis.folds).toBe(4);
    expect(addressAt(window, 4)).toEqual({ kind: 'fold', before: 0 });
    expect(foldedBy(FOLDED, 0)).toEqual({ start: 0n, end: 0xfffn });
    const [, end] = edgesOf(window, 0);
    expect(addressAt(window, end + 4)).toEqual({ kind: 'fold', before: 1 });
    expect(foldedBy(FOLDED, 1)).toEqual({ start: 0x9000n, end: 0xfedf_ffffn });
    expect(addressAt(window, -1)).toBeNull();
    expect(addressAt(window, WIDTH + 1)).toBeNull();
  });

  it('stays where it is when there is more to show, and when nothing is folded any more', () => {
    const address = 0xffff_8000n;
    const window = zoomedTo(FOLDED, address, 12);
    const more = axisOf(ALL, [{ start: 0n, end: 0xfffffn }, ...FOLDED.stretches.slice(1)]);
    for (const axis of [more, axisOf(ALL, [])]) {
      const after = carryWindow(window, axis, WIDTH);
      expect(placeOf(after, address)).toBeCloseTo(placeOf(window, address) ?? NaN, 0);
    }
  });

  it('shows a range in its middle', () => {
    const window = showRange(wholeWindow(FOLDED, WIDTH), { start: 0x3000n, end: 0x3fffn });
    expect(placeOf(window, 0x3000n)).toBeCloseTo(WIDTH / 6, 0);
    expect(placeOf(window, 0x4000n)).toBeCloseTo((WIDTH * 5) / 6, 0);
  });
});
