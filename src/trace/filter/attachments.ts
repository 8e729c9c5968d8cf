// Which endpoints are in which domain, row by row along a record: a MAP names a domain only. Walks the columns from the last
// place it was at, or from the start of a chunk that it has met before.

import { VIRTIO_IOMMU_S_OK } from '../../iommu/protocol/protocol.ts';
import type { EventChunk } from '../record/event-chunk.ts';
import { NO_DOMAIN, NO_STATUS } from '../record/event-columns.ts';
import { EVENT_KINDS } from '../record/event-kinds.ts';

/** Endpoints that are followed, at most: more than machines have. Others are taken for unattached. */
const MAX_ENDPOINTS = 1 << 12;

/** An endpoint and the domain it is in. */
export type Attachment = readonly [endpoint: number, domain: number];

/** Where attachments are to be had that no event tells of. */
export interface AttachmentSources {
  /** The chunk right before another one; undefined for the first, and behind a gap. */
  readonly before: (chunk: EventChunk) => EventChunk | undefined;
  /** The attachments that an event found, for events that nothing is kept before. */
  readonly at: (sequence: number) => Iterable<Attachment>;
}

const [NOTHING, ATTACH, DETACH, FAULT, RESET] = [0, 1, 2, 3, 4];
const STEPS = new Uint8Array(256);
for (const [code, kind] of EVENT_KINDS.entries()) {
  if (kind === 'attached') STEPS[code] = ATTACH;
  else if (kind === 'detached') STEPS[code] = DETACH;
  else if (kind === 'faulted') STEPS[code] = FAULT;
  else if (kind === 'reset' || kind === 'system-reset' || kind === 'power-cycled') {
    STEPS[code] = RESET;
  }
}

/** Whether an event of a kind, by its byte, can change attachments. */
export function isStep(kind: number): boolean {
  return STEPS[kind] !== NOTHING;
}

/** Endpoints of a domain: how many, and how many of those that are looked for. */
interface Members {
  readonly wanted: number;
  readonly all: number;
}
const NOBODY: Members = { wanted: 0, all: 0 };

/** What is told of a domain: nobody is in it, nobody who is looked for, somebody who is. */
export const EMPTY = 0;
export const OTHERS = 1;
export const WANTED = 2;

/** Domains whose answer is remembered until the next change, by the low bits of their number. */
const REMEMBERED = 256;

export class Attachments {
  readonly #sources: AttachmentSources;
  readonly #isWanted: (endpoint: number) => boolean;
  /** What the first event of a chunk found. */
  readonly #starts = new WeakMap<EventChunk, readonly Attachment[]>();
  #domains = new Map<number, number>();
  #members = new Map<number, Members>();
  #chunk: EventChunk | undefined;
  #row = 0;
  readonly #rememberedDomains = new Float64Array(REMEMBERED).fill(-1);
  readonly #answers = new Uint8Array(REMEMBERED);

  constructor(sources: AttachmentSources, isWanted: (endpoint: number) => boolean) {
    this.#sources = sources;
    this.#isWanted = isWanted;
  }

  /** Goes to a row: the state is what the event there finds. */
  moveTo(chunk: EventChunk, row: number): void {
    if (chunk !== this.#chunk || row < this.#row) this.#begin(chunk);
    this.#walk(chunk, row);
  }

  /** Who is in a domain: `EMPTY`, `OTHERS` or `WANTED`. */
  whoIsIn(domain: number): number {
    const place = domain & (REMEMBERED - 1);
    if (this.#rememberedDomains[place] === domain) return this.#answers[place] ?? EMPTY;
    const { wanted, all } = this.#members.get(domain) ?? NOBODY;
    const present = wanted > 0 ? WANTED : OTHERS;
    const answer = all === 0 ? EMPTY : present;
    this.#rememberedDomains[place] = domain;
    this.#answers[place] = answer;
    return answer;
  }

  /** Takes in a row that can change something; none such was left out since the last one. */
  step(chunk: EventChunk, row: number): void {
    this.#take(chunk, row);
    this.#row = row + 1;
  }

  #walk(chunk: EventChunk, row: number): void {
    const { kind } = chunk.columns;
    for (let at = this.#row; at < row; at += 1) {
      if (STEPS[kind[at] ?? 0] !== NOTHING) this.#take(chunk, at);
    }
    this.#row = row;
  }

  /** Goes to the first row of a chunk: by what is known of its start, or through those before it. */
  #begin(chunk: EventChunk): void {
    const onWay: EventChunk[] = [];
    let first: EventChunk | undefined = chunk;
    while (first !== undefined && !this.#starts.has(first) && first !== this.#chunk) {
      onWay.push(first);
      first = this.#sources.before(first);
    }
    if (first === undefined) {
      const oldest = onWay.pop();
      if (oldest !== undefined) this.#enter(oldest, this.#sources.at(oldest.firstSequence));
    } else if (first !== this.#chunk || first === chunk) {
      this.#enter(first, this.#starts.get(first) ?? []);
    }
    for (let next = onWay.pop(); next !== undefined; next = onWay.pop()) {
      const last = this.#chunk;
      if (last !== undefined) this.#walk(last, last.count);
      this.#enter(next, [...this.#domains]);
    }
  }

  #enter(chunk: EventChunk, attachments: Iterable<Attachment>): void {
    const start = [...attachments];
    this.#starts.set(chunk, start);
    this.#clear();
    for (const [endpoint, domain] of start) this.#place(endpoint, domain);
    this.#chunk = chunk;
    this.#row = 0;
  }

  #take({ columns }: EventChunk, row: number): void {
    const step = STEPS[columns.kind[row] ?? 0];
    if (step === NOTHING) return;
    if (step === RESET) return this.#clear();
    const endpoint = columns.endpoint[row] ?? 0;
    const domain = columns.domain[row] ?? 0;
    const isNone = ((columns.flags[row] ?? 0) & NO_DOMAIN) !== 0;
    if (step === FAULT) {
      // A fault says where its endpoint is, also where nothing else is known of it
      return isNone ? this.#remove(endpoint) : this.#place(endpoint, domain);
    }
    const status = columns.status[row];
    if (status !== VIRTIO_IOMMU_S_OK && status !== NO_STATUS) return;
    if (step === ATTACH) this.#place(endpoint, domain);
    else this.#remove(endpoint);
  }

  #clear(): void {
    this.#domains = new Map();
    this.#members = new Map();
    this.#rememberedDomains.fill(-1);
  }

  #place(endpoint: number, domain: number): void {
    if (this.#domains.get(endpoint) === domain) return;
    this.#remove(endpoint);
    if (this.#domains.size === MAX_ENDPOINTS) return;
    this.#domains.set(endpoint, domain);
    this.#count(endpoint, domain, 1);
  }

  #remove(endpoint: number): void {
    const domain = this.#domains.get(endpoint);
    if (domain === undefined) return;
    this.#domains.delete(endpoint);
    this.#count(endpoint, domain, -1);
  }

  #count(endpoint: number, domain: number, change: number): void {
    const { wanted, all } = this.#members.get(domain) ?? NOBODY;
    const members = {
      wanted: wanted + (this.#isWanted(endpoint) ? change : 0),
      all: all + change,
    };
    if (members.all === 0) this.#members.delete(domain);
    else this.#members.set(domain, members);
    this.#rememberedDomains.fill(-1);
  }
}
