// What the device shall do, as data: requirements.json beside this file, one entry for each requirement.

const LEVELS = ['MUST', 'SHOULD', 'MAY', 'driver', 'unspecified'] as const;

/** `driver`: the rule binds drivers, and the device survives one that breaks it. `unspecified`: our own choice. */
export type Level = (typeof LEVELS)[number];

export interface Requirement {
  /** As it stands in square brackets in the names of tests, such as `A26` or `E-qemu-A9`. */
  readonly id: string;
  readonly level: Level;
  /** Section of the specification, or the source where it is none. */
  readonly section: string;
  readonly requirement: string;
  /** Fields on the wire that it is about, as `iommu/protocol/layouts` calls them: `map.virt_start`. */
  readonly fields?: readonly string[];
  /** Causes of refusals and faults that it is the rule of, as `trace/explain` calls them: `map-overlap`. */
  readonly causes?: readonly string[];
  /** Full names of the tests that show it, in order; `npm run conformance -- --update` writes them. */
  readonly tests: readonly string[];
}

/** Parts of the table, by the first letter of an ID. */
export const PARTS: ReadonlyMap<string, string> = new Map([
  ['A', 'The IOMMU device (virtio 1.2, 5.13)'],
  ['B', 'Transport and queues (virtio 1.2, 2 and 4.2)'],
  ['C', 'The drafts: the mail of 2017, formats, IDENTITY regions, IORT'],
  ['E', 'Where other devices deviate'],
  ['F', 'Test vectors'],
  ['G', 'A PCI function (PCI Local Bus 3.0, 6)'],
]);

/** Reads requirements.json; throws `Error` that says which entry is wrong. */
export function parseRequirements(text: string): readonly Requirement[] {
  const entries: unknown = JSON.parse(text);
  if (!Array.isArray(entries)) throw new Error('requirements.json must be an array');
  const requirements = entries.map((entry: unknown) => parseRequirement(entry));
  const ids = new Set<string>();
  for (const { id } of requirements) {
    if (ids.has(id)) throw new Error(`requirements.json has ${id} twice: give one another id`);
    ids.add(id);
  }
  return requirements;
}

function parseRequirement(entry: unknown): Requirement {
  const field = (name: string): unknown =>
    typeof entry === 'object' && entry !== null ? Reflect.get(entry, name) : undefined;
  const text = (name: string): string => {
    const value = field(name);
    if (typeof value === 'string' && value !== '') return value;
    throw new Error(`requirements.json: ${JSON.stringify(entry)} needs a text as "${name}"`);
  };
  const level = LEVELS.find((each) => each === field('level'));
  if (level === undefined) {
    throw new Error(`requirements.json: "level" of ${text('id')} must be ${LEVELS.join(', ')}`);
  }
  const list = (name: string): readonly string[] => {
    const value = field(name);
    if (Array.isArray(value)) return value.map(String);
    throw new Error(`requirements.json: "${name}" of ${text('id')} must be an array`);
  };
  return {
    id: text('id'),
    level,
    section: text('section'),
    requirement: text('requirement'),
    ...(field('fields') === undefined ? {} : { fields: list('fields') }),
    ...(field('causes') === undefined ? {} : { causes: list('causes') }),
    tests: list('tests'),
  };
}
