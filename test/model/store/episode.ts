// The random operations of a store run. An episode is one store's life; its seed and the right answers decide
// everything about it.

import { Random, type Weighted } from '../../differential/random.ts';
import { ACCESS_READ, ACCESS_WRITE } from '../../../src/iommu/store/mapping-store.ts';
import type { StoreLimits } from '../../../src/iommu/store/store-limits.ts';
import { MAX_ADDRESS } from '../../../src/memory/address.ts';
import { PAGE, type PlainRange } from './layouts.ts';
import type { Answer, Kind, Operation } from './operation.ts';
import { pickStyle, type Style } from './style.ts';

const DOMAINS = [7, 0, 0xffff_ffff, 1];
/** How many of the ranges lately inserted into a domain are remembered. */
const REMEMBERED = 64;

export class Episode {
  readonly limits: StoreLimits;
  /** How many operations it has. */
  readonly operations: number;
  readonly #random: Random;
  readonly #style: Style;
  readonly #domains: readonly Weighted<number>[];
  readonly #recent = new Map<number, PlainRange[]>();
  #done = 0;
  #lacksRoom = false;

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#style = pickStyle(this.#random);
    this.limits = this.#style.limits;
    this.operations = this.#style.operations;
    const usual = DOMAINS.slice(0, this.limits.maxDomains);
    this.#domains = [
      [this.#style.favour, 7],
      [20, this.#random.pick(usual)],
      [1, this.#random.pick(DOMAINS)],
    ];
  }

  next(): Operation {
    const { season, seasons } = this.#style;
    const kinds = seasons[Math.floor(this.#done / season) % 2 === 0 ? 0 : 1];
    this.#done++;
    if (this.#done === this.operations) return { kind: 'audit' };
    if (this.#lacksRoom) return { kind: 'destroy', domain: this.#random.pick(DOMAINS) };
    const kind = this.#random.weighted(kinds);
    if (kind === 'audit' || kind === 'restore') return { kind };
    return this.#inDomain(kind, this.#random.weighted(this.#domains));
  }

  /** Takes note of the answer to what `next` gave last. */
  learn(operation: Operation, [outcome]: Answer): void {
    this.#lacksRoom = outcome === 'no domain';
    if (operation.kind === 'destroy') this.#recent.delete(operation.domain);
    if (operation.kind !== 'insert' || outcome !== 'inserted') return;
    this.#remember(operation.domain, { start: operation.start, end: operation.end });
  }

  #inDomain(kind: Exclude<Kind, 'audit' | 'restore'>, domain: number): Operation {
    switch (kind) {
      case 'insert':
        return this.#insert(domain);
      case 'remove':
        return { kind, domain, ...this.#removed(domain) };
      case 'overlaps':
        return { kind, domain, ...this.#near(domain) };
      case 'list':
        return { kind, domain, start: this.#near(domain).start, limit: this.#limit() };
      case 'translate':
        return this.#translate(domain);
      case 'size':
      case 'destroy':
        return { kind, domain };
    }
  }

  #insert(domain: number): Operation {
    const random = this.#random;
    const range = this.#fresh();
    const flags = random.weighted(this.#style.flags);
    return { kind: 'insert', domain, ...range, phys: this.#phys(range), flags };
  }

  #fresh(): PlainRange {
    return this.#random.weighted(this.#style.layouts)(this.#random);
  }

  #anywhere(): PlainRange {
    return this.#style.anywhere?.(this.#random) ?? this.#fresh();
  }

  #remember(domain: number, range: PlainRange): void {
    const recent = this.#recent.get(domain) ?? [];
    const isFull = recent.length === REMEMBERED;
    recent[isFull ? this.#random.between(0, REMEMBERED - 1) : recent.length] = range;
    this.#recent.set(domain, recent);
  }

  #remembered(domain: number): PlainRange {
    const recent = this.#recent.get(domain) ?? [];
    return recent.length === 0 ? this.#anywhere() : this.#random.pick(recent);
  }

  /** One remembered until now. */
  #forgotten(domain: number): PlainRange {
    const recent = this.#recent.get(domain) ?? [];
    const [range] = recent.splice(this.#random.between(0, REMEMBERED - 1) % recent.length, 1);
    return range ?? this.#anywhere();
  }

  #removed(domain: number): PlainRange {
    return this.#random.chance(0.7) ? this.#forgotten(domain) : this.#near(domain);
  }

  /** Where mappings may be: near one of them, around several, or anywhere. */
  #near(domain: number): PlainRange {
    const random = this.#random;
    const { start, end } = this.#remembered(domain);
    const bytes = random.pick([1n, PAGE, BigInt(random.between(0, 64)) * PAGE]);
    if (random.chance(this.#style.wide)) return this.#wide(domain, { start, end });
    const way = random.between(0, 9);
    if (way < 4) return { start: atLeast0(start - bytes), end: least(end + bytes, MAX_ADDRESS) };
    if (way < 5) return { start: least(start + bytes, end), end };
    if (way < 6) return { start, end: end - bytes < start ? start : end - bytes };
    return this.#anywhere();
  }

  #wide(domain: number, { start, end }: PlainRange): PlainRange {
    if (this.#random.chance(0.5)) return { start: 0n, end: MAX_ADDRESS };
    const other = this.#remembered(domain);
    return { start: least(start, other.start), end: end > other.end ? end : other.end };
  }

  #translate(domain: number): Operation {
    const random = this.#random;
    const access = random.chance(0.5) ? ACCESS_READ : ACCESS_WRITE;
    const { sweep } = this.#style;
    if (sweep !== undefined && random.chance(0.02)) {
      return { kind: 'translate', domain, start: sweep, length: this.#style.longest, access };
    }
    const { start, end } = random.chance(0.8) ? this.#remembered(domain) : this.#near(domain);
    const inside = BigInt(random.between(0, 2) * random.u32()) % (end - start + 1n);
    return { kind: 'translate', domain, start: start + inside, length: this.#length(), access };
  }

  #length(): number {
    const random = this.#random;
    const way = random.between(0, 99);
    if (way < 30) return random.pick([1, 8, 512, 4096]);
    if (way < 60) return random.between(1, 8192);
    if (way < 90) return random.between(1, 65_536);
    if (way < 98) return random.between(1, 350_000);
    return random.chance(0.5) ? this.#style.longest : random.between(1, this.#style.longest);
  }

  #limit(): number {
    const random = this.#random;
    return random.chance(0.9) ? random.between(0, 20) : random.between(20, 4000);
  }

  /** Never beyond the end of the space, as no MAP is. */
  #phys({ start, end }: PlainRange): bigint {
    const highest = MAX_ADDRESS - (end - start);
    return least(BigInt.asUintN(64, this.#anyPhys(start)), highest);
  }

  #anyPhys(start: bigint): bigint {
    const random = this.#random;
    if (random.chance(this.#style.inStep)) {
      return start + random.pick([0n, 0n, 0x10_0000n, 1n << 32n]);
    }
    const page = BigInt(random.u32()) * PAGE;
    const way = random.between(0, 99);
    if (way < 60) return page;
    if (way < 80) return (BigInt(random.u32()) << 32n) | BigInt.asUintN(32, page);
    if (way < 88) return page + BigInt(random.between(1, 4095));
    // Behind the last byte of the guest-physical space there is nothing, and not its first byte
    return way < 94 ? 0n : MAX_ADDRESS - BigInt(random.between(0, 3)) * PAGE;
  }
}

function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

function atLeast0(value: bigint): bigint {
  return value < 0n ? 0n : value;
}
