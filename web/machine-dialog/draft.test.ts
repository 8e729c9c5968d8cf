import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PLAN, readPlan } from '../../src/machine/plan/plan-check.ts';
import { planText } from '../../src/machine/plan/plan-json.ts';
import { NO_FILES, projectChecksums, type ChosenImage } from './chosen-files.ts';
import {
  checkDraft,
  draftOf,
  draftText,
  withField,
  withImage,
  withPlan,
  withRefused,
  withText,
  withWay,
} from './draft.ts';
import { fieldOf, FIELDS, labelOf } from './fields.ts';
import { numberOrText, valueAt, withValue } from './json.ts';
import { presetOf, presetPlan, PRESETS } from './presets.ts';

const ASKED = { project: projectChecksums(), names: { kernel: 'my-bzImage' }, wanted: {} };
const CHECKSUM = 'ab'.repeat(32);
const USUAL = draftOf(DEFAULT_PLAN, NO_FILES);

function chosen(changes: Partial<ChosenImage> = {}): ChosenImage {
  const file = new Blob(['x']);
  return {
    file,
    name: 'my-bzImage',
    length: 1,
    sha256: CHECKSUM,
    commandLineLimit: 255,
    ...changes,
  };
}

const plans = fc
  .record({
    memoryMiB: fc.integer({ min: 72, max: 1024 }),
    append: fc.stringMatching(/^[a-z0-9. =]{0,40}$/),
    iommu: fc.record({
      mode: fc.constantFrom('translated', 'bypass', 'off'),
      bootBypass: fc.boolean(),
      features: fc.uniqueArray(fc.constantFrom('input-range', 'map-unmap', 'probe')),
      pageSizeMask: fc.constantFrom('0x1000', '0x201000', '0xfffffffffffff000'),
    }),
    reservedRegions: fc.dictionary(
      fc.constantFrom('rogue', 'ide'),
      fc.constant([{ kind: 'reserved', start: '0x10000000', end: '0x1fffffff' }]),
    ),
    tables: fc.constantFrom('viot', 'viot+iort'),
    seed: fc.nat(),
    clock: fc.constantFrom('guest', 'host'),
  })
  .map((choices) => readPlan(choices));

describe('a draft', () => {
  it('is the plan that was written, whatever that is, by JSON and by fields', () => {
    fc.assert(
      fc.property(plans, plans, (before, plan) => {
        const opened = draftOf(before, NO_FILES);
        expect(JSON.parse(draftText(opened))).toEqual(before);
        expect(checkDraft(withText(opened, planText(plan)), ASKED)).toMatchObject({
          plan,
          problems: [],
        });
        const fields = Object.entries(JSON.parse(planText(plan)));
        const written = fields.reduce(
          (draft, [name, value]) => withField(draft, [name], JSON.parse(JSON.stringify(value))),
          opened,
        );
        expect(checkDraft(written, ASKED).plan).toEqual(plan);
        expect(draftText(written)).toBe(draftText(draftOf(plan, NO_FILES)));
      }),
      { seed: 1 },
    );
  });

  it('keeps a text that is no JSON, with the place, until a field is written', () => {
    const broken = withText(USUAL, '{\n "memoryMiB": 256,\n}');
    expect(draftText(broken)).toContain('256,\n}');
    expect(checkDraft(broken, ASKED)).toMatchObject({
      plan: null,
      problems: [{ path: '', words: expect.stringContaining('at line 3, column 1') }],
    });
    expect(checkDraft(withField(broken, ['memoryMiB'], 96), ASKED).plan?.memoryMiB).toBe(96);
    expect(checkDraft(withText(broken, '7'), ASKED).problems).toMatchObject([
      { path: '', words: expect.stringContaining('A plan is a JSON object') },
    ]);
  });

  it.each([
    ['{"memoryMiB": 1e999}', 'This has a number that is too large.'],
    [`{"iommu": ${'['.repeat(3_000)}${']'.repeat(3_000)}}`, 'This has more than 32 objects'],
  ])('keeps a text with what no plan has as it was written', (text, words) => {
    const broken = withText(USUAL, text);
    expect(draftText(broken)).toBe(text);
    expect(checkDraft(broken, ASKED)).toMatchObject({
      plan: null,
      problems: [{ path: '', words: expect.stringContaining(words) }],
    });
  });

  it('has every problem of the plan, and takes the project’s files by their checksums, too', () => {
    const wrong = withField(withField(USUAL, ['memoryMiB'], 'x'), ['seed'], -1);
    expect(checkDraft(wrong, ASKED).problems.map(({ path }) => path)).toEqual([
      'memoryMiB',
      'seed',
    ]);
    const kernel = ASKED.project.images.kernel ?? '';
    expect(checkDraft(withField(USUAL, ['images', 'kernel'], kernel), ASKED).plan).toEqual(
      DEFAULT_PLAN,
    );
  });

  it('asks for a file by name and checksum until it is there', () => {
    const needy = withField(USUAL, ['images', 'kernel'], CHECKSUM);
    expect(checkDraft(needy, ASKED).problems).toMatchObject([
      {
        path: 'images.kernel',
        words:
          'This PC needs your kernel “my-bzImage”, SHA-256 abababababababab…. Choose the file, or drop it here.',
      },
    ]);
    const given = withImage(needy, 'kernel', chosen());
    expect(checkDraft(given, ASKED).plan?.images.kernel).toBe(CHECKSUM);
    expect(checkDraft(withImage(given, 'kernel', null), ASKED).plan).toEqual(DEFAULT_PLAN);
  });

  it('does not go on with a file that was refused', () => {
    const refused = withRefused(USUAL, 'images.kernel', { name: 'notes.txt', words: 'No kernel.' });
    expect(checkDraft(refused, ASKED)).toMatchObject({
      plan: null,
      problems: [{ path: 'images.kernel', words: 'notes.txt: No kernel.' }],
    });
    expect(checkDraft(withImage(refused, 'kernel', null), ASKED).problems).toEqual([]);
  });

  it('holds a command line and an initrd against the kernel and the memory', () => {
    const own = withImage(USUAL, 'kernel', chosen());
    const long = withField(own, ['append'], 'x'.repeat(200));
    expect(checkDraft(long, ASKED).problems).toMatchObject([{ path: 'append' }]);
    const large = withImage(USUAL, 'initrd', chosen({ length: 100 << 20 }));
    expect(checkDraft(large, ASKED).problems).toMatchObject([{ path: 'images.initrd' }]);
    expect(checkDraft(withField(large, ['memoryMiB'], 165), ASKED).problems).toEqual([]);
  });

  it('goes the way that is chosen', () => {
    const lazy = withWay(withField(USUAL, ['append'], 'quiet'), 'lazy');
    expect(checkDraft(lazy, ASKED).plan).toMatchObject({
      append: 'quiet iommu.strict=0',
      iommu: { mode: 'translated' },
    });
  });
});

