// One store under test: the only place of a store run that knows how a store is called.

import {
  MAX_SEGMENTS,
  TRANSLATE_FAULT,
  type MappingStore,
} from '../../../src/iommu/store/mapping-store.ts';
import { NO_WINDOWS } from '../../../src/iommu/regions/region-window.ts';
import { highWord, lowWord } from '../../../src/base/words.ts';
import { MAX_ADDRESS, toGpa, toIova } from '../../../src/memory/address.ts';
import type { PlainRange } from './layouts.ts';
import { THREW, type Answer, type Kind, type Operation } from './operation.ts';

type OperationOf<K extends Kind> = Extract<Operation, { kind: K }>;

/** Makes operations total: a domain that does not exist is created by the first operation that names it. */
export class Subject {
  readonly #store: MappingStore;
  readonly #domains = new Set<number>();
  /** The one endpoint, which goes into whatever domain is translated in. */
  readonly #endpoint: number;
  #bound: number | undefined;

  constructor(store: MappingStore) {
    this.#store = store;
    this.#endpoint = store.addEndpoint(NO_WINDOWS);
  }

  /** The store's answer; an exception is one, too. */
  perform(operation: Operation): Answer {
    try {
      if (operation.kind === 'audit') return this.#audit();
      if (operation.kind === 'restore') return this.#restore();
      if (!this.#hasDomain(operation.domain)) return ['no domain'];
      return this.#performInDomain(operation);
    } catch (error) {
      return [THREW, String(error)];
    }
  }

  #performInDomain(operation: Exclude<Operation, { kind: 'audit' | 'restore' }>): Answer {
    const { domain } = operation;
    switch (operation.kind) {
      case 'insert':
        return [this.#insert(operation)];
      case 'remove':
        return [this.#store.remove(domain, rangeOf(operation))];
      case 'overlaps':
        return [this.#store.overlaps(domain, rangeOf(operation))];
      case 'size':
        return this.#size(domain);
      case 'list':
        return this.#list(domain, operation.start, operation.limit);
      case 'translate':
        return this.#translate(operation);
      case 'destroy':
        this.#unbind();
        this.#store.destroyDomain(domain);
        this.#domains.delete(domain);
        return [];
    }
  }

  #hasDomain(domain: number): boolean {
    if (this.#domains.has(domain)) return true;
    if (this.#store.createDomain(domain) === 'full') return false;
    this.#domains.add(domain);
    return true;
  }

  #insert({ domain, start, end, phys, flags }: OperationOf<'insert'>): string {
    const virt = { virtStart: toIova(start), virtEnd: toIova(end) };
    return this.#store.insert(domain, { ...virt, physStart: toGpa(phys), flags });
  }

  #size(domain: number): Answer {
    const { mappings, bytes } = this.#store.size(domain);
    return [mappings, bytes];
  }

  #list(domain: number, from: bigint, limit: number): Answer {
    const mappings = this.#store.list(domain, toIova(from), limit);
    return mappings.flatMap((each) => [each.virtStart, each.virtEnd, each.physStart, each.flags]);
  }

  #translate({ domain, start, length, access }: OperationOf<'translate'>): Answer {
    const store = this.#store;
    if (this.#bound !== domain) store.bind(this.#endpoint, domain);
    this.#bound = domain;
    const asked = [this.#endpoint, highWord(start), lowWord(start), length, access] as const;
    const place = store.locate(...asked);
    const count = store.translate(...asked);
    const { result } = store;
    if (place >= 0 && (count !== 1 || result.high(0) !== 0 || result.low(0) !== place)) {
      return ['the short cut leads elsewhere', place];
    }
    const answer = count < 0 ? [count, result.stopHigh, result.stopLow] : [count];
    if (count === TRANSLATE_FAULT) return [...answer, result.reason];
    const segments = count < 0 ? MAX_SEGMENTS : count;
    for (let index = 0; index < segments; index++) {
      answer.push(result.high(index), result.low(index), result.length(index));
    }
    return answer;
  }

  #unbind(): void {
    this.#store.bind(this.#endpoint, 'unattached');
    this.#bound = undefined;
  }

  #audit(): Answer {
    const domains = [...this.#domains].flatMap((domain) => {
      const size = this.#size(domain);
      return ['domain', domain, ...size, ...this.#list(domain, 0n, Number(MAX_ADDRESS))];
    });
    return [...domains, 'saved', Buffer.from(this.#store.save()).toString('base64')];
  }

  #restore(): Answer {
    this.#unbind();
    this.#store.restore(this.#store.save());
    return this.#audit();
  }
}

function rangeOf({ start, end }: PlainRange) {
  return { start: toIova(start), end: toIova(end) };
}
