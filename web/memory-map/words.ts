// The memory map in words: what is pointed at, what is selected, and rows of a table.

import type { Lifetime } from '../../src/trace/replay/lifetime.ts';
import type { Moment } from '../../src/trace/replay/moment.ts';
import { formatShortRange } from '../format/address.ts';
import { formatBytes } from '../format/quantity.ts';
import { PAGE_BYTES, type Run } from '../picture/runs.ts';
import type { Scene } from '../picture/scene.ts';
import type { Locator } from '../model/locator.ts';
import { cellOf, nameOfPage, type MemoryAreas } from './areas.ts';
import { namesOf } from './owners.ts';
import type { PageReach } from './reach.ts';

const MOST_THROUGH = 3;

export interface MemoryFacts {
  readonly scene: Scene;
  readonly areas: MemoryAreas;
  readonly reach: PageReach;
  /** Null for a machine without an IOMMU. */
  readonly moment: Moment | null;
  /** Whether this is of all that ever was, and not only of the moment. */
  readonly isEver: boolean;
}

export function bytesOf({ first, last }: Run): { readonly start: bigint; readonly end: bigint } {
  const page = BigInt(PAGE_BYTES);
  return { start: BigInt(first) * page, end: BigInt(last + 1) * page - 1n };
}

function joined(names: readonly string[]): string {
  if (names.length <= 1) return names[0] ?? '';
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** "virtio-net can read and write it" */
export function reachWords(
  { scene, isEver }: Pick<MemoryFacts, 'scene' | 'isEver'>,
  readers: number,
  writers: number,
): string {
  const [both, reads, writes] = [readers & writers, readers & ~writers, writers & ~readers];
  const could = isEver ? 'could' : 'can';
  const parts = [
    [both, 'read and write'],
    [reads, 'only read'],
    [writes, 'only write'],
  ] as const;
  const words = parts.flatMap(([bits, what]) =>
    bits === 0 ? [] : [`${joined(namesOf(scene, bits))} ${could} ${what} it`],
  );
  if (words.length === 0) return isEver ? 'no device ever reached it' : 'no device reaches it';
  return words.join('; ');
}

/** The identity regions of devices behind walls, which are reached without a mapping; null where there are none. */
export function identityWords({ scene, moment, isEver }: MemoryFacts): string | null {
  const devices = scene.lanes.flatMap((lane) => (lane.gate === 'wall' ? lane.devices : []));
  const regions = devices.flatMap(({ id, name }) =>
    (moment?.endpoint(id)?.reserved ?? [])
      .filter(({ kind }) => kind === 'identity')
      .map(({ start, end }) => `${formatShortRange(start, end)} of ${name}`),
  );
  if (regions.length === 0) return null;
  const are = regions.length === 1 ? 'The identity region' : 'The identity regions';
  const counted = isEver ? ', and not counted' : '';
  return `${are} ${joined(regions)} ${regions.length === 1 ? 'is' : 'are'} reached without a mapping${counted}.`;
}

function throughWords({ virtStart, domain, physStart }: Lifetime, start: bigint): string {
  const iova = start > physStart ? virtStart + (start - physStart) : virtStart;
  return `IOVA ${formatShortRange(iova, iova + BigInt(PAGE_BYTES - 1))} of domain ${domain}`;
}

/** A page in one line. */
export function pageWords(facts: MemoryFacts, page: number): string {
  const { areas, reach, moment, scene, isEver } = facts;
  const { start, end } = bytesOf({ first: page, last: page });
  const cell = cellOf(areas, page);
  const name = nameOfPage(areas, page);
  const [readers, writers] = [
    (reach.readers[cell] ?? 0) | reach.open,
    (reach.writers[cell] ?? 0) | reach.open,
  ];
  const where = `${formatShortRange(start, end)}${name === null ? '' : `, ${name}`}`;
  const words = `${where}: ${reachWords({ scene, isEver }, readers, writers)}`;
  if (moment === null || isEver) return words;
  const range = { start: Number(start), end: Number(end) };
  const walls = new Set(
    scene.lanes.flatMap(({ domain, gate }) => (gate === 'wall' ? [domain] : [])),
  );
  const through = moment
    .mappingsTo(range, MOST_THROUGH + 1)
    .filter(({ domain }) => walls.has(domain))
    .map((mapping) => throughWords(mapping, start));
  if (through.length === 0) return words;
  const more = through.length > MOST_THROUGH ? ', and more' : '';
  return `${words}, through ${through.slice(0, MOST_THROUGH).join(', ')}${more}`;
}

/** Bytes that each device reaches, for a legend: those that reach any, in their order. */
export function legendOf({ scene, reach }: Pick<MemoryFacts, 'scene' | 'reach'>): readonly {
  readonly name: string;
  readonly index: number;
}[] {
  let all = reach.open;
  for (let cell = 0; cell < reach.readers.length; cell += 1) {
    all |= (reach.readers[cell] ?? 0) | (reach.writers[cell] ?? 0);
  }
  return scene.facts.devices.flatMap(({ name }, index) =>
    namesOf(scene, all).includes(name) ? [{ name, index }] : [],
  );
}

/** Pages that are selected, wherever on the page that was done. */
export function litPages(moment: Moment | null, selected: Locator | null): readonly Run[] {
  if (selected === null) return [];
  if (selected.kind === 'page') {
    const page = Number(selected.gpa / BigInt(PAGE_BYTES));
    return [{ first: page, last: page }];
  }
  if (moment === null || (selected.kind !== 'mapping' && selected.kind !== 'iova')) return [];
  const found = moment.lookup(selected.domain, selected.iova);
  if (found === undefined) return [];
  const into = selected.kind === 'iova' ? selected.iova - found.virtStart : 0n;
  const length = selected.kind === 'iova' ? 1n : found.virtEnd - found.virtStart + 1n;
  const start = found.physStart + into;
  return [
    {
      first: Number(start / BigInt(PAGE_BYTES)),
      last: Number((start + length - 1n) / BigInt(PAGE_BYTES)),
    },
  ];
}

/** Size of a run in words. */
export function sizeWords({ first, last }: Run): string {
  return formatBytes((last - first + 1) * PAGE_BYTES);
}