describe('presets', () => {
  it.each(PRESETS)('are machines that can be, and known again: $name', (preset) => {
    const own = readPlan({ images: { kernel: CHECKSUM } });
    const plan = presetPlan(preset, own);
    expect(plan.images.kernel).toBe(CHECKSUM);
    expect(presetOf(plan)).toBe(preset);
    expect(presetOf({ ...plan, seed: 7 })).toBeUndefined();
    const draft = withPlan(withImage(USUAL, 'kernel', chosen()), plan);
    expect(checkDraft(draft, ASKED).plan).toEqual(plan);
  });
});

describe('fields', () => {
  it.each([
    ['reservedRegions.rogue[0].start', 'reservedRegions'],
    ['endpoints.virtio-net', 'endpoints'],
    ['iommu.inputRange.end', 'iommu.inputRange'],
    ['share["a.b"]', 'share'],
    ['version', null],
    ['iommu', null],
    ['constructor', null],
    ['__proto__', null],
    ['', null],
  ])('are found by the path of a problem: %s', (path, field) => {
    expect(fieldOf(path)).toBe(field);
  });

  it('are all that a plan holds', () => {
    const leaves = Object.entries(DEFAULT_PLAN).flatMap(([name, value]) =>
      name === 'images' || name === 'iommu' || name === 'edu'
        ? Object.keys(value).map((inner) => `${name}.${inner}`)
        : [name],
    );
    const missing = leaves.filter((path) => fieldOf(path) === null);
    expect(missing).toEqual(['version']);
    expect(labelOf('version')).toBe('JSON');
    expect(Object.keys(FIELDS).filter((path) => !leaves.includes(path))).toEqual([]);
  });
});

describe('JSON by paths', () => {
  it('is read and written where there is nothing yet, or something else', () => {
    expect(withValue({ a: 1 }, ['a', 'b', 0, 'c'], 'x')).toEqual({ a: { b: [{ c: 'x' }] } });
    expect(valueAt({ a: { b: [{ c: 'x' }] } }, ['a', 'b', 0, 'c'])).toBe('x');
    expect(valueAt({ a: 1 }, ['a', 'b', 'constructor'])).toBeUndefined();
    expect(withValue({ a: [1, 2, 3] }, ['a', 1], undefined)).toEqual({ a: [1, 3] });
    expect(withValue({ a: 1, b: 2 }, ['a'], undefined)).toEqual({ b: 2 });
  });

  it('takes what looks like a number for one', () => {
    expect([' 12 ', '-1', '1.5', '', '12x', '1e99'].map(numberOrText)).toEqual([
      12,
      -1,
      1.5,
      '',
      '12x',
      '1e99',
    ]);
  });
});
