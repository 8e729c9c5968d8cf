// Reserved regions as an endpoint presents them: checked, merged, and equal ones shared.

import { propertiesSize, type RegionFormat } from '../protocol/codec.ts';
import { mergeRegions, type RegionList } from './combination-table.ts';
import { checkRegion, nameOf, rightsOf, type ReservedRegion } from './reserved-regions.ts';

/**
 * Makes lists of regions; equal ones are one object, so that a thousand endpoints with the platform's MSI region have
 * one.
 */
export class RegionLists {
  readonly #lists = new Map<string, RegionList>();
  readonly #probeSize: number;
  readonly #format: RegionFormat;

  /** `format` is how PROBE tells of regions, in at most `probeSize` bytes. */
  constructor(probeSize: number, format: RegionFormat) {
    this.#probeSize = probeSize;
    this.#format = format;
  }

  /**
   * The regions as PROBE presents them, merged where they overlap. Throws `RangeError` for what can not be presented.
   */
  // virtio 1.2, 5.13.6.8.2: a device presents neither overlapping regions nor a second MSI region; and PROBE can tell
  // of no more than probe_size bytes hold
  prepare(regions: readonly ReservedRegion[]): RegionList {
    regions.forEach(checkRegion);
    const merged = mergeRegions(regions);
    if (merged.filter(({ kind }) => kind === 'msi').length > 1) {
      throw new RangeError('an endpoint has at most one MSI region, also once overlaps are merged');
    }
    const unwieldy = merged.find((region) => !this.#format.canHold(region));
    if (unwieldy !== undefined) {
      throw new RangeError(
        `${nameOf(unwieldy)} is too long for a draft, which tells its size in 64 bits`,
      );
    }
    const size = propertiesSize(merged, this.#format);
    if (size > this.#probeSize) {
      throw new RangeError(
        `${merged.length} reserved regions take ${size} bytes of properties and do not fit into the ${this.#probeSize} of probeSize`,
      );
    }
    const key = merged.map((region) => `${nameOf(region)} ${rightsOf(region)}`).join();
    const known = this.#lists.get(key) ?? merged;
    this.#lists.set(key, known);
    return known;
  }
}
