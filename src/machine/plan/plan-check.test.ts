import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IDENTITY_POLICIES } from '../../iommu/options.ts';
import { InputError } from '../images/guest-images.ts';
import { IMAGE_NAMES } from '../images/image-files.ts';
import { CLOCK_SOURCES, IOMMU_MODES, TABLE_CHOICES, type PlanChoices } from './machine-plan.ts';
import { DEFAULT_PLAN, overlay, planProblems, readPlan } from './plan-check.ts';
import { parsePlan, parsePlanParameter, planText } from './plan-json.ts';
import { encodeParameter } from './plan-parameter.ts';
import { iommuOptionsOf } from './planned-iommu.ts';
import { shortPlanText } from './short-plan.ts';

const CHECKSUM = 'ab'.repeat(32);
const PAGE = 0x1000n;

describe('readPlan', () => {
  it('makes a whole plan of nothing', () => {
    expect(readPlan({})).toEqual({
      version: 1,
      memoryMiB: 128,
      images: {
        kernel: 'project',
        initrd: 'project',
        disk: 'project',
        bios: 'project',
        vgaBios: 'project',
      },
      append: '',
      iommu: {
        mode: 'translated',
        features: ['input-range', 'domain-range', 'map-unmap', 'probe', 'bypass-config'],
        pageSizeMask: '0x1000',
        inputRange: { start: '0x0', end: '0xffffffff' },
        domainRange: { start: 0, end: 65535 },
        probeSize: 512,
        bootBypass: true,
        identityPolicy: 'reject',
        requestQueueSize: 256,
        dialect: '1.2',
      },
      reservedRegions: {},
      tables: 'viot',
      endpoints: {
        'virtio-net': true,
        'virtio-9p': true,
        'virtio-console': true,
        ide: true,
        'virtio-blk': true,
        rogue: true,
        edu: false,
      },
      edu: { dmaMask: '0xfffffff' },
      share: 'project',
      seed: 1,
      clock: 'guest',
      date: '2026-01-01T00:00:00.000Z',
    });
  });

  it('takes 64 bits in every form, and features by names or bits', () => {
    const plan = (iommu: PlanChoices['iommu']) => readPlan({ iommu }).iommu;
    expect(plan({ pageSizeMask: '0x0000000000201000' }).pageSizeMask).toBe('0x201000');
    expect(plan({ pageSizeMask: '4096' }).pageSizeMask).toBe('0x1000');
    expect(plan({ pageSizeMask: 4096 }).pageSizeMask).toBe('0x1000');
    expect(plan({ pageSizeMask: 0xffff_ffff_ffff_f000n }).pageSizeMask).toBe('0xfffffffffffff000');
    expect(plan({ features: 4n }).features).toEqual(['map-unmap']);
    expect(iommuOptionsOf(readPlan({ iommu: { features: ['probe', 'map-unmap'] } })).features).toBe(
      0b1_0100n,
    );
  });

  it.each<[unknown, string]>([
    [null, 'A plan is a JSON object, not null.'],
    [[], 'A plan is a JSON object, not [].'],
    ['x', 'A plan is a JSON object, not "x".'],
    [{ memory: 3 }, 'A plan has no "memory". Did you mean memoryMiB?'],
    [{ version: 2 }, 'The plan has version 2; this program reads version 1.'],
    [{ version: 2, color: 'red' }, 'The plan has version 2; this program reads version 1.'],
    [{ memoryMiB: 3 }, '72 to 1024 MiB of memory (a whole number), not 3.'],
    [{ memoryMiB: '128' }, "The plan's memoryMiB must be a whole number"],
    [{ images: { kernel: 'bzImage' } }, 'images.kernel must be "project" or the SHA-256 checksum'],
    [{ images: { kernal: CHECKSUM } }, 'The plan\'s images has no "kernal". Did you mean kernel?'],
    [{ append: 7 }, "The plan's append must be a text, not 7."],
    [{ iommu: 'off' }, 'The plan\'s iommu must be an object, not "off".'],
    [{ iommu: { mode: 'banana' } }, 'iommu.mode must be translated, bypass or off, not "banana".'],
    [{ iommu: { mode: 'translate' } }, 'Did you mean translated?'],
    [{ iommu: { features: ['prob'] } }, '"prob", which is no feature. Did you mean probe?'],
    [{ iommu: { features: 1n << 40n } }, 'The IOMMU cannot be built as asked: its features must'],
    [{ iommu: { pageSizeMask: '0x' } }, 'iommu.pageSizeMask must be 64 bits such as'],
    [{ iommu: { pageSizeMask: 2 ** 60 } }, 'must be 64 bits such as "0xfee00000", not 1152921504'],
    [{ iommu: { pageSizeMask: -1n } }, 'must be 64 bits'],
    [{ iommu: { pageSizeMask: 1n << 64n } }, 'must be 64 bits'],
    [{ iommu: { inputRange: { start: 5, end: 4 } } }, 'inputRange must go from'],
    [{ iommu: { inputRange: { start: 5 } } }, 'iommu.inputRange.end must be 64 bits'],
    [{ iommu: { inputRange: { form: 5 } } }, 'The plan\'s iommu.inputRange has no "form".'],
    [{ iommu: { bootBypass: 'on' } }, 'iommu.bootBypass must be true or false, not "on".'],
    [{ iommu: { probeSize: 0 } }, 'probeSize must be a whole number from 1 to 65536'],
    [{ iommu: { dialect: '0.4' } }, 'iommu.dialect must be'],
    [{ tables: 'dsdt' }, 'tables must be viot, iort or viot+iort, not "dsdt".'],
    [{ endpoints: { rouge: false } }, 'Did you mean rogue?'],
    [{ edu: { dmaMask: '0xf0f' } }, 'edu.dmaMask must be the address bits of edu without gaps'],
    [{ edu: { dmaMask: 0xff } }, '12 to 64 of them, such as "0xfffffff" for 28, not "0xff".'],
    [{ edu: { dmaMask: 0 } }, 'without gaps'],
    [{ edu: { dmaMask: '28 bits' } }, 'edu.dmaMask must be 64 bits'],
    [{ edu: { dma_mask: 1 } }, 'The plan\'s edu has no "dma_mask".'],
    [{ endpoints: { rogue: 0 } }, 'endpoints.rogue must be true or false, not 0.'],
    [
      {
        endpoints: { rogue: false },
        reservedRegions: { rogue: [{ kind: 'msi', start: 0, end: 4095 }] },
      },
      'The plan reserves regions of rogue and leaves rogue out.',
    ],
    [{ share: 'demo' }, "The plan's share must be an object"],
    [{ share: { a: 'x' } }, 'share["a"] must be the SHA-256 checksum of a file'],
    [{ seed: -1 }, 'seed must be a whole number from 0 to 4294967295, not -1.'],
    [{ seed: 1.5 }, 'not 1.5.'],
    [{ clock: 'mine' }, 'clock must be guest or host, not "mine".'],
    [{ date: 'yesterday' }, 'date must be a date from 1970 to 2069 such as'],
    [{ date: '2070-01-01' }, 'not "2070-01-01".'],
  ])('refuses in words, case %#: $1', (value, message) => {
    expect(() => readPlan(value)).toThrow(InputError);
    expect(() => readPlan(value)).toThrow(message);
  });

  it('throws nothing but InputError, whatever it is given', () => {
    const names = Object.keys(DEFAULT_PLAN);
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...names), fc.anything({ withBigInt: true })),
        (value) => {
          try {
            readPlan(value);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        },
      ),
      { seed: 1 },
    );
  });
});

