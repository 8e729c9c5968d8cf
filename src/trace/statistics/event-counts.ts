// Counts of events: one look at each row of the columns.

import { VIRTIO_IOMMU_S_OK } from '../../iommu/protocol/protocol.ts';
import type { EventChunk } from '../record/event-chunk.ts';
import { NO_STATUS, type EventColumns } from '../record/event-columns.ts';
import { EVENT_KINDS, KIND_CODES } from '../record/event-kinds.ts';
import type { NewcomersOfWho } from '../record/who.ts';
import { bytesOf } from './mapping-bytes.ts';
import type { FaultFigures, RequestFigures, Statistics } from './statistics.ts';

const ATTACHED = KIND_CODES.get('attached') ?? -1;
const MAPPED = KIND_CODES.get('mapped') ?? -1;
const UNMAPPED = KIND_CODES.get('unmapped') ?? -1;
const FAULTED = KIND_CODES.get('faulted') ?? -1;
/** The last kind that is a request. */
const IGNORED = KIND_CODES.get('ignored') ?? -1;
/** Statuses are a byte. */
const STATUSES = 256;
/** Numbers of tasks, and of stacks. */
const NUMBERS = 1 << 16;
/** A guest can name many domains, one after the other. */
const MOST_DOMAINS = 1024;
/** Endpoints with faults; a machine has far fewer, a trace of something else may not. */
const MOST_FAULTS = 1024;
/** The latest faults, to be explained. */
export const EXPLAINED_FAULTS = 64;
/** Tasks in the list. */
const MOST_TASKS = 10;

export interface DomainCounts {
  readonly endpoints: Set<number>;
  maps: number;
  mappedBytes: number;
  unmaps: number;
  ended: number;
  endedBytes: number;
}

interface FaultCounts {
  readonly endpoint: number;
  readonly what: number;
  count: number;
  latest: number;
}

export class EventCounts {
  readonly #statuses = new Uint32Array(EVENT_KINDS.length * STATUSES);
  readonly #tasks = new Uint32Array(NUMBERS);
  readonly #stacks = new Uint32Array(NUMBERS);
  readonly #domains = new Map<number, DomainCounts>();
  readonly #faults = new Map<number, FaultCounts>();
  readonly #latestFaults: number[] = [];
  readonly #acceptsUntold: boolean;
  otherDomains = 0;

  /** `hasStatus`: whether the record tells the status of requests; what it does not tell of is taken for accepted. */
  constructor(hasStatus: boolean) {
    this.#acceptsUntold = !hasStatus;
  }

  /** Of a domain; undefined for those beyond the bound. */
  domain(id: number): DomainCounts | undefined {
    const known = this.#domains.get(id);
    if (known !== undefined) return known;
    if (this.#domains.size === MOST_DOMAINS) return undefined;
    const counts: DomainCounts = {
      endpoints: new Set(),
      maps: 0,
      mappedBytes: 0,
      unmaps: 0,
      ended: 0,
      endedBytes: 0,
    };
    this.#domains.set(id, counts);
    return counts;
  }

  get domains(): ReadonlyMap<number, DomainCounts> {
    return this.#domains;
  }

  /** Sequences, oldest first, of the latest faults. */
  get latestFaults(): readonly number[] {
    return this.#latestFaults.slice(-EXPLAINED_FAULTS);
  }

  /** Takes in rows of a chunk. */
  take({ columns, firstSequence }: EventChunk, from: number, to: number): void {
    for (let row = from; row < to; row += 1) {
      const kind = columns.kind[row] ?? 0;
      const status = columns.status[row] ?? NO_STATUS;
      const cell = kind * STATUSES + status;
      this.#statuses[cell] = (this.#statuses[cell] ?? 0) + 1;
      if (kind === FAULTED) this.#takeFault(columns, row, firstSequence + row);
      if (kind > IGNORED) continue;
      this.#takeWho(columns.who[row] ?? 0);
      if (status === VIRTIO_IOMMU_S_OK || (this.#acceptsUntold && status === NO_STATUS))
        this.#takeAccepted(columns, row, kind);
    }
  }

  get kinds(): Statistics['kinds'] {
    const counts = EVENT_KINDS.map((kind, code) => {
      const statuses = this.#statuses.subarray(code * STATUSES, (code + 1) * STATUSES);
      return { kind, count: statuses.reduce((sum, count) => sum + count, 0) };
    });
    return counts
      .filter(({ count }) => count > 0)
      .toSorted((one, other) => other.count - one.count);
  }

  get requests(): readonly RequestFigures[] {
    const figures: RequestFigures[] = [];
    for (const [cell, count] of this.#statuses.entries()) {
      const [code, status] = [Math.floor(cell / STATUSES), cell % STATUSES];
      const kind = EVENT_KINDS[code];
      if (count === 0 || kind === undefined || code > IGNORED) continue;
      figures.push({ kind, status: status === NO_STATUS ? null : status, count });
    }
    return figures.toSorted((one, other) => other.count - one.count);
  }

  get faults(): readonly FaultFigures<number>[] {
    return [...this.#faults.values()].toSorted((one, other) => other.count - one.count);
  }

  tasks({ tasks }: NewcomersOfWho): Statistics['tasks'] {
    const made = tasks.map((task, index) => ({ task, requests: this.#tasks[index + 1] ?? 0 }));
    return made
      .filter(({ requests }) => requests > 0)
      .toSorted((one, other) => other.requests - one.requests)
      .slice(0, MOST_TASKS);
  }

  stacks({ stacks }: NewcomersOfWho): Statistics['stacks'] {
    const made = stacks.map((stack, index) => ({ stack, requests: this.#stacks[index + 1] ?? 0 }));
    return made
      .filter(({ requests }) => requests > 0)
      .toSorted((one, other) => other.requests - one.requests);
  }

  #takeWho(who: number): void {
    const [task, stack] = [who >>> 16, who & (NUMBERS - 1)];
    this.#tasks[task] = (this.#tasks[task] ?? 0) + 1;
    this.#stacks[stack] = (this.#stacks[stack] ?? 0) + 1;
  }

  #takeAccepted(columns: EventColumns, row: number, kind: number): void {
    if (kind !== MAPPED && kind !== UNMAPPED && kind !== ATTACHED) return;
    const counts = this.domain(columns.domain[row] ?? 0);
    if (counts === undefined) {
      this.otherDomains += 1;
      return;
    }
    if (kind === ATTACHED) counts.endpoints.add(columns.endpoint[row] ?? 0);
    else if (kind === UNMAPPED) counts.unmaps += 1;
    else {
      counts.maps += 1;
      counts.mappedBytes += bytesOf(columns, row);
    }
  }

  #takeFault(columns: EventColumns, row: number, sequence: number): void {
    this.#latestFaults.push(sequence);
    if (this.#latestFaults.length === 2 * EXPLAINED_FAULTS)
      this.#latestFaults.splice(0, EXPLAINED_FAULTS);
    const [endpoint, what] = [columns.endpoint[row] ?? 0, columns.status[row] ?? 0];
    const key = endpoint * STATUSES + what;
    const counts = this.#faults.get(key);
    if (counts !== undefined) {
      counts.count += 1;
      counts.latest = sequence;
    } else if (this.#faults.size < MOST_FAULTS) {
      this.#faults.set(key, { endpoint, what, count: 1, latest: sequence });
    }
  }
}
