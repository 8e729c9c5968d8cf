// The one place where a plan is checked: from anything that claims to be one to a whole machine, or to a sentence for
// who wrote it. The images are looked at when the machine is built of them.

import { checkMemory } from '../images/guest-images.ts';
import { IMAGE_NAMES } from '../images/image-files.ts';
import {
  CLOCK_SOURCES,
  PLAN_VERSION,
  PROJECTS_OWN,
  TABLE_CHOICES,
  type MachinePlan,
  type PlanChoices,
  type RegionChoice,
} from './machine-plan.ts';
import { readEdu } from './planned-edu.ts';
import { readIommu } from './planned-iommu.ts';
import { checkRegions, readRegions } from './planned-regions.ts';
import {
  readChecksum,
  readChoice,
  readFields,
  readRecord,
  readSwitch,
  readText,
  readWhole,
  refuse,
  shown,
} from './plan-fields.ts';
import { atField, checkAll, problemsOf, refuseField, type PlanProblem } from './plan-problem.ts';
import { ENDPOINT_NAMES, findEndpoint } from './topology.ts';

const DEFAULT_MEMORY_MIB = 128;
const DEFAULT_SEED = 1;
/** Endpoints that are plugged in only when they are asked for. */
const OPTIONAL_ENDPOINTS: readonly string[] = ['edu'];
const DEFAULT_DATE = '2026-01-01T00:00:00.000Z';
const U32_MAX = 0xffff_ffff;
// The clock of a PC has two digits for the year: to Linux 70 to 99 are 19xx and the others 20xx
// (drivers/rtc/rtc-mc146818-lib.c).
const FIRST_YEAR = 1970;
const LAST_YEAR = 2069;

type Reader<T> = (value: unknown, path: string) => T;

/** How each field is read, and what it is if it is left out. */
const FIELDS: {
  readonly [K in keyof MachinePlan]: {
    readonly read: Reader<MachinePlan[K]>;
    readonly otherwise: unknown;
  };
} = {
  version: { read: readVersion, otherwise: PLAN_VERSION },
  memoryMiB: { read: readMemory, otherwise: DEFAULT_MEMORY_MIB },
  images: { read: readImages, otherwise: {} },
  append: { read: readText, otherwise: '' },
  iommu: { read: readIommu, otherwise: {} },
  reservedRegions: { read: readRegions, otherwise: {} },
  tables: { read: (value, path) => readChoice(value, path, TABLE_CHOICES), otherwise: 'viot' },
  endpoints: { read: readEndpoints, otherwise: {} },
  edu: { read: readEdu, otherwise: {} },
  share: { read: readShare, otherwise: PROJECTS_OWN },
  seed: { read: (value, path) => readWhole(value, path, 0, U32_MAX), otherwise: DEFAULT_SEED },
  clock: { read: (value, path) => readChoice(value, path, CLOCK_SOURCES), otherwise: 'guest' },
  date: { read: readDate, otherwise: DEFAULT_DATE },
};

const PLAN_FIELDS = [
  'version',
  'memoryMiB',
  'images',
  'append',
  'iommu',
  'reservedRegions',
  'tables',
  'endpoints',
  'edu',
  'share',
  'seed',
  'clock',
  'date',
] as const satisfies readonly (keyof MachinePlan)[];

/** All that is wrong with what claims to be a plan; nothing: `readPlan` takes it. */
export function planProblems(value: unknown): readonly PlanProblem[] {
  return problemsOf(() => readPlan(value));
}

/** The whole plan of what was chosen. Throws `PlanError`, an `InputError`, with sentences that say what to do. */
export function readPlan(value: unknown): MachinePlan {
  // Another version may well have other fields.
  readVersion(readRecord(value, '').get('version') ?? PLAN_VERSION);
  const fields = readFields(value, '', PLAN_FIELDS);
  const read = <K extends keyof MachinePlan>(name: K): MachinePlan[K] => {
    const { read: readField, otherwise } = FIELDS[name];
    return readField(fields.has(name) ? fields.get(name) : otherwise, name);
  };
  checkAll(...PLAN_FIELDS.map((name) => () => read(name)));
  const plan: MachinePlan = {
    version: read('version'),
    memoryMiB: read('memoryMiB'),
    images: read('images'),
    append: read('append'),
    iommu: read('iommu'),
    reservedRegions: read('reservedRegions'),
    tables: read('tables'),
    endpoints: read('endpoints'),
    edu: read('edu'),
    share: read('share'),
    seed: read('seed'),
    clock: read('clock'),
    date: read('date'),
  };
  checkRegions(plan);
  return plan;
}