describe('planProblems', () => {
  const pathsOf = (value: unknown) => planProblems(value).map(({ path }) => path);

  it('are none of a plan that can be', () => {
    expect(planProblems({ memoryMiB: 256 })).toEqual([]);
    expect(planProblems(DEFAULT_PLAN)).toEqual([]);
  });

  it('are all at once, each with its field', () => {
    const wrong = {
      memoryMiB: 3,
      images: { kernel: 'x', disk: 7 },
      append: 1,
      iommu: { mode: 'on', inputRange: { start: -1 }, bootBypass: 0 },
      reservedRegions: {
        rogue: [
          { kind: 'msi', start: 0, end: 'x' },
          { kind: 'x', start: 0 },
        ],
        7: [],
      },
      endpoints: { ide: 1 },
      share: { a: 1 },
      date: '',
    };
    expect(pathsOf(wrong)).toEqual([
      'memoryMiB',
      'images.kernel',
      'images.disk',
      'append',
      'iommu.mode',
      'iommu.inputRange.start',
      'iommu.inputRange.end',
      'iommu.bootBypass',
      'reservedRegions.7',
      'reservedRegions.rogue[0].end',
      'reservedRegions.rogue[1].kind',
      'reservedRegions.rogue[1].end',
      'endpoints.ide',
      'share["a"]',
      'date',
    ]);
  });

  it('name the options of a device that cannot be built', () => {
    const iommu = {
      pageSizeMask: 0,
      features: ['domain-range', 'bypass', 'bypass-config', 'mmio'],
      domainRange: { start: 0, end: 2 },
      requestQueueSize: 3,
      dialect: 'v0.5',
    };
    expect(pathsOf({ iommu })).toEqual([
      'iommu.pageSizeMask',
      'iommu.features',
      'iommu.features',
      'iommu.requestQueueSize',
      'iommu.domainRange',
    ]);
    expect(planProblems({ iommu }).map(({ words }) => words)).toEqual([
      'This must be a 64-bit mask with at least one bit set, not 0.',
      'This must not have mmio, bypass-config: unknown bits for dialect v0.5.',
      'This must not hold both BYPASS and BYPASS_CONFIG: leave one out.',
      'This must be a power of two from 1 to 1024.',
      'This must go from 0 to a power of two less one, since drafts tell it in bits.',
    ]);
  });

  it('name the region that does not fit, of each endpoint', () => {
    const cut = { kind: 'reserved', start: 1, end: 4095 };
    const whole = { kind: 'reserved', start: 0, end: 4095 };
    const reservedRegions = { rogue: [whole, cut], ide: [cut], 'virtio-net': [whole] };
    expect(pathsOf({ reservedRegions, endpoints: { 'virtio-net': false } })).toEqual([
      'reservedRegions.virtio-net',
      'reservedRegions.ide[0]',
      'reservedRegions.rogue[1]',
    ]);
  });

  it('have the whole sentence of the first one as what `readPlan` throws', () => {
    const wrong = { seed: -1, clock: 'mine' };
    expect(() => readPlan(wrong)).toThrow(planProblems(wrong)[0]?.message);
    expect(planProblems(wrong)[0]?.words).toBe(
      'This must be a whole number from 0 to 4294967295, not -1.',
    );
  });
});

