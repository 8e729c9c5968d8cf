// The result as text for a terminal, a table for each part.

import { PARTS } from './requirements.ts';
import type { Conformance, RequirementResult } from './verdict.ts';

const TEXT_WIDTH = 68;

/** Tables, failed tests, problems, stores, and the counts as the last line; a problem counts as failed. */
export function formatConformance(result: Conformance): string {
  const { requirements, problems, stores, passed, failed } = result;
  const failedTests = requirements.flatMap(({ tests }) =>
    tests.filter(({ status }) => status === 'failed').map(({ name }) => `failed: ${name}`),
  );
  const covered = Object.entries(stores).map(([store, count]) => `${store} (${count} tests)`);
  return [
    ...[...PARTS].flatMap(([letter, title]) =>
      formatPart(
        `${letter}. ${title}`,
        requirements.filter(({ id }) => id.startsWith(letter)),
      ),
    ),
    ...new Set(failedTests),
    ...problems,
    `stores: ${covered.join(', ')}`,
    `${passed} passed, ${failed + problems.length} failed`,
  ].join('\n');
}

function formatPart(title: string, requirements: readonly RequirementResult[]): readonly string[] {
  if (requirements.length === 0) return [];
  const idWidth = Math.max(...requirements.map(({ id }) => id.length));
  const sectionWidth = Math.max(...requirements.map(({ section }) => section.length));
  const rows = requirements.map(({ id, level, section, requirement, status, tests }) =>
    [
      id.padEnd(idWidth),
      level.padEnd('unspecified'.length),
      section.padEnd(sectionWidth),
      shorten(requirement).padEnd(TEXT_WIDTH),
      String(tests.length).padStart(3),
      status === 'passed' ? 'pass' : status,
    ].join('  '),
  );
  return [title, '', ...rows, ''];
}

function shorten(text: string): string {
  return text.length <= TEXT_WIDTH ? text : `${text.slice(0, TEXT_WIDTH - 3).trimEnd()}...`;
}
