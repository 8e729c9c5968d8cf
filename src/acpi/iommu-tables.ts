// From IOMMUs and what is behind them to the tables that tell of it.

import { assert } from '../base/assert.ts';
import { mmioDevicePath, type MmioDevice } from './dsdt.ts';
import { splitBySegment, translatedRanges, type IommuDescription } from './iommu-description.ts';
import { IortBuilder, type IortIommu, type IortMapping } from './iort.ts';
import type { TableIdentity } from './table.ts';
import { ViotBuilder } from './viot.ts';

/** VIOT is what Linux reads (5.14 and newer); IORT is the draft before it, which only patched guests read on x86. */
export type IommuTables = 'viot' | 'iort' | 'viot+iort';

/** The VIOT of these IOMMUs. */
export function buildViot(
  identity: TableIdentity,
  iommus: readonly IommuDescription[],
): Uint8Array {
  const viot = new ViotBuilder();
  for (const description of iommus) {
    const { at } = description;
    const iommu =
      at.kind === 'mmio' ? viot.addMmioIommu(at.baseAddress) : viot.addPciIommu(at.segment, at.bdf);
    for (const range of translatedRanges(description)) viot.addPciRange(iommu, range);
    for (const endpoint of description.mmioEndpoints) viot.addMmioEndpoint(iommu, endpoint);
  }
  return viot.build(identity);
}

/** The IORT of these IOMMUs; every window they name is one of `devices`, which the DSDT lists in the same order. */
export function buildIort(
  identity: TableIdentity,
  iommus: readonly IommuDescription[],
  devices: readonly MmioDevice[],
): Uint8Array {
  const iort = new IortBuilder();
  const indexAt = (base: number): number => {
    const index = devices.findIndex((device) => device.base === base);
    assert(index >= 0, 'each window of an IOMMU or endpoint is described in the DSDT');
    return index;
  };
  const added = iommus.map((description) => {
    const { at } = description;
    if (at.kind === 'mmio') {
      const span = devices[indexAt(at.baseAddress)]?.size ?? 0;
      return { iommu: iort.addMmioIommu(at.baseAddress, span), description };
    }
    assert(at.segment === 0, 'the draft of IORT has PCI IOMMUs on segment 0 only');
    return { iommu: iort.addPciIommu(at.bdf), description };
  });
  for (const [segment, mappings] of mappingsBySegment(added))
    iort.addRootComplex(segment, mappings);
  for (const { iommu, description } of added) {
    for (const { endpoint, baseAddress } of description.mmioEndpoints) {
      iort.addNamedComponent(mmioDevicePath(indexAt(baseAddress)), iommu, endpoint);
    }
  }
  return iort.build(identity);
}

interface AddedIommu {
  readonly iommu: IortIommu;
  readonly description: IommuDescription;
}

/** IORT has a root complex for each segment: a range of several is a mapping in each of theirs. */
function mappingsBySegment(added: readonly AddedIommu[]): ReadonlyMap<number, IortMapping[]> {
  const segments = new Map<number, IortMapping[]>();
  for (const { iommu, description } of added) {
    for (const range of translatedRanges(description).flatMap(splitBySegment)) {
      const { segmentStart, bdfStart, bdfEnd, endpointStart } = range;
      const mappings = segments.get(segmentStart) ?? [];
      mappings.push({ iommu, bdfStart, bdfEnd, endpointStart });
      segments.set(segmentStart, mappings);
    }
  }
  return segments;
}
