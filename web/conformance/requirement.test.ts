import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { requirementsForPage } from '../../test/conformance/page-table.ts';
import {
  reasonCounts,
  rulesOf,
  searchRequirements,
  type Requirement,
  type RuleQuery,
} from './requirement.ts';

const FILE = new URL('../../test/conformance/requirements.json', import.meta.url);
const REQUIREMENTS: readonly Requirement[] = JSON.parse(
  requirementsForPage(readFileSync(FILE, 'utf8')),
);
const MAP: RuleQuery = {
  clause: 'virtio 1.2, 5.13.6.5',
  fields: ['map.flags'],
  sections: [],
  refusal: null,
};

function ids(query: RuleQuery): readonly string[] {
  return rulesOf(REQUIREMENTS, query).map(({ rule, isReason }) =>
    isReason ? `!${rule.id}` : rule.id,
  );
}

describe('the rules that a thing falls under', () => {
  it('are those of its fields', () => {
    expect(ids(MAP)).toEqual(['A45', 'A48', 'A49', 'A53', 'A55']);
  });

  it('begin with the one that it was refused by', () => {
    const refusal = { cause: 'map-overlap', clause: 'virtio 1.2, 5.13.6.5.2' };
    expect(ids({ ...MAP, refusal })[0]).toBe('!A44');
  });

  it.each([
    ['5.13.6.5.2', '!A46'],
    ['5.13.6.6.2', '!A58'],
  ])('are told apart where several requests are refused for one cause: %s', (section, id) => {
    const refusal = { cause: 'unknown-domain', clause: `virtio 1.2, ${section}` };
    expect(ids({ ...MAP, refusal })[0]).toBe(id);
  });

  it('are those of a draft for what its driver sent', () => {
    const query = { ...MAP, clause: 'draft v0.5', fields: ['map.size'] };
    expect(ids(query)).toEqual(['C.1-v0.5-map']);
  });

  it('are those of the sections for what has no bytes', () => {
    expect(ids({ ...MAP, fields: [], sections: ['5.13.6.8'] })).toEqual(['A78']);
  });
});

describe('how often a rule was the reason', () => {
  it('is counted for the request that was refused, and for each rule of a cause', () => {
    const counts = reasonCounts(REQUIREMENTS, [
      { cause: 'unknown-domain', clause: 'virtio 1.2, 5.13.6.6.2' },
      { cause: 'unmapped', clause: 'virtio 1.2, 5.13.6.6' },
      { cause: 'unmapped', clause: 'virtio 1.2, 5.13.6.6' },
      { cause: 'not-known', clause: 'virtio 1.2, 5.13.6' },
    ]);
    expect([...counts]).toEqual([
      ['A58', 1],
      ['A61', 2],
      ['A86', 2],
    ]);
  });
});

describe('the search among the requirements', () => {
  it.each([
    ['a44', 'A44'],
    ['map-overlap', 'A44'],
    ['5.13.6.6.2 reserved', 'A57'],
    ['overlap nobody', undefined],
  ])('of %j finds %s first', (text, found) => {
    expect(searchRequirements(REQUIREMENTS, text)[0]?.id).toBe(found);
  });

  it('of nothing finds all', () => {
    expect(searchRequirements(REQUIREMENTS, ' ')).toEqual(REQUIREMENTS);
  });

  it('finds one test where two differ in their store alone', () => {
    const [rule] = searchRequirements(REQUIREMENTS, 'A1 offers MAP_UNMAP');
    expect(rule?.tests).toEqual([
      'features over a store [A1 A2] are offered with MAP_UNMAP and without BYPASS',
    ]);
  });
});
