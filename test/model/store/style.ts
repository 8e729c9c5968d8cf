// What distinguishes one episode of a store run from another: where, how many, how often.

import type { Random, Weighted } from '../../differential/random.ts';
import type { StoreLimits } from '../../../src/iommu/store/store-limits.ts';
import {
  BOUNDARIES,
  densePages,
  fewBytes,
  hugeRanges,
  offByOne,
  PAGE,
  pageRuns,
  pagesInTurn,
  scatteredPages,
  sides,
  type Layout,
} from './layouts.ts';
import type { Kind } from './operation.ts';

const STRIDES = [0x400_1000n, 0xffff_f000n, 0x1_0000_0000n, 0x40_0000_5000n];
/** Pages of a crowded episode: more than MAX_SEGMENTS. */
const CROWDS = [1300, 2000, 3000];
/** Coprime to each of them, so that each page has its turn. */
const TURNS = [1, 7, 1009, 1301];

type Kinds = readonly Weighted<Kind>[];

const GROWING: Kinds = [
  [46, 'insert'],
  [12, 'remove'],
  [27, 'translate'],
  [7, 'overlaps'],
  [4, 'list'],
  [3, 'size'],
  [0.05, 'audit'],
  [0.02, 'restore'],
];

const SHRINKING: Kinds = [
  [18, 'insert'],
  [38, 'remove'],
  [27, 'translate'],
  [7, 'overlaps'],
  [4, 'list'],
  [3, 'size'],
  [0.1, 'destroy'],
  [0.05, 'audit'],
];

const REPLACING: Kinds = [...SHRINKING, [3, 'destroy']];

// Nothing is removed, so that a row of pages gets no holes
const FILLING: Kinds = [
  [80, 'insert'],
  [13, 'translate'],
  [3, 'overlaps'],
  [2, 'list'],
  [1, 'size'],
  [0.02, 'audit'],
];

const EMPTYING: Kinds = SHRINKING.filter(([, kind]) => kind !== 'destroy');

// VIRTIO_IOMMU_MAP_F_*: 1 read, 2 write, 4 memory-mapped I/O
const READ_WRITE: readonly Weighted<number>[] = [[1, 3]];
const ANY_FLAGS: readonly Weighted<number>[] = [
  [70, 3],
  [8, 1],
  [8, 2],
  [5, 7],
  [3, 5],
  [3, 6],
  [2, 0],
  [1, 4],
];

export interface Style {
  readonly limits: StoreLimits;
  readonly operations: number;
  /** What is done in turn, and for how many operations. */
  readonly seasons: readonly [Kinds, Kinds];
  readonly season: number;
  /** Of all ranges but those of mappings themselves, how many reach around many mappings. */
  readonly wide: number;
  readonly layouts: readonly Weighted<Layout>[];
  /** Where all but inserts look; the same places unless given. */
  readonly anywhere?: Layout;
  readonly flags: readonly Weighted<number>[];
  /** Bytes of the longest buffer. */
  readonly longest: number;
  /** Where the longest buffer begins now and then. */
  readonly sweep?: bigint;
  /** How many mappings lie in guest-physical memory as they do in the IOVA space. */
  readonly inStep: number;
  /** Weight of the first domain; the others together have 21. */
  readonly favour: number;
}

export function pickStyle(random: Random): Style {
  const way = random.between(0, 99);
  if (way < 5) return crowded(random);
  return way < 8 ? churned(random) : sparse(random);
}

/** Few mappings of every kind around one boundary, so that even a naive store is fast. */
function sparse(random: Random): Style {
  const boundary = random.pick(BOUNDARIES);
  const inTurn = pagesInTurn(boundary, 150, random.pick([1, 149, 7]));
  const layouts = [
    inTurn,
    densePages(boundary, 96),
    scatteredPages(boundary, 100, random.pick(STRIDES)),
    pageRuns(boundary),
    offByOne(boundary),
    fewBytes(boundary),
    hugeRanges(boundary),
  ];
  const main = random.chance(0.2) ? inTurn : random.pick(layouts);
  return {
    limits: {
      maxDomains: random.between(1, 4),
      maxMappings: random.pick([8, 40, 120, 4096, 4096]),
    },
    operations: random.chance(0.03) ? 50_000 : 4000,
    seasons: [GROWING, SHRINKING],
    season: random.between(50, 900),
    wide: 0.005,
    layouts: [
      [60, main],
      ...layouts.map((layout): Weighted<Layout> => [5, layout]),
      [0.05, sides(boundary)],
    ],
    flags: random.chance(0.3) ? READ_WRITE : ANY_FLAGS,
    longest: 0x8000_0000,
    favour: 80,
    inStep: random.pick([0.1, 0.5, 0.9]),
  };
}

/** Domains that fill up and go, again and again: a store that loses memory runs out of it. */
function churned(random: Random): Style {
  return {
    ...sparse(random),
    limits: { maxDomains: random.between(2, 4), maxMappings: random.pick([40, 120]) },
    operations: 20_000,
    seasons: [GROWING, REPLACING],
    season: 100,
    layouts: [[1, densePages(random.pick(BOUNDARIES), 120)]],
  };
}

/** Thousands of pages: trees and tables of several levels, and more segments than one answer takes. */
function crowded(random: Random): Style {
  const boundary = random.pick(BOUNDARIES);
  const pages = random.pick(CROWDS);
  const inTurn = pagesInTurn(boundary, pages, random.pick(TURNS));
  const scattered = scatteredPages(boundary, pages, random.pick(STRIDES));
  return {
    limits: { maxDomains: 2, maxMappings: random.pick([1500, 3500, 3500]) },
    operations: 8000,
    seasons: [FILLING, EMPTYING],
    season: random.pick([2500, 4500]),
    wide: 0.0003,
    layouts: random.chance(0.7)
      ? [
          [99.9, inTurn],
          [0.1, pageRuns(boundary)],
        ]
      : [
          [50, scattered],
          [50, inTurn],
        ],
    anywhere: densePages(boundary, pages),
    flags: random.chance(0.6) ? READ_WRITE : ANY_FLAGS,
    longest: 16 * 1024 * 1024,
    sweep: BigInt.asUintN(64, boundary - BigInt(pages >>> 1) * PAGE),
    favour: 100_000,
    inStep: 0.05,
  };
}
