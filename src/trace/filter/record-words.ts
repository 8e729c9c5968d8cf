// Values that a record has seen, for completing a filter. They are looked for when they are asked.

import type { RecordedEndpoint } from '../record/head.ts';
import type { IommuRecord } from '../record/iommu-record.ts';
import type { Task } from '../record/who.ts';
import type { SeenWords } from './complete-filter.ts';
import { kindTable } from './row-test.ts';
import type { Symbolizer } from './who-tests.ts';

/** Domains that are told, and the latest events that are looked through for them: what a person may choose from. */
const MAX_DOMAINS = 100;
const MAX_LOOKED_THROUGH = 1 << 18;

const HAS_DOMAIN = kindTable((kind) => kind === 'attached' || kind === 'mapped');

export class RecordWords implements SeenWords {
  readonly #record: IommuRecord;
  readonly #symbolize: Symbolizer;

  /** Of a record; functions of its kernel as they are named, if they are. */
  constructor(record: IommuRecord, symbolize: Symbolizer = () => undefined) {
    this.#record = record;
    this.#symbolize = symbolize;
  }

  get endpoints(): readonly RecordedEndpoint[] {
    return this.#record.head.endpoints;
  }

  /** By ascending number of their process. */
  get tasks(): readonly Task[] {
    const { tasks } = this.#record.everybody;
    const byPid = new Map(tasks.map((task) => [`${task.pid} ${task.comm}`, task]));
    return [...byPid.values()].toSorted((one, other) => one.pid - other.pid);
  }

  /** Of all stacks, in the order of the alphabet. */
  get symbols(): readonly string[] {
    const addresses = new Set<number>();
    for (const stack of this.#record.everybody.stacks) {
      for (const address of stack.addresses) addresses.add(address);
    }
    const names = [...addresses].map((address) => this.#symbolize(address));
    return [...new Set(names.filter((name) => name !== undefined))].toSorted();
  }

  /** Of the latest events, ascending. */
  get domains(): readonly number[] {
    const domains = new Set<number>();
    let left = MAX_LOOKED_THROUGH;
    for (const { columns, count } of this.#record.chunks.toReversed()) {
      for (let row = count - 1; row >= 0; row -= 1, left -= 1) {
        if (left === 0 || domains.size === MAX_DOMAINS) return ascending(domains);
        if (HAS_DOMAIN[columns.kind[row] ?? 0] === 1) domains.add(columns.domain[row] ?? 0);
      }
    }
    return ascending(domains);
  }
}

function ascending(numbers: ReadonlySet<number>): readonly number[] {
  return [...numbers].toSorted((one, other) => one - other);
}
