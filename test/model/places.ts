// Addresses and ranges that collide: each is drawn as a place in words, and becomes a number once the model says what
// is where.

import fc from 'fast-check';
import { LAST_ADDRESS } from './naive-numbers.ts';
import type { NaiveIommu } from './naive-iommu.ts';
import type { NaiveRange } from './naive-regions.ts';
import { landmarks, unitOf, weighted } from './scenario.ts';

/** `anchor`: a landmark, or where a mapping or region begins or has ended; then pages and bytes from there. */
export interface Place {
  readonly anchor: 'landmark' | 'mapping' | 'region';
  readonly index: number;
  readonly pages: number;
  readonly delta: 'none' | 'next' | 'before' | 'middle' | 'last';
}

const deltas = weighted<Place['delta']>([
  ['none', 10],
  ['next', 1],
  ['before', 2],
  ['middle', 2],
  ['last', 1],
]);

/** A place at the start of a page, but for the few that shall be refused. */
export const pagePlace: fc.Arbitrary<Place> = fc.record({
  anchor: weighted<Place['anchor']>([
    ['landmark', 4],
    ['mapping', 6],
    ['region', 4],
  ]),
  index: fc.nat({ max: 15 }),
  pages: weighted([
    [0, 10],
    [1, 3],
    [2, 2],
    [-1, 1],
    [3, 1],
    [4, 1],
    [5, 1],
    [6, 1],
    [7, 1],
  ]),
  delta: weighted<Place['delta']>([
    ['none', 60],
    ['next', 1],
    ['middle', 1],
  ]),
});

/** A place where DMA begins: mostly in the first or last page of what it is anchored to. */
export const bytePlace: fc.Arbitrary<Place> = fc
  .record({
    anchor: weighted<Place['anchor']>([
      ['landmark', 1],
      ['mapping', 7],
      ['region', 5],
    ]),
    index: fc.nat({ max: 15 }),
    shift: weighted([
      [0, 12],
      [-1, 2],
      [1, 2],
      [2, 1],
    ]),
    delta: deltas,
  })
  .map(({ anchor, index, shift, delta }) => ({
    anchor,
    index,
    pages: anchor === 'landmark' ? shift + (index % 4) : shift - (index % 2),
    delta,
  }));

/** More weight for the landmark where regions and mappings meet. */
function landmarkAt(unit: bigint, index: number): bigint {
  const all = landmarks(unit);
  return all[index < 8 ? 0 : index - 8] ?? all[index % all.length] ?? 0n;
}

/** Where mappings and regions that matter begin and have ended. */
export interface Edges {
  readonly mappings: readonly NaiveRange[];
  readonly regions: readonly NaiveRange[];
}

/** Those of all domains and endpoints. */
function allEdges({ state }: NaiveIommu): Edges {
  return {
    mappings: state.domains.flatMap(({ mappings }) => mappings),
    regions: state.endpoints.flatMap(({ regions }) => regions),
  };
}

/** The address of a place now. */
export function resolvePlace(model: NaiveIommu, place: Place, edges = allEdges(model)): bigint {
  const unit = unitOf(model.state.config);
  const ranges = place.anchor === 'mapping' ? edges.mappings : edges.regions;
  const range = ranges[(place.index >> 1) % Math.max(1, ranges.length)];
  const isLandmark = place.anchor === 'landmark' || range === undefined;
  const edge = place.index % 2 === 0 ? (range?.start ?? 0n) : (range?.end ?? 0n) + 1n;
  const base = isLandmark ? landmarkAt(unit, place.index) : edge;
  const delta = { none: 0n, next: 1n, before: -1n, middle: unit / 2n, last: unit - 1n };
  return BigInt.asUintN(64, base + BigInt(place.pages) * unit + delta[place.delta]);
}

/** A range of pages from a place on, or one of a kind. */
export interface Stretch {
  readonly kind: 'pages' | 'mapping' | 'whole' | 'to the end' | 'reversed' | 'one byte';
  readonly place: Place;
  readonly pages: number;
  readonly endDelta: number;
}

function stretch(kinds: readonly (readonly [Stretch['kind'], number])[]): fc.Arbitrary<Stretch> {
  return fc.record({
    kind: weighted(kinds),
    place: pagePlace,
    pages: fc.integer({ min: 1, max: 4 }),
    endDelta: weighted([
      [0, 50],
      [1, 1],
      [-1, 1],
    ]),
  });
}

export const mapStretch = stretch([
  ['pages', 60],
  ['whole', 1],
  ['to the end', 1],
  ['reversed', 1],
  ['one byte', 1],
]);

export const unmapStretch = stretch([
  ['mapping', 12],
  ['pages', 24],
  ['whole', 1],
  ['to the end', 2],
  ['reversed', 1],
  ['one byte', 2],
]);

/** The range now. */
export function resolveStretch(
  model: NaiveIommu,
  { kind, place, pages, endDelta }: Stretch,
): NaiveRange {
  const start = resolvePlace(model, place);
  const end = BigInt.asUintN(
    64,
    start + BigInt(pages) * unitOf(model.state.config) - 1n + BigInt(endDelta),
  );
  switch (kind) {
    case 'mapping': {
      const mappings = model.state.domains.flatMap(({ mappings }) => mappings);
      return mappings[place.index % Math.max(1, mappings.length)] ?? { start, end };
    }
    case 'whole':
      return { start: 0n, end: LAST_ADDRESS };
    case 'to the end':
      return { start, end: LAST_ADDRESS };
    case 'reversed':
      return { start: end, end: start };
    case 'one byte':
      return { start, end: start };
    case 'pages':
      return { start, end };
  }
}
