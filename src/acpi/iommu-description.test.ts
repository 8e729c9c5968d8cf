import { describe, expect, it } from 'vitest';
import { splitBySegment, translatedRanges, type PciRange } from './iommu-description.ts';

const SEGMENTS_1_TO_3: PciRange = {
  endpointStart: 0x100,
  segmentStart: 1,
  segmentEnd: 3,
  bdfStart: 0x10,
  bdfEnd: 0x1f,
};

function behindPciIommu(segment: number, bdf: number): readonly PciRange[] {
  return translatedRanges({
    at: { kind: 'pci', segment, bdf },
    pciRanges: [SEGMENTS_1_TO_3],
    mmioEndpoints: [],
  });
}

/** ((segment - segment_start) << 16) + bdf - bdf_start + endpoint_start, as Linux computes it. */
function endpointId(ranges: readonly PciRange[], segment: number, bdf: number): number | undefined {
  const range = ranges.find(
    ({ segmentStart, segmentEnd, bdfStart, bdfEnd }) =>
      segmentStart <= segment && segment <= segmentEnd && bdfStart <= bdf && bdf <= bdfEnd,
  );
  if (range === undefined) return undefined;
  const { segmentStart, bdfStart, endpointStart } = range;
  return (segment - segmentStart) * 0x1_0000 + bdf - bdfStart + endpointStart;
}

const FUNCTIONS = [1, 2, 3].flatMap((segment) =>
  Array.from({ length: 16 }, (_, index) => ({ segment, bdf: 0x10 + index })),
);

describe('[C20] translatedRanges', () => {
  it.each([0x10, 0x17, 0x1f])('leave out the IOMMU 2:%i and change no other endpoint ID', (bdf) => {
    const ranges = behindPciIommu(2, bdf);
    const isOwn = (each: { segment: number; bdf: number }): boolean =>
      each.segment === 2 && each.bdf === bdf;

    expect(FUNCTIONS.map((each) => endpointId(ranges, each.segment, each.bdf))).toEqual(
      FUNCTIONS.map((each) =>
        isOwn(each) ? undefined : endpointId([SEGMENTS_1_TO_3], each.segment, each.bdf),
      ),
    );
  });

  it.each([
    [4, 0x17],
    [2, 0x20],
  ])('stay whole around an IOMMU outside them, %i:%i', (segment, bdf) => {
    expect(behindPciIommu(segment, bdf)).toEqual([SEGMENTS_1_TO_3]);
  });
});

describe('splitBySegment', () => {
  it('makes a range for each segment and keeps the endpoint IDs', () => {
    const ranges = splitBySegment(SEGMENTS_1_TO_3);

    expect(ranges.map(({ segmentStart, segmentEnd }) => [segmentStart, segmentEnd])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(FUNCTIONS.map(({ segment, bdf }) => endpointId(ranges, segment, bdf))).toEqual(
      FUNCTIONS.map(({ segment, bdf }) => endpointId([SEGMENTS_1_TO_3], segment, bdf)),
    );
  });
});
