// What requirements.json names of the product must be there: fields on the wire, and causes of refusals and faults.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DIALECT_NAMES } from '../../src/iommu/protocol/dialects.ts';
import { layoutsOf } from '../../src/iommu/protocol/layouts/message-fields.ts';
import { CAUSE_IDS } from '../../src/trace/explain/causes.ts';
import { parseRequirements } from '../conformance/requirements.ts';

const FILE = new URL('../conformance/requirements.json', import.meta.url);
const REQUIREMENTS = parseRequirements(readFileSync(FILE, 'utf8'));

/** Keys of all fields of a version. */
function keysOf(name: (typeof DIALECT_NAMES)[number]): ReadonlySet<string> {
  const { requests, head, tail, propertyHeader, regions, fault } = layoutsOf(name);
  const layouts = [...requests.values(), head, tail, propertyHeader, ...regions.values()];
  return new Set(
    [...layouts, ...(fault === undefined ? [] : [fault])].flatMap(({ fields }) =>
      fields.map(({ key }) => key),
    ),
  );
}

describe('requirements.json', () => {
  it('names fields that the version has in which the requirement stands', () => {
    for (const { id, section, fields = [] } of REQUIREMENTS) {
      const draft = DIALECT_NAMES.find((name) => section === `draft ${name}`);
      expect(
        fields.filter((key) => !keysOf(draft ?? '1.2').has(key)),
        id,
      ).toEqual([]);
    }
  });

  it('has a rule for every field that a driver or a device can get wrong', () => {
    const named = new Set(REQUIREMENTS.flatMap(({ fields = [] }) => fields));
    const without = [...keysOf('1.2')].filter((key) => !named.has(key));
    // Of identity regions, which no released version has
    expect(without).toEqual(['resv_mem.padding']);
  });

  it('has a rule for every cause that is known', () => {
    const named = REQUIREMENTS.flatMap(({ causes = [] }) => causes);
    expect(named.filter((cause) => !CAUSE_IDS.some((id) => id === cause))).toEqual([]);
    expect(CAUSE_IDS.filter((id) => !named.includes(id))).toEqual(['not-known']);
  });
});
