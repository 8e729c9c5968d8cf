// A kernel's symbols, sorted and compact: some 40 bytes each, whatever their number.

/** More symbols, or more bytes of names, than any kernel has. */
export const MAX_SYMBOLS = 1 << 20;
export const MAX_NAME_BYTES = 1 << 25;
/** Longest name that is taken (KSYM_NAME_LEN in include/linux/kallsyms.h). */
export const MAX_NAME_LENGTH = 511;

/** Symbols at one address that are looked through for the first of them. */
const MAX_ALIASES = 64;

/** No function is longer: what lies further behind a symbol belongs to none. */
const MAX_FUNCTION_BYTES = 1 << 20;

/** A place in a kernel. */
export interface SymbolPlace {
  readonly name: string;
  /** Bytes behind the symbol's address. */
  readonly offset: number;
}

/** Symbols in the making: in any order. */
export class SymbolTableBuilder {
  readonly #addresses: number[] = [];
  readonly #names: string[] = [];
  #bytes = 0;

  /** Takes a symbol; false when the table is full or the name impossible. */
  add(address: number, name: string): boolean {
    const isFull =
      this.#addresses.length === MAX_SYMBOLS || this.#bytes + name.length > MAX_NAME_BYTES;
    if (isFull || name.length === 0 || name.length > MAX_NAME_LENGTH) return false;
    this.#addresses.push(address >>> 0);
    this.#names.push(name);
    this.#bytes += name.length;
    return true;
  }

  /** Says that what came before ends there. Functions that begin there have to be added first. */
  addEnd(address: number): void {
    if (this.#addresses.length === MAX_SYMBOLS) return;
    this.#addresses.push(address >>> 0);
    this.#names.push('');
  }

  get count(): number {
    return this.#addresses.length;
  }

  build(): SymbolTable {
    const order = Uint32Array.from(this.#addresses.keys());
    // Stable: of several at one address the first one given is found.
    order.sort((a, b) => (this.#addresses[a] ?? 0) - (this.#addresses[b] ?? 0) || a - b);
    const addresses = Uint32Array.from(order, (index) => this.#addresses[index] ?? 0);
    const starts = new Uint32Array(order.length + 1);
    const bytes = new Uint8Array(this.#bytes);
    let end = 0;
    order.forEach((index, place) => {
      const name = this.#names[index] ?? '';
      for (let at = 0; at < name.length; at += 1) bytes[end + at] = name.charCodeAt(at);
      end += name.length;
      starts[place + 1] = end;
    });
    return new SymbolTable(addresses, starts, bytes);
  }
}

/** Symbols by ascending address; made by `SymbolTableBuilder`. */
export class SymbolTable {
  readonly #addresses: Uint32Array;
  /** Where in `#bytes` each name begins, and after them where the last one ends. */
  readonly #starts: Uint32Array;
  readonly #bytes: Uint8Array;

  constructor(addresses: Uint32Array, starts: Uint32Array, bytes: Uint8Array) {
    this.#addresses = addresses;
    this.#starts = starts;
    this.#bytes = bytes;
  }

  get count(): number {
    return this.#addresses.length;
  }

  /** The symbol that an address lies behind; undefined below the first one, and where no function can be. */
  at(address: number): SymbolPlace | undefined {
    const index = this.#lastUpTo(address);
    if (index < 0) return undefined;
    const start = this.#addresses[index] ?? 0;
    const offset = address - start;
    const name = this.#nameAt(this.#firstOf(index, start));
    return name === '' || offset > MAX_FUNCTION_BYTES ? undefined : { name, offset };
  }

  /** The lowest address with this name; undefined when there is none. Looks through all of them. */
  addressOf(name: string): number | undefined {
    for (let index = 0; index < this.count; index += 1) {
      const length = (this.#starts[index + 1] ?? 0) - (this.#starts[index] ?? 0);
      if (length === name.length && this.#nameAt(index) === name) return this.#addresses[index];
    }
    return undefined;
  }

  /** Calls back with every symbol, by ascending address. */
  forEach(visit: (address: number, name: string) => void): void {
    this.#addresses.forEach((address, index) => {
      const name = this.#nameAt(index);
      if (name !== '') visit(address, name);
    });
  }

  #lastUpTo(address: number): number {
    let low = 0;
    let high = this.#addresses.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#addresses[middle] ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Of several symbols at one address the first. */
  #firstOf(index: number, address: number): number {
    let first = index;
    const lowest = Math.max(0, index - MAX_ALIASES);
    while (first > lowest && this.#addresses[first - 1] === address) first -= 1;
    return first;
  }

  #nameAt(index: number): string {
    const start = this.#starts[index] ?? 0;
    const end = this.#starts[index + 1] ?? start;
    return String.fromCharCode(...this.#bytes.subarray(start, end));
  }
}

/** Names of places in a guest's kernel. */
export type Symbols = Pick<SymbolTable, 'at'>;

/** Those of the kernel, and those of what came to it, which are asked for when a place is none of the kernel's own; once. */
export function joinedSymbols(kernel: Symbols, others: () => Symbols | undefined): Symbols {
  let asked: { readonly found: Symbols | undefined } | undefined;
  return {
    at: (address) => {
      const own = kernel.at(address);
      if (own !== undefined) return own;
      asked ??= { found: others() };
      return asked.found?.at(address);
    },
  };
}

/** The table of some functions; undefined for none. */
export function symbolTableOf(
  functions: readonly { readonly address: number; readonly name: string }[],
): SymbolTable | undefined {
  const builder = new SymbolTableBuilder();
  for (const { address, name } of functions) builder.add(address, name);
  return builder.count === 0 ? undefined : builder.build();
}
