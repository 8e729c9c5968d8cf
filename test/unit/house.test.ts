import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findBreaches } from '../tools/house/breaches.ts';
import { packageRoot } from '../../src/guest/package-root.ts';
import { roomsTable, withTable } from '../tools/house/rooms-table.ts';
import { ROOMS, TESTS, type Room } from '../tools/house/rooms.ts';

const ROOMS_OF_TWO_FLOORS: readonly Room[] = [
  { folder: 'src/base', purpose: 'below', imports: [] },
  { folder: 'src/base/deep', purpose: 'inside', imports: [] },
  {
    folder: 'src/device',
    purpose: 'above',
    imports: ['src/base'],
    types: ['src/base/deep', 'data/one.json'],
    packages: ['@scope/tool', 'node'],
  },
];
const TREE = {
  'src/base/a.ts': "import { b } from './b.ts';",
  'src/base/b.ts': 'export const b = 1;',
  'src/base/deep/d.ts': 'export type D = 1;',
  'src/device/device.ts': "import { a } from '../base/a.ts';",
};

function breachesWith(files: Readonly<Record<string, string>>): readonly string[] {
  return findBreaches(
    { rooms: ROOMS_OF_TWO_FLOORS, tests: TESTS },
    new Map(Object.entries({ ...TREE, ...files })),
  );
}

describe('the check of imports', () => {
  it.each([
    ['what rules allow', {}],
    ['a package and a part of it', { 'src/device/x.ts': "import '@scope/tool/part.js';" }],
    ["Node's modules", { 'src/device/x.ts': "import { join } from 'node:path';" }],
    ['types only', { 'src/device/x.ts': "import type { D } from '../base/deep/d.ts';" }],
    ['types one by one', { 'src/device/x.ts': "import { type D } from '../base/deep/d.ts';" }],
    ['a type in its place', { 'src/device/x.ts': "type D = import('../base/deep/d.ts').D;" }],
    ['a file by its name', { 'src/device/x.ts': "import type one from '../../data/one.json';" }],
    [
      'anything in a test',
      { 'src/base/b.test.ts': "import '../device/device.ts'; import 'vitest';" },
    ],
    ['styles without a rule', { 'src/looks/a.css': 'a {}' }],
  ])('accepts %s', (_, files) => {
    expect(breachesWith(files)).toEqual([]);
  });

  it.each([
    [
      'an upward import',
      { 'src/base/x.ts': "import '../device/device.ts';" },
      'src/base/x.ts imports src/device/device.ts, but src/base may not import src/device',
    ],
    [
      'an upward import of a type',
      { 'src/base/x.ts': "import type { Device } from '../device/device.ts';" },
      'src/base/x.ts imports src/device/device.ts, but src/base may not import src/device',
    ],
    [
      'an upward import in a type',
      { 'src/base/x.ts': "export type X = import('../device/device.ts').Device;" },
      'src/base may not import src/device',
    ],
    [
      'an upward import that is awaited',
      { 'src/base/x.ts': "await import('../device/device.ts');" },
      'src/base may not import src/device',
    ],
    [
      'what is exported again from above',
      { 'src/base/x.ts': "export * from '../device/device.ts';" },
      'src/base may not import src/device',
    ],
    [
      'a folder inside a folder that is allowed',
      { 'src/base/x.ts': "import type { D } from './deep/d.ts';" },
      'src/base may not import src/base/deep',
    ],
    [
      'a value where types are allowed',
      { 'src/device/x.ts': "import { d, type D } from '../base/deep/d.ts';" },
      'of which src/device may import only types',
    ],
    [
      'a folder without a rule',
      { 'src/cellar/x.ts': 'export const x = 1;' },
      'The folder src/cellar has no rule',
    ],
    [
      'a package',
      { 'src/base/x.ts': "import '@scope/tool';" },
      'src/base/x.ts imports the package @scope/tool, which src/base may not use',
    ],
    [
      'a name that is computed',
      { 'src/device/x.ts': 'await import(`${name}.ts`);' },
      'imports something whose name is computed',
    ],
    [
      'a circle',
      { 'src/base/b.ts': "import './a.ts';" },
      'in a circle: src/base/a.ts -> src/base/b.ts -> src/base/a.ts',
    ],
    [
      'a circle of types',
      { 'src/base/b.ts': "import type { A } from './a.ts';" },
      'in a circle: src/base/a.ts -> src/base/b.ts -> src/base/a.ts',
    ],
  ])('refuses %s, in one sentence', (_, files, sentence) => {
    expect(breachesWith(files)).toEqual([expect.stringContaining(sentence)]);
  });

  it('refuses a rule for a folder that is gone', () => {
    const rooms = [...ROOMS_OF_TWO_FLOORS, { folder: 'src/attic', purpose: '', imports: [] }];
    expect(findBreaches({ rooms, tests: TESTS }, new Map(Object.entries(TREE)))).toEqual([
      expect.stringContaining('There is a rule for src/attic, but no file is in that folder'),
    ]);
  });

  it('refuses a file that it cannot read', () => {
    expect(() => breachesWith({ 'src/base/x.ts': 'import {' })).toThrow('src/base/x.ts');
  });
});

describe('the rooms of the page', () => {
  it.each(['', 'type '])('let no component import the session (import %s…)', (type) => {
    const session = 'web/session/machine-session.ts';
    const pane = `import ${type}{ MachineSession } from '../session/machine-session.ts';`;
    const tree = new Map([
      ...ROOMS.map(({ folder }) => [`${folder}/a.ts`, ''] as const),
      [session, 'export class MachineSession {}'],
      ['web/components/pane.tsx', pane],
    ]);
    expect(findBreaches({ rooms: ROOMS, tests: TESTS }, tree)).toEqual([
      expect.stringContaining(`imports ${session}, but web/components may not import web/session`),
    ]);
  });
});

describe('the table of rooms', () => {
  it('has a line for each room that may not import anything', () => {
    const strict = ROOMS.filter(({ imports }) => imports !== 'anything');
    expect(roomsTable(ROOMS).split('\n')).toHaveLength(strict.length + 2);
  });

  it('names a folder with all that is in it once', () => {
    const top = { folder: 'src/top', purpose: '', imports: ['src/base', 'src/base/deep'] };
    expect(roomsTable([...ROOMS_OF_TWO_FLOORS, top])).toContain('| all of base |');
  });

  it('refuses a document without a place for it', () => {
    expect(() => withTable('# Nothing', ROOMS)).toThrow('has no line');
  });
});

describe('what the architecture says', () => {
  it('names files that there are', () => {
    const text = readFileSync(join(packageRoot(), 'ARCHITECTURE.md'), 'utf8');
    const named = [...text.matchAll(/`([\w/.-]+\.tsx?)`/g)].map(([, name = '']) => name);
    const below = ['src', 'web', 'wasm', 'test'].flatMap((folder) =>
      readdirSync(join(packageRoot(), folder), { recursive: true, encoding: 'utf8' }).map(
        (name) => `/${folder}/${name}`,
      ),
    );
    const files = [...readdirSync(packageRoot()).map((name) => `/${name}`), ...below];
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((name) => !files.some((file) => file.endsWith(`/${name}`)))).toEqual([]);
  });
});