/** Everything that a plan can be. */
const region = fc
  .record({
    first: fc.bigInt(0n, 0xff_fff0n),
    pages: fc.bigInt(1n, 16n),
    kind: fc.constantFrom('reserved', 'identity'),
  })
  .map(({ first, pages, kind }) => ({
    kind,
    start: first * PAGE,
    end: (first + pages) * PAGE - 1n,
  }));
const choices = fc.record(
  {
    memoryMiB: fc.integer({ min: 72, max: 1024 }),
    images: fc.dictionary(fc.constantFrom(...IMAGE_NAMES), fc.constantFrom('project', CHECKSUM)),
    append: fc.string(),
    iommu: fc.record(
      {
        mode: fc.constantFrom(...IOMMU_MODES),
        features: fc.uniqueArray(fc.constantFrom('input-range', 'map-unmap', 'probe')),
        inputRange: fc
          .tuple(fc.bigInt(0n, (1n << 64n) - 1n), fc.bigInt(0n, (1n << 64n) - 1n))
          .map(([one, other]) =>
            one < other ? { start: one, end: other } : { start: other, end: one },
          ),
        bootBypass: fc.boolean(),
        probeSize: fc.integer({ min: 256, max: 65_536 }),
        identityPolicy: fc.constantFrom(...IDENTITY_POLICIES),
        dialect: fc.constantFrom('1.2', 'v0.9'),
      },
      { requiredKeys: [] },
    ),
    reservedRegions: fc.dictionary(
      fc.constantFrom('rogue', '48'),
      fc.array(region, { maxLength: 2 }),
    ),
    tables: fc.constantFrom(...TABLE_CHOICES),
    endpoints: fc.dictionary(fc.constantFrom('ide', 'virtio-net', 'virtio-blk'), fc.boolean()),
    share: fc.oneof(
      fc.constant('project'),
      fc.dictionary(fc.string({ minLength: 1 }), fc.constant(CHECKSUM)),
    ),
    seed: fc.integer({ min: 0, max: 0xffff_ffff }),
    clock: fc.constantFrom(...CLOCK_SOURCES),
    date: fc
      .date({ min: new Date('1970-01-01'), max: new Date('2069-12-31'), noInvalidDate: true })
      .map((date) => date.toISOString()),
  },
  { requiredKeys: [] },
);

