import { describe, expect, it } from 'vitest';
import { layoutMarks, markedFaults, MOST_MARKS, type StoppedAccess } from './fault-marks.ts';
import { partWords } from './hit.ts';
import { layoutPicture, NO_FOLDS } from './layout.ts';
import { NOBODY } from './memory.ts';
import type { Lane, Scene } from './scene.ts';
import {
  figureOf,
  gateShortWords,
  gateWords,
  pictureSentence,
  stopWords,
  tableRows,
} from './words.ts';

const MIB = 1 << 20;

function laneOf(id: number, name: string, lane: Partial<Lane>): Lane {
  return {
    key: `e${id}`,
    domain: null,
    gate: 'wall',
    devices: [{ id, name, index: id }],
    mappings: 0,
    iova: [],
    pages: [],
    bytes: 0,
    ...lane,
  };
}

function sceneOf(lanes: readonly Lane[], reach: Partial<Scene['reach']> = {}): Scene {
  return {
    sequence: 1,
    facts: {
      memoryBytes: 128 * MIB,
      devices: [],
      hasIommu: true,
      kernel: { first: 16 * MIB, last: 20 * MIB },
    },
    lanes,
    reach: { bytes: 0, pages: 0, ofBytes: 128 * MIB, isAll: false, isLeast: false, ...reach },
  };
}

const DISK = laneOf(1, 'disk', {
  domain: 4,
  mappings: 5,
  iova: [0x10, 0x20, 0x30, 0x40, 0x50].map((first) => ({ first, last: first })),
  pages: [{ first: 2, last: 6 }],
  bytes: 5 * 4096,
});
const WHOLE = [{ first: 0, last: 32_767 }];
const OPEN = laneOf(2, 'card', { gate: 'open', pages: WHOLE, bytes: 128 * MIB });

it('tells of a wall which memory is behind its openings, once where several lead to it', () => {
  const twice = { ...DISK, mappings: 10, bytes: 5 * 4096 };
  const other = DISK.iova.map(({ first, last }) => ({ first: first + 0x100, last: last + 0x100 }));
  expect(gateWords({ ...twice, iova: [...DISK.iova, ...other] })).toBe('10 mappings · 20 KiB');
  expect(gateShortWords(twice)).toBe('20 KiB');
});

describe('the figure', () => {
  it.each([
    ['some', {}, { bytes: 2.3 * MIB }, '2.3 MiB of 128 MiB (1.8 %). Without the IOMMU: all of it.'],
    [
      'little',
      {},
      { bytes: 4096 },
      '4 KiB of 128 MiB (less than 0.1 %). Without the IOMMU: all of it.',
    ],
    ['nothing', {}, {}, 'nothing of 128 MiB (0.0 %). Without the IOMMU: all of it.'],
    [
      'at least',
      {},
      { bytes: MIB, isLeast: true },
      'at least 1 MiB of 128 MiB (0.8 %). Without the IOMMU: all of it.',
    ],
  ])('says %s', (_name, _facts, reach, words) => {
    const { amount, of, rest } = figureOf(sceneOf([DISK], reach));
    expect(`${amount} ${of} ${rest}`).toBe(words);
  });

  it('says why nothing is out of reach', () => {
    const all = { bytes: 128 * MIB, isAll: true };
    expect(figureOf(sceneOf([OPEN], all)).rest).toBe(
      'All of it: the IOMMU lets everything through.',
    );
    expect(figureOf(sceneOf([OPEN, DISK], all)).rest).toBe(
      'All of it: 1 of 2 devices passes unchecked.',
    );
    const scene = sceneOf([OPEN], all);
    const bare = { ...scene, facts: { ...scene.facts, hasIommu: false } };
    expect(figureOf(bare).rest).toBe('All of it: there is no IOMMU to stop them.');
  });
});

describe('the words of the picture', () => {
  it('say it in one sentence', () => {
    expect(pictureSentence(sceneOf([DISK], { bytes: 5 * 4096 }))).toBe(
      '1 device behind 1 domain. Devices can reach 20 KiB of 128 MiB (less than 0.1 %). Without the IOMMU: all of it.',
    );
  });

  it('list devices with their first openings', () => {
    expect(tableRows(sceneOf([DISK, laneOf(3, 'lost', { gate: 'shut' })]))).toEqual([
      {
        endpoint: 1,
        device: 'disk',
        domain: 'domain 4',
        openings: '0x00010000, 4 KiB; 0x00020000, 4 KiB; 0x00030000, 4 KiB; and 2 more',
        reach: '20 KiB',
      },
      {
        endpoint: 3,
        device: 'lost',
        domain: 'in no domain',
        openings: 'reaches nothing',
        reach: '0 B',
      },
    ]);
  });

  it('say of a place in memory who reaches it, and that it is the kernel', () => {
    const page = (first: number, owner: number) =>
      partWords({ kind: 'memory', pages: { first, last: first }, owner }, sceneOf([DISK, OPEN]));
    expect(page(4, 0)).toBe('Memory 0x00004000–fff: disk and card can reach it');
    expect(page(0x1000, 1)).toBe('Memory 0x01000000–fff, the kernel’s code: card can reach it');
    const free = { kind: 'memory', pages: { first: 9, last: 9 }, owner: NOBODY } as const;
    expect(partWords(free, sceneOf([DISK]))).toBe('Memory 0x00009000–fff: no device reaches it');
  });

  it('say why an access was stopped', () => {
    expect(stopWords({ reason: 1, mappedFlags: null }, 'shut')).toBe('in no domain');
    expect(stopWords({ reason: 1, mappedFlags: null }, 'wall')).toBe('was in no domain');
    expect(stopWords({ reason: 2, mappedFlags: null }, 'wall')).toBe('not mapped');
    expect(stopWords({ reason: 2, mappedFlags: 1 }, 'wall')).toBe('only for reading');
    expect(stopWords({ reason: 2, mappedFlags: 2 }, 'wall')).toBe('only for writing');
    expect(stopWords({ reason: 2, mappedFlags: 0 }, 'wall')).toBe('with no access rights');
  });
});

describe('marks of stopped accesses', () => {
  const stopped = Array.from({ length: 9 }, (_unused, at): StoppedAccess => ({
    sequence: 100 - at,
    sentence: `stopped ${at}`,
    fault: {
      kind: 'faulted',
      endpoint: 1,
      reason: 2,
      flags: 0x102,
      address: 0x8000n,
      start: 0x8000n,
      length: 16,
      isRing: false,
      domain: 4,
      mappedFlags: null,
      isReported: true,
    },
  }));

  it('are of the newest faults, until somebody has looked', () => {
    const marked = markedFaults(stopped, new Set([100, 98]));
    expect(marked.map(({ sequence }) => sequence)).toEqual([99, 97, 96]);
    expect(markedFaults(stopped, new Set())).toHaveLength(MOST_MARKS);
  });

  it('stand once at each wall, with the words of the newest and how many more there are', () => {
    const scene = sceneOf([DISK, laneOf(3, 'other', {})]);
    const layout = layoutPicture(scene, { width: 800, height: 500 }, NO_FOLDS);
    const marks = layoutMarks(layout, scene, stopped.slice(0, 3));
    expect(marks.map(({ text, sequence }) => [text, sequence])).toEqual([
      ['0x00008000: not mapped +2', 100],
    ]);
  });
});
