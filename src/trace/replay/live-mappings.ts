// The mappings that are alive at the latest event: where they are, how many, and how much they reach.

import { joinWords } from '../../base/words.ts';
import type { MappingColumns } from './lifetime.ts';
import { SortedStarts, type Start } from './sorted-starts.ts';

const U32_SPAN = 0x1_0000_0000;
/** Upper halves below this one make numbers that are exact. */
const EXACT_HIGH = 1 << 21;

/** A start and an ID, in blocks that are three quarters full. */
const MAPPING_BYTES = 24;

const NONE = new SortedStarts();

function toStart(high: number, low: number): Start {
  return high < EXACT_HIGH ? high * U32_SPAN + low : joinWords(high, low);
}

export function startOf({ startHigh, startLow }: MappingColumns, at: number): Start {
  return toStart(startHigh[at] ?? 0, startLow[at] ?? 0);
}

export function endOf({ endHigh, endLow }: MappingColumns, at: number): Start {
  return toStart(endHigh[at] ?? 0, endLow[at] ?? 0);
}

export class LiveMappings {
  readonly #domains = new Map<number, SortedStarts>();
  #count = 0;
  // Bytes in halves that are summed apart: exact, where one sum would lose the small beside the large
  #highs = 0;
  #lows = 0;

  get count(): number {
    return this.#count;
  }

  /** Bytes that they reach, rounded to 53 bits. */
  get bytes(): number {
    return this.#highs * U32_SPAN + this.#lows;
  }

  /** Bytes of memory that they take, about. */
  get bytesOfMemory(): number {
    return this.#count * MAPPING_BYTES;
  }

  get domains(): Iterable<number> {
    return this.#domains.keys();
  }

  of(domain: number): SortedStarts {
    return this.#domains.get(domain) ?? NONE;
  }

  add(columns: MappingColumns, at: number, id: number): void {
    const domain = columns.domain[at] ?? 0;
    const starts = this.#domains.get(domain) ?? new SortedStarts();
    this.#domains.set(domain, starts);
    starts.add(startOf(columns, at), id);
    this.#weigh(columns, at, 1);
  }

  remove(columns: MappingColumns, at: number): void {
    const domain = columns.domain[at] ?? 0;
    const starts = this.of(domain);
    starts.delete(startOf(columns, at));
    if (starts.count === 0) this.#domains.delete(domain);
    this.#weigh(columns, at, -1);
  }

  clear(): void {
    this.#domains.clear();
    this.#count = 0;
    this.#highs = 0;
    this.#lows = 0;
  }

  #weigh({ startHigh, startLow, endHigh, endLow }: MappingColumns, at: number, sign: 1 | -1): void {
    this.#count += sign;
    this.#highs += sign * ((endHigh[at] ?? 0) - (startHigh[at] ?? 0));
    this.#lows += sign * ((endLow[at] ?? 0) - (startLow[at] ?? 0) + 1);
  }
}