describe('a plan as text', () => {
  it('is the same plan again, whatever is chosen, also in a page’s address', () => {
    fc.assert(
      fc.property(choices, (chosen) => {
        const plan = readPlan(chosen);
        const text = planText(plan);
        expect(parsePlan(text)).toEqual(plan);
        expect(readPlan(plan)).toEqual(plan);
        expect(parsePlanParameter(text)).toEqual(plan);
        expect(parsePlanParameter(Buffer.from(text).toString('base64url'))).toEqual(plan);
        expect(parsePlanParameter(encodeParameter(text))).toEqual(plan);
        expect(parsePlan(shortPlanText(plan))).toEqual(plan);
      }),
      { seed: 1 },
    );
  });

  it('is short where it is as usual', () => {
    expect(shortPlanText(DEFAULT_PLAN)).toBe('{}');
    const plan = readPlan({
      memoryMiB: 256,
      iommu: { dialect: 'v0.5' },
      endpoints: { ide: false },
    });
    expect(JSON.parse(shortPlanText(plan))).toEqual({
      memoryMiB: 256,
      iommu: { dialect: 'v0.5' },
      endpoints: { ide: false },
    });
  });

  it('that holds what no plan has is refused in words, whatever its size', () => {
    const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    const tooDeep = 'The plan has more than 32 objects and lists in each other.';
    expect(() => parsePlan(`{"iommu": ${deep(3_000)}}`)).toThrow(tooDeep);
    expect(() => parsePlan(deep(1_000_000))).toThrow(tooDeep);
    expect(() => parsePlan(`{"iommu": ${deep(31)}}`)).toThrow("The plan's iommu must be an object");
    const tooLarge = 'The plan has a number that is too large.';
    expect(() => parsePlan('{"memoryMiB": 1e999}')).toThrow(tooLarge);
    expect(() => parsePlan('{"iommu": {"domainRange": {"end": -1e999}}}')).toThrow(tooLarge);
    expect(() => readPlan({ seed: Infinity })).toThrow('from 0 to 4294967295, not Infinity.');
  });

  it('that is no JSON is refused with the place', () => {
    expect(() => parsePlan('{\n  "memoryMiB": 128\n  "append": ""\n}')).toThrow(
      'The plan is not JSON at line 3, column 3: here must be a comma or }, not ". Example',
    );
  });

  it.each([
    ['', "The page's ?plan= is not JSON"],
    ['{"memoryMiB":', "The page's ?plan= is not JSON"],
    ['abc', "The page's ?plan= is neither JSON nor base64url of it."],
    ['bm90IGpzb24', "The page's ?plan= is not JSON"],
  ])('is refused in words when it is %j', (text, message) => {
    expect(() => parsePlanParameter(text)).toThrow(InputError);
    expect(() => parsePlanParameter(text)).toThrow(message);
  });
});

describe('overlay', () => {
  it('joins what both choose, the upper one first, and leaves alone what neither does', () => {
    const below = { memoryMiB: 256, append: 'a', iommu: { mode: 'off', probeSize: 64 } } as const;
    const above = { append: 'b', memoryMiB: undefined, iommu: { mode: 'bypass' } } as const;
    expect(overlay(below, above)).toEqual({
      memoryMiB: 256,
      append: 'b',
      iommu: { mode: 'bypass', probeSize: 64 },
    });
  });

  it('replaces the regions of an endpoint, by name or by ID', () => {
    const one = { kind: 'reserved', start: 0, end: 0xfff } as const;
    const other = { ...one, kind: 'msi' } as const;
    const below = { reservedRegions: { rogue: [one], ide: [one] } };
    expect(overlay(below, { reservedRegions: { 4098: [other] } })).toEqual({
      reservedRegions: { rogue: [other], ide: [one] },
    });
  });

  it('replaces a shared folder as a whole', () => {
    expect(overlay({ share: { a: CHECKSUM } }, { share: { b: CHECKSUM } })).toEqual({
      share: { b: CHECKSUM },
    });
  });
});
