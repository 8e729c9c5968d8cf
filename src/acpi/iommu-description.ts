// Para-virtual IOMMUs and what is behind them, in the words that VIOT, IORT and device tree share.

/** Each next PCI segment of a range has its endpoint IDs this much higher (ACPI 6.5, 5.2: VIOT PCI range node). */
const IDS_PER_SEGMENT = 0x1_0000;

/** Endpoints with consecutive bus:device.function numbers; ranges are inclusive. */
export interface PciRange {
  /** Endpoint ID of the first function; the next function's is one more. */
  readonly endpointStart: number;
  /** PCI segments, both 0 on a machine with one host bridge. Each next segment adds 0x10000 to the endpoint ID. */
  readonly segmentStart: number;
  readonly segmentEnd: number;
  readonly bdfStart: number;
  readonly bdfEnd: number;
}

/** One endpoint that is a memory-mapped platform device. */
export interface MmioEndpoint {
  readonly endpoint: number;
  /** Guest-physical; the start of the first memory resource in the device's _CRS (Linux `viot_mmio_dev_iommu_init`). */
  readonly baseAddress: number;
}

/** A para-virtual IOMMU and the endpoints behind it. */
export interface IommuDescription {
  /** The IOMMU itself: a window's guest-physical start, or a PCI function. */
  readonly at:
    | { readonly kind: 'mmio'; readonly baseAddress: number }
    | { readonly kind: 'pci'; readonly segment: number; readonly bdf: number };
  /** May include the IOMMU's own function: see `translatedRanges`. */
  readonly pciRanges: readonly PciRange[];
  readonly mmioEndpoints: readonly MmioEndpoint[];
}

/** The PCI functions behind an IOMMU: its ranges without its own function, as an IOMMU never translates itself. */
export function translatedRanges({ at, pciRanges }: IommuDescription): readonly PciRange[] {
  if (at.kind === 'mmio') return pciRanges;
  return pciRanges.flatMap((range) => withoutFunction(range, at.segment, at.bdf));
}

/** The same functions with the same endpoint IDs as one range for each segment. */
export function splitBySegment(range: PciRange): readonly PciRange[] {
  const count = range.segmentEnd - range.segmentStart + 1;
  return Array.from({ length: count }, (_, index) => {
    const segment = range.segmentStart + index;
    return partOf(range, { segmentStart: segment, segmentEnd: segment });
  });
}

function withoutFunction(range: PciRange, segment: number, bdf: number): readonly PciRange[] {
  const isInside =
    range.segmentStart <= segment &&
    segment <= range.segmentEnd &&
    range.bdfStart <= bdf &&
    bdf <= range.bdfEnd;
  if (!isInside) return [range];
  const own = { segmentStart: segment, segmentEnd: segment };
  return [
    partOf(range, { segmentEnd: segment - 1 }),
    partOf(range, { ...own, bdfEnd: bdf - 1 }),
    partOf(range, { ...own, bdfStart: bdf + 1 }),
    partOf(range, { segmentStart: segment + 1 }),
  ].filter((part) => part.segmentStart <= part.segmentEnd && part.bdfStart <= part.bdfEnd);
}

/** A part of a range, in which every function keeps its endpoint ID. */
function partOf(range: PciRange, bounds: Partial<Omit<PciRange, 'endpointStart'>>): PciRange {
  const part = { ...range, ...bounds };
  const segments = part.segmentStart - range.segmentStart;
  const endpointStart =
    range.endpointStart + segments * IDS_PER_SEGMENT + part.bdfStart - range.bdfStart;
  return { ...part, endpointStart };
}
