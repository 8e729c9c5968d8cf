// How much a guest may make a mapping store hold; beyond it, requests end with NOMEM.

/** Caps of one store. */
export interface StoreLimits {
  /** Domains that exist at the same time. */
  readonly maxDomains: number;
  /** Mappings of all domains together. */
  readonly maxMappings: number;
}

/**
 * 131072 mappings hold 512 MiB in scattered 4 KiB pages, four times the RAM of the default machine, in 9 MiB of
 * WASM memory. There are never more domains than endpoints; 256 is a full PCI bus.
 */
export const DEFAULT_STORE_LIMITS: StoreLimits = { maxDomains: 256, maxMappings: 131_072 };

/** Largest values a store takes: what the WASM store can address in 1 GiB of memory. */
const HARD_LIMITS: StoreLimits = { maxDomains: 65_536, maxMappings: 8_388_608 };

/** Throws `RangeError` for caps no store can keep. */
export function checkStoreLimits(limits: StoreLimits): StoreLimits {
  checkLimit('maxDomains', limits.maxDomains, HARD_LIMITS.maxDomains);
  checkLimit('maxMappings', limits.maxMappings, HARD_LIMITS.maxMappings);
  return limits;
}

function checkLimit(name: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new RangeError(`${name} must be a whole number from 1 to ${most}, not ${value}`);
  }
}
