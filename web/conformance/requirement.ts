// The requirements of the specification as the build hands them to the page, and which of them a thing falls under.

export interface Requirement {
  /** As tests carry it: `A44`. */
  readonly id: string;
  /** `MUST`, `SHOULD` or `MAY` of a device; `driver`: the rule binds drivers; `unspecified`: the device's own choice. */
  readonly level: string;
  /** Section of virtio 1.2, or the source where it is none: `draft v0.5`. */
  readonly section: string;
  /** In short. */
  readonly requirement: string;
  /** Fields on the wire that it is about: `map.virt_start`. */
  readonly fields?: readonly string[];
  /** Causes of refusals and faults that it is the rule of: `map-overlap`. */
  readonly causes?: readonly string[];
  /** Names of the tests that show it. */
  readonly tests: readonly string[];
}

/** Why something was refused or stopped, and where that rule stands: `virtio 1.2, 5.13.6.5.2`. */
export interface Refused {
  readonly cause: string;
  readonly clause: string;
}

/** What is looked for among the requirements. */
export interface RuleQuery {
  /** Where the thing is told of: `virtio 1.2, 5.13.6.5`, or `draft v0.5`. */
  readonly clause: string;
  /** Keys of its fields, for a message. */
  readonly fields: readonly string[];
  /** Sections whose rules apply, for what is no message. */
  readonly sections: readonly string[];
  /** Null where it was not refused or stopped, and where the reason is not known. */
  readonly refusal: Refused | null;
}

const RELEASED = /^virtio 1\.2, /;

/** A rule, and whether the thing was refused or stopped by it. */
export interface AppliedRule {
  readonly rule: Requirement;
  readonly isReason: boolean;
}

/** The requirements that a thing falls under: those that it was refused by first, then in their own order. */
export function rulesOf(
  requirements: readonly Requirement[],
  query: RuleQuery,
): readonly AppliedRule[] {
  const reasons = reasonsOf(requirements, query.refusal);
  const isOfVersion = versionTest(query.clause);
  const others = requirements.filter((rule) => {
    if (reasons.includes(rule) || !isOfVersion(rule)) return false;
    if (query.fields.length === 0) return query.sections.includes(rule.section);
    return rule.fields?.some((key) => query.fields.includes(key)) === true;
  });
  return [
    ...reasons.map((rule) => ({ rule, isReason: true })),
    ...others.map((rule) => ({ rule, isReason: false })),
  ];
}

/** The sections that have the rules of a field, each once. */
export function sectionsOf(rules: readonly AppliedRule[], key: string): readonly string[] {
  const own = rules.filter(({ rule }) => rule.fields?.includes(key) === true);
  return [...new Set(own.map(({ rule }) => rule.section))];
}

/** The rules that something was refused by. Several requests are refused for one cause: then it is the rule of that request. */
export function reasonsOf(
  requirements: readonly Requirement[],
  refusal: Refused | null,
): readonly Requirement[] {
  if (refusal === null) return [];
  const named = requirements.filter(({ causes }) => causes?.includes(refusal.cause) === true);
  const section = refusal.clause.replace(RELEASED, '');
  const own = named.filter((rule) => rule.section === section);
  return own.length > 0 ? own : named;
}

/** How often each rule was the reason, by its ID. */
export function reasonCounts(
  requirements: readonly Requirement[],
  refusals: readonly Refused[],
): ReadonlyMap<string, number> {
  const kinds = new Map<string, { readonly refused: Refused; readonly count: number }>();
  for (const refused of refusals) {
    const key = `${refused.cause} ${refused.clause}`;
    kinds.set(key, { refused, count: (kinds.get(key)?.count ?? 0) + 1 });
  }
  const counts = new Map<string, number>();
  for (const { refused, count } of kinds.values()) {
    for (const { id } of reasonsOf(requirements, refused)) {
      counts.set(id, (counts.get(id) ?? 0) + count);
    }
  }
  return counts;
}

/** Rules of the released protocol, or of one draft. */
function versionTest(clause: string): (rule: Requirement) => boolean {
  if (RELEASED.test(clause)) return ({ section }) => /^\d/.test(section);
  return ({ section }) => section === clause;
}

/** Requirements that have every word of a text, in either case of letters; those that only their tests have come last. */
export function searchRequirements(
  requirements: readonly Requirement[],
  text: string,
): readonly Requirement[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const hasAll = (parts: readonly string[]): boolean => {
    const whole = parts.join(' ').toLowerCase();
    return words.every((word) => whole.includes(word));
  };
  const own: Requirement[] = [];
  const byTests: Requirement[] = [];
  for (const each of requirements) {
    const { id, level, section, requirement, tests, fields = [], causes = [] } = each;
    const said = [id, level, section, requirement, ...fields, ...causes];
    if (hasAll(said)) own.push(each);
    else if (hasAll([...said, ...tests])) byTests.push(each);
  }
  return [...own, ...byTests];
}
