// The rules as a table for readers: ARCHITECTURE.md has it between two markers, and must not differ from the rules.

import type { Room } from './rooms.ts';

const START = '<!-- rooms: `npm run rooms` writes this table -->';
const END = '<!-- end of rooms -->';
/** Its widest cell would pad all the others: three parts of four of the document would be spaces. */
const AS_IT_IS = '<!-- oxfmt-ignore -->';

/** Rooms that may import anything are not worth a line. */
export function roomsTable(rooms: readonly Room[]): string {
  const rows = rooms.flatMap((room) => {
    if (room.imports === 'anything') return [];
    const cells = [
      `\`${room.folder}\``,
      room.purpose,
      namesOf(room.imports, rooms, room.folder),
      namesOf(room.types ?? [], rooms, room.folder),
      (room.packages ?? []).join(', '),
    ];
    return [`| ${cells.map((cell) => cell || '-').join(' | ')} |`];
  });
  const head = ['| room | purpose | may import | types only | packages |', '| - | - | - | - | - |'];
  return [...head, ...rows].join('\n');
}

/** The document with the table of these rooms in place of its own. Throws an `Error` when it has no place for one. */
export function withTable(document: string, rooms: readonly Room[]): string {
  const [start, end] = [document.indexOf(START), document.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`The document has no line "${START}".`);
  return `${document.slice(0, start)}${START}\n\n${AS_IT_IS}\n${roomsTable(rooms)}\n\n${document.slice(end)}`;
}

/** Names without `src/`; a folder with all its sub-rooms is one name. */
function namesOf(names: readonly string[], rooms: readonly Room[], self: string): string {
  const folders = rooms.map(({ folder }) => folder);
  const isWhole = (name: string): boolean => {
    const inner = folders.filter((folder) => folder.startsWith(`${name}/`) && folder !== self);
    return inner.length > 0 && inner.every((folder) => names.includes(folder));
  };
  const wholes = names.filter(isWhole);
  return names
    .filter((name) => !wholes.some((whole) => name.startsWith(`${whole}/`)))
    .map((name) => `${wholes.includes(name) ? 'all of ' : ''}${name.replace(/^src\//, '')}`)
    .join(', ');
}
