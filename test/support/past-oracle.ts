// Lifetimes the naive way: from what a device said of its mappings after each event.

import type { Mapping } from '../../src/iommu/store/mapping-store.ts';
import type { DeviceMoment } from '../rigs/past-rig.ts';

export interface NaiveLifetime extends Mapping {
  readonly id: number;
  readonly domain: number;
  readonly born: number;
  readonly died: number | null;
}

/** All lifetimes, in the order of their birth; the moments are those of every event from 0 on. */
export function naiveLifetimes(
  moments: ReadonlyMap<number, DeviceMoment>,
): readonly NaiveLifetime[] {
  let lifetimes: readonly NaiveLifetime[] = [];
  for (const [sequence, { domains }] of moments) {
    const there = new Map(
      domains.flatMap(({ id: domain, list }) =>
        list.map((mapping) => [`${domain} ${mapping.virtStart}`, { domain, ...mapping }]),
      ),
    );
    lifetimes = lifetimes.map((each) => {
      if (each.died !== null) return each;
      const goesOn = there.delete(`${each.domain} ${each.virtStart}`);
      return goesOn ? each : { ...each, died: sequence };
    });
    const born = [...there.values()].map((mapping) => ({
      ...mapping,
      id: sequence,
      born: sequence,
      died: null,
    }));
    lifetimes = [...lifetimes, ...born];
  }
  return lifetimes;
}
