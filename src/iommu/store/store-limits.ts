// How much a guest may make a mapping store hold; beyond it, requests end with NOMEM.

/** Caps of one store. */
export interface StoreLimits {
  /** Domains that exist at the same time. */
  readonly maxDomains: number;
  /** Mappings of all domains together. */
  readonly maxMappings: number;
  /** Endpoints, and reserved regions of all of them together: of the host's making, not the guest's. */
  readonly maxEndpoints?: number;
  readonly maxRegions?: number;
}

/**
 * 131072 mappings hold 512 MiB in scattered 4 KiB pages, four times the RAM of the default machine. There are never
 * more domains with mappings than endpoints; 256 is a full PCI bus.
 */
export const DEFAULT_STORE_LIMITS: Required<StoreLimits> = {
  maxDomains: 256,
  maxMappings: 131_072,
  maxEndpoints: 4096,
  maxRegions: 16_384,
};

/** Largest values a store takes: what the WASM store can address in 2 GiB of memory. */
const HARD_LIMITS: Required<StoreLimits> = {
  maxDomains: 65_536,
  maxMappings: 8_388_608,
  maxEndpoints: 65_536,
  maxRegions: 65_536,
};

/** The caps with defaults for those that are missing; throws `RangeError` for caps no store can keep. */
export function checkStoreLimits(limits: Partial<StoreLimits>): Required<StoreLimits> {
  const all = { ...DEFAULT_STORE_LIMITS, ...limits };
  for (const name of ['maxDomains', 'maxMappings', 'maxEndpoints', 'maxRegions'] as const) {
    const value = all[name];
    if (!Number.isInteger(value) || value < 1 || value > HARD_LIMITS[name]) {
      throw new RangeError(
        `${name} must be a whole number from 1 to ${HARD_LIMITS[name]}, not ${value}`,
      );
    }
  }
  return all;
}
