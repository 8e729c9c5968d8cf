// The benchmarks' arithmetic, command line and answers; never how long anything takes.

import { describe, expect, it } from 'vitest';
import { parseArguments, UsageError } from '../bench/arguments.ts';
import { raceChurn } from '../bench/churn.ts';
import { drawAddresses, HIT_KINDS } from '../bench/draws.ts';
import { freshCopy } from '../bench/fresh-copy.ts';
import { createLayout, PAGE_KINDS } from '../bench/layout.ts';
import { raceLookups } from '../bench/lookup.ts';
import { measureMemory } from '../bench/memory.ts';
import { race, WrongAnswerError, type Pace } from '../bench/race.ts';
import {
  exactRow,
  formatTables,
  median,
  quantile,
  round,
  rowsOf,
  spread,
  type BenchRow,
} from '../bench/report.ts';
import { checkRepeats, checkUnnoticed, recordingRows, withRatios } from '../bench/samples.ts';
import { Random } from '../differential/random.ts';
import { storeModule } from '../support/stores.ts';

const QUICK: Pace = { rounds: 2, sliceMs: 0.01, settleMs: 0.01, warmUpMs: 0 };
const SEED = 1;

function contestantsOf(row: BenchRow | undefined): readonly string[] {
  return Object.keys(row ?? {}).filter((key) => key !== 'bench' && key !== 'unit');
}

describe('report', () => {
  it.each([
    { values: [7], expected: 7 },
    { values: [30, 10, 20], expected: 20 },
    { values: [4, 1, 3, 2], expected: 2.5 },
  ])('takes $expected as the median of $values', ({ values, expected }) => {
    expect(median(values)).toBe(expected);
  });

  it('interpolates between measurements', () => {
    expect(quantile([0, 10, 20, 30, 40], 0.9)).toBe(36);
  });

  it('has no median of nothing', () => {
    expect(() => median([])).toThrow(RangeError);
  });

  it('gives the spread as part of the median', () => {
    // p90 - p10 = 108 - 92
    expect(spread([90, 95, 100, 105, 110])).toBeCloseTo(0.16);
    expect(spread([0, 0])).toBe(0);
  });

  it('rounds to four digits that mean something', () => {
    expect([round(12.3456), round(1_234_567), round(0)]).toEqual([12.35, 1_235_000, 0]);
  });

  it('says medians and then spreads, without who did not take part', () => {
    expect(rowsOf('lookup/64', 'ns', { single: [1, 2, 3], naive: [] })).toEqual([
      { bench: 'lookup/64', unit: 'ns', single: 2 },
      { bench: 'lookup/64/spread', unit: '%', single: 80 },
    ]);
  });

  it('prints a table for each benchmark and unit, with an empty cell for who did not take part', () => {
    const rows = [
      ...rowsOf('x/one', 'ns', { ours: [1, 2, 3], theirs: [5] }),
      ...rowsOf('x/two', 'ns', { ours: [4] }),
      { bench: 'x/three', unit: 'bytes', ours: 8 },
      { bench: 'y', unit: 'ns', ours: 1 },
    ];

    expect(formatTables(rows).split('\n')).toEqual([
      '| bench (ns) |    ours | theirs |',
      '| ---------- | ------: | -----: |',
      '| x/one      | 2 ±40 % | 5 ±0 % |',
      '| x/two      |  4 ±0 % |        |',
      '',
      '| bench (bytes) | ours |',
      '| ------------- | ---: |',
      '| x/three       |    8 |',
      '',
      '| bench (ns) | ours |',
      '| ---------- | ---: |',
      '| y          |    1 |',
    ]);
  });
});