/**
 * Choices with others on top of them: objects are joined field by field, but not the share. Of an endpoint's reserved
 * regions the upper ones take the place of the lower, however the endpoint is named.
 */
export function overlay(below: PlanChoices, above: PlanChoices): PlanChoices {
  const joined = join(withNames(below), withNames(above));
  return { ...joined, ...(above.share === undefined ? {} : { share: above.share }) };
}

function withNames(choices: PlanChoices): PlanChoices {
  const lists = Object.values(choices.reservedRegions ?? {});
  // What is no list is refused where regions are read.
  if (choices.reservedRegions === undefined || !lists.every(Array.isArray)) return choices;
  const named: Record<string, readonly RegionChoice[]> = {};
  for (const [owner, regions] of Object.entries(choices.reservedRegions)) {
    const name = findEndpoint(owner)?.name ?? owner;
    named[name] = [...(named[name] ?? []), ...regions];
  }
  return { ...choices, reservedRegions: named };
}

function join(below: object, above: object): object {
  const joined = new Map<string, unknown>(Object.entries(below));
  for (const [name, value] of Object.entries(above)) {
    const old = joined.get(name);
    if (value !== undefined)
      joined.set(name, isPlain(old) && isPlain(value) ? join(old, value) : value);
  }
  return Object.fromEntries(joined);
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readVersion(value: unknown): typeof PLAN_VERSION {
  if (value === PLAN_VERSION) return PLAN_VERSION;
  return refuseField(
    'version',
    `The plan has version ${shown(value)}; this program reads version ${PLAN_VERSION}. Write the plan for that one.`,
  );
}

function readMemory(value: unknown, path: string): number {
  const memoryMiB = readWhole(value, path, 0, Number.MAX_SAFE_INTEGER);
  atField(path, () => checkMemory(memoryMiB));
  return memoryMiB;
}

function readImages(value: unknown, path: string): MachinePlan['images'] {
  const fields = readFields(value, path, IMAGE_NAMES);
  const read = (name: string): string =>
    readChecksum(fields.get(name) ?? PROJECTS_OWN, `${path}.${name}`, PROJECTS_OWN);
  checkAll(...IMAGE_NAMES.map((name) => () => read(name)));
  return {
    kernel: read('kernel'),
    initrd: read('initrd'),
    disk: read('disk'),
    bios: read('bios'),
    vgaBios: read('vgaBios'),
  };
}

function readEndpoints(value: unknown, path: string): MachinePlan['endpoints'] {
  const fields = readFields(value, path, ENDPOINT_NAMES);
  const read = (name: string): boolean =>
    readSwitch(fields.get(name) ?? !OPTIONAL_ENDPOINTS.includes(name), `${path}.${name}`);
  checkAll(...ENDPOINT_NAMES.map((name) => () => read(name)));
  return {
    'virtio-net': read('virtio-net'),
    'virtio-9p': read('virtio-9p'),
    'virtio-console': read('virtio-console'),
    ide: read('ide'),
    'virtio-blk': read('virtio-blk'),
    rogue: read('rogue'),
    edu: read('edu'),
  };
}

function readShare(value: unknown, path: string): MachinePlan['share'] {
  if (value === PROJECTS_OWN) return PROJECTS_OWN;
  const read = ([name, checksum]: [string, unknown]): [string, string] => [
    name,
    readChecksum(checksum, `${path}[${JSON.stringify(name)}]`),
  ];
  const files = [...readRecord(value, path)];
  checkAll(...files.map((file) => () => read(file)));
  return Object.fromEntries(files.map(read));
}

function readDate(value: unknown, path: string): string {
  const date = new Date(typeof value === 'string' ? value : Number.NaN);
  const year = date.getUTCFullYear();
  if (year >= FIRST_YEAR && year <= LAST_YEAR) return date.toISOString();
  return refuse(path, `a date from ${FIRST_YEAR} to ${LAST_YEAR} such as "${DEFAULT_DATE}"`, value);
}

/** The machine of somebody who chose nothing. */
export const DEFAULT_PLAN = readPlan({});
