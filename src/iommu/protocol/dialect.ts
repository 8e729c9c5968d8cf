// What the versions of the virtio-iommu protocol differ in: the released one (virtio 1.2, 1.3 and 1.4 are the same) and
// three drafts. A device speaks one of them; everything behind this seam knows the released one only.

import type { FaultReport, RegionFormat } from './codec.ts';
import type { ConfigFields } from './config-fields.ts';
import type { Request, RequestSlots } from './request.ts';

/** `1.2`: the released protocol; `v0.4`, `v0.5`: 2017; `v0.9`: 2018, the one that Linux's first driver spoke. */
export type DialectName = '1.2' | 'v0.4' | 'v0.5' | 'v0.9';

/** What a version decides about requests that are well formed in all of them. */
export interface DialectRules {
  /** Status of a request for more than the device has room for. */
  readonly outOfMemory: number;
  /** Status of an UNMAP that would split a mapping. */
  readonly unmapSplit: number;
  /** Whether MAP may make a mapping of one byte. */
  readonly mapsSingleBytes: boolean;
  /** Whether MAP may ask for memory-mapped I/O, the negotiated features being these. */
  readonly hasMmioFlag: (features: bigint) => boolean;
}

/** One version of the protocol; stateless. */
export interface Dialect {
  readonly name: DialectName;
  /** The device-specific feature bits that the version knows. */
  readonly features: bigint;
  readonly rules: DialectRules;
  /** What is wrong with a domain range that can not be told of, as in "must go from ..."; undefined for one that can. */
  readonly objectionToDomainRange: (fields: ConfigFields) => string | undefined;
  /** The whole configuration space. */
  readonly encodeConfig: (fields: ConfigFields) => Uint8Array;
  /**
   * The request in a device-readable part, which it leaves in a slot; undefined when the part is too short for its type
   * or the type is unknown.
   */
  readonly decodeRequest: (readable: DataView, slots: RequestSlots) => Request | undefined;
  readonly regionFormat: RegionFormat;
  /** A fault report's bytes; undefined in a version that has no event queue. */
  readonly encodeFault: ((report: FaultReport) => Uint8Array) | undefined;
}