describe('samples', () => {
  it('gives ratios to the base of the same turn', () => {
    expect(withRatios({ off: [2, 4], strict: [3, 4] }, 'off')).toEqual({
      off: [2, 4],
      strict: [3, 4],
      strict_ratio: [1.5, 1],
    });
  });

  it('gives what was counted in full', () => {
    expect(
      exactRow('boot', 'instructions', { off: [171_202_819], strict_ratio: [1.012345] }),
    ).toEqual({ bench: 'boot', unit: 'instructions', off: 171_202_819, strict_ratio: 1.012 });
  });

  it('takes series that repeat as far as each goes', () => {
    expect(() => checkRepeats('reads', [[1, 2], [1, 2, 3], []])).not.toThrow();
  });

  it.each([
    {
      series: [
        [1, 2],
        [1, 3, 4],
      ],
      numbers: '2 instructions once, 3 another',
    },
    { series: [[5], [6]], numbers: '6 instructions once, 5 another' },
  ])('refuses $series', ({ series, numbers }) => {
    expect(() => checkRepeats('reads', series)).toThrow(
      `The reads are not the same in every run: ${numbers}`,
    );
  });

  it('says what recording costs beside the guest that is not recorded', () => {
    const seconds = { off: [1, 1], strict: [2, 4], recorded: [2, 5], traced: [3, 6] };
    expect(recordingRows('boot', seconds, seconds)[0]).toEqual({
      bench: 'recording/boot',
      unit: 's',
      strict: 3,
      recorded: 3.5,
      traced: 4.5,
      recorded_ratio: 1.125,
      traced_ratio: 1.5,
    });
  });

  it('takes guests that do not notice that they are recorded', () => {
    const counts = { off: [1, 2], strict: [5, 7], recorded: [5, 7], traced: [5, 7] };
    expect(() => checkUnnoticed('boots', counts)).not.toThrow();
  });

  it.each([
    { recorded: [5, 8], traced: [5, 7], words: '7 instructions without, 8 recorded, 7 with' },
    { recorded: [5, 7], traced: [6, 7], words: '5 instructions without, 5 recorded, 6 with' },
  ])('refuses guests that notice: $words', ({ recorded, traced, words }) => {
    expect(() => checkUnnoticed('boots', { strict: [5, 7], recorded, traced })).toThrow(words);
  });
});

describe('command line', () => {
  it('takes names, runs and --json', () => {
    expect(parseArguments(['churn', 'lookup', '--runs', '7', '--json'])).toEqual({
      names: ['lookup', 'churn'],
      runs: 7,
      isJson: true,
      isHelp: false,
    });
  });

  it('measures everything for all', () => {
    const { names } = parseArguments(['all']);

    expect(names).toEqual(expect.arrayContaining(['lookup', 'churn', 'memory', 'boot']));
  });

  it('asks for no name when it shall only help', () => {
    expect(parseArguments(['--help']).isHelp).toBe(true);
  });

  it.each([
    { words: [], sentence: /^No benchmark is named. Name one of lookup, .*, or all\.$/ },
    { words: ['speed'], sentence: /^There is no benchmark "speed". Name one of lookup/ },
    { words: ['toString'], sentence: /^There is no benchmark "toString"/ },
    { words: ['boot', '--runs', '0'], sentence: /^--runs takes a whole number from 1 to 10000/ },
    { words: ['boot', '--runs', '1e3'], sentence: /not "1e3"\.$/ },
    { words: ['boot', '--runs', '10001'], sentence: /not "10001"\.$/ },
    { words: ['boot', '--jsn'], sentence: /--jsn.*"npm run bench -- --help" lists all options\.$/ },
  ])('refuses $words', ({ words, sentence }) => {
    expect(() => parseArguments(words)).toThrow(UsageError);
    expect(() => parseArguments(words)).toThrow(sentence);
  });
});

