// The table of what a guest may grow, in ARCHITECTURE.md, against the constants in the code that it names.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/guest/package-root.ts';

const HEADING = '## What a guest may grow, and where it stops';
const UNITS: Readonly<Record<string, number>> = { KiB: 1 << 10, MiB: 1 << 20 };

function read(...path: string[]): string {
  return readFileSync(join(packageRoot(), ...path), 'utf8');
}

interface Row {
  readonly what: string;
  readonly bound: string;
  readonly file: string;
  readonly name: string;
}

function rows(): readonly Row[] {
  const [, rest = ''] = read('ARCHITECTURE.md').split(HEADING);
  const [section = ''] = rest.split('\n## ');
  return section
    .split('\n')
    .filter((line) => line.startsWith('| ') && line.includes('`'))
    .map((line) => {
      const [, what = '', bound = '', where = ''] = line.split('|').map((cell) => cell.trim());
      const [, file = '', name = ''] = /^`([\w/.-]+)` `(\w+)`$/.exec(where) ?? [];
      return { what, bound, file, name };
    });
}

/** The value of a constant or a property in a source file: a product, quotient or shift of numbers and other constants of it. */
function valueOf(source: string, name: string): number {
  const found = new RegExp(`(?:const ${name} =|^\\s+${name}:) ([^;,]+)[;,]`, 'm').exec(source);
  if (found === null) throw new Error(`there is no constant ${name}`);
  const number = (word: string): number => {
    const plain = Number(word.replaceAll('_', ''));
    return Number.isNaN(plain) ? valueOf(source, word) : plain;
  };
  const words = (found[1] ?? '').trim().split(/ (<<|\*|\/) /);
  return words.slice(1).reduce(
    (value, word, index) => {
      if (index % 2 === 0) return value;
      const operator = words[index];
      const operand = number(word);
      if (operator === '<<') return value * 2 ** operand;
      return operator === '*' ? value * operand : value / operand;
    },
    number(words[0] ?? ''),
  );
}

/** The number that a bound begins with, such as "96 MiB of events" or "65,536". */
function boundOf(text: string): number {
  const [, digits = '', unit = ''] = /^([\d,]+)(?: (KiB|MiB))?\b/.exec(text) ?? [];
  return Number(digits.replaceAll(',', '')) * (UNITS[unit] ?? 1);
}

describe('the table of what a guest may grow', () => {
  it('has rows', () => {
    expect(rows().length).toBeGreaterThan(20);
  });

  it.each(rows())('has the bound of the code: $what', ({ bound, file, name }) => {
    expect(boundOf(bound)).toBe(valueOf(read(file), name));
  });
});
