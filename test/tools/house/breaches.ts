// Finds what in a tree of source files breaks the rules of its rooms. Pure: a tree is paths and texts.

import { posix } from 'node:path';
import { findCircles } from './circles.ts';
import { importsOf, type Import } from './imports-of.ts';
import type { Room } from './rooms.ts';

/** Where the rules are, for whoever has to add one. */
const TABLE = 'test/tools/house/rooms.ts';
const CODE = /\.tsx?$/;
const TEST = /\.test\.tsx?$/;

export interface House {
  readonly rooms: readonly Room[];
  /** The rule for tests, in whatever folder they are. */
  readonly tests: Omit<Room, 'folder'>;
}

/** Each breach in one sentence. The tree has every file below the folders that have rules, by path from the root. */
export function findBreaches(
  { rooms, tests }: House,
  tree: ReadonlyMap<string, string>,
): readonly string[] {
  const ruleOf = new Map(rooms.map((room) => [room.folder, room]));
  const code = [...tree.keys()].filter((file) => CODE.test(file));
  const imports = new Map(code.map((file) => [file, importsOf(file, tree.get(file) ?? '')]));
  const targets = new Map(
    code.map((file) => [
      file,
      (imports.get(file) ?? []).flatMap((one) => localFile(file, one, tree)),
    ]),
  );
  const misplaced = code.flatMap((file) => {
    const room = ruleOf.get(posix.dirname(file));
    if (room === undefined) return [];
    const rule = TEST.test(file) ? { ...tests, folder: room.folder } : room;
    return (imports.get(file) ?? []).flatMap((one) => judge(file, one, rule, tree));
  });
  return [
    ...foldersWithoutRule(code, ruleOf),
    ...rulesWithoutFolder(rooms, tree),
    ...misplaced,
    ...findCircles(targets).map(
      (circle) => `Files import each other in a circle: ${circle.join(' -> ')}.`,
    ),
  ];
}

function foldersWithoutRule(
  code: readonly string[],
  ruleOf: ReadonlyMap<string, Room>,
): readonly string[] {
  const folders = new Set(code.map((file) => posix.dirname(file)));
  return [...folders]
    .filter((folder) => !ruleOf.has(folder))
    .map((folder) => `The folder ${folder} has no rule: add one to ${TABLE}.`);
}

function rulesWithoutFolder(
  rooms: readonly Room[],
  tree: ReadonlyMap<string, string>,
): readonly string[] {
  const folders = new Set([...tree.keys()].map((file) => posix.dirname(file)));
  return rooms
    .filter(({ folder }) => !folders.has(folder))
    .map(
      ({ folder }) => `There is a rule for ${folder}, but no file is in that folder (${TABLE}).`,
    );
}

function judge(
  file: string,
  one: Import,
  rule: Room,
  tree: ReadonlyMap<string, string>,
): readonly string[] {
  if (one.from === undefined) {
    return [`${file} imports something whose name is computed, so that no rule can be checked.`];
  }
  if (!one.from.startsWith('.')) {
    const name = packageOf(one.from);
    return rule.packages?.includes(name) === true
      ? []
      : [`${file} imports the package ${name}, which ${rule.folder} may not use (${TABLE}).`];
  }
  const target = resolve(file, one.from, tree);
  const folder = posix.dirname(target);
  if (rule.imports === 'anything' || folder === rule.folder) return [];
  const names = [folder, target];
  if (names.some((name) => rule.imports.includes(name))) return [];
  if (names.some((name) => rule.types?.includes(name) === true)) {
    return one.isType
      ? []
      : [`${file} imports ${target}, of which ${rule.folder} may import only types (${TABLE}).`];
  }
  return [`${file} imports ${target}, but ${rule.folder} may not import ${folder} (${TABLE}).`];
}

function localFile(
  file: string,
  { from }: Import,
  tree: ReadonlyMap<string, string>,
): readonly string[] {
  if (from?.startsWith('.') !== true) return [];
  const target = resolve(file, from, tree);
  return tree.has(target) ? [target] : [];
}

/** AssemblyScript leaves out the extension. */
function resolve(file: string, from: string, tree: ReadonlyMap<string, string>): string {
  const path = posix.join(posix.dirname(file), from);
  return !tree.has(path) && tree.has(`${path}.ts`) ? `${path}.ts` : path;
}

function packageOf(from: string): string {
  if (from.startsWith('node:')) return 'node';
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
}