describe('race', () => {
  const right = (start: number, end: number): number => end - start;

  it('measures every contestant in every round', () => {
    const contestants = ['one', 'two'].map((name) => ({ name, work: right, expected: right }));

    const samples = race(contestants, 64, QUICK);

    expect(Object.values(samples).map((times) => times.length)).toEqual([2, 2]);
  });

  it('does all of the work before it begins again', () => {
    const starts: number[] = [];
    const work = (start: number, end: number): number => {
      starts.push(start);
      return end - start;
    };

    race([{ name: 'one', work, expected: right }], 32, { ...QUICK, sliceMs: 0, settleMs: 0 });

    expect(starts.slice(0, 3)).toEqual([0, 16, 0]);
  });

  it('ends at a wrong answer', () => {
    const contestant = { name: 'liar', work: () => 1, expected: right };

    expect(() => race([contestant], 64, QUICK)).toThrow(WrongAnswerError);
    expect(() => race([contestant], 64, QUICK)).toThrow(/^liar gave a wrong answer/);
  });

  it('compiles each copy of a loop on its own', () => {
    const add = (one: number, other: number): number => one + other;

    const copies = [freshCopy(add), freshCopy(add)];

    expect(copies.map((copy) => copy(1, 2))).toEqual([3, 3]);
    expect(new Set([add, ...copies]).size).toBe(3);
  });
});

describe('lookup', () => {
  it.each(PAGE_KINDS)('translates %s pages rightly by every contestant', (kind) => {
    const rows = raceLookups(storeModule, 64, kind, QUICK);

    expect(rows.map(({ bench }) => bench)).toEqual(
      HIT_KINDS.flatMap((hits) =>
        ['lookup', 'lookup-chain'].flatMap((bench) => [
          `${bench}/64/${hits}/${kind}`,
          `${bench}/64/${hits}/${kind}/spread`,
        ]),
      ),
    );
    expect(contestantsOf(rows[0])).toEqual(
      expect.arrayContaining([
        'single',
        'naive',
        'sorted_btree',
        'ordered_map',
        'inline',
        'flat',
        'flat_checked',
        'empty_call',
      ]),
    );
    expect(contestantsOf(rows[2])).toEqual(['batch16', 'single', 'flat']);
  });

  it('leaves the naive store out where it would take too long', () => {
    const [row] = raceLookups(storeModule, 4097, '4k', QUICK);

    expect(contestantsOf(row)).not.toContain('naive');
  });

  it('draws from all mappings, from 64 of them, or one after the other', () => {
    const random = new Random(SEED);
    const layout = createLayout(1000, 'packed', random);
    const drawn = HIT_KINDS.map((hits) => {
      const { lows } = drawAddresses(layout, hits, random);
      return lows.map((low) => (low >>> 12) - (layout.pages[0] ?? 0));
    });
    const [uniform, hot, sequential] = drawn;

    expect(new Set(uniform).size).toBe(1000);
    expect(new Set(hot).size).toBeLessThanOrEqual(64);
    expect([...(sequential ?? [])].slice(998, 1002)).toEqual([998, 999, 0, 1]);
  });
});

describe('churn', () => {
  it('maps and unmaps rightly by every contestant', () => {
    const rows = raceChurn(storeModule, 64, QUICK);

    expect(rows.map(({ bench }) => bench)).toEqual(
      ['free', 'live'].flatMap((kind) => [`churn/64/${kind}`, `churn/64/${kind}/spread`]),
    );
    expect(contestantsOf(rows[0])).toEqual([
      'device',
      'product',
      'raw',
      'naive',
      'sorted_btree',
      'sorted_btree_checked',
      'ordered_map',
    ]);
  });
});

describe('memory', () => {
  it('counts bytes of small mappings, of a huge one, and what pairs leave behind', () => {
    const rows: BenchRow[] = [];

    measureMemory(storeModule, { mappings: 1024, pairs: 1000, pace: QUICK }, (row) => {
      rows.push(row);
    });

    expect(rows.map(({ bench }) => bench)).toEqual([
      ...['ascending', 'descending', 'random', 'scattered'].map((name) => `memory/1024/${name}`),
      'memory/1TiB',
      'memory/1TiB/map-unmap',
      'memory/1TiB/map-unmap/spread',
      'memory/growth/1000-pairs',
    ]);
    expect(rows[0]).toMatchObject({ flat: 4 });
    expect(rows[3]).toMatchObject({ flat: 64 });
    expect(rows.every((row) => Number(row['ours'] ?? 1) > 0 || row.bench.includes('growth'))).toBe(
      true,
    );
  });
});
