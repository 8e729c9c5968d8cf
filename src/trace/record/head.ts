// What a record is of: the device and its endpoints, and what its source tells.

import type { ReservedRegion } from '../../iommu/regions/reserved-regions.ts';

export interface RecordedEndpoint {
  readonly id: number;
  /** Short name, such as `virtio-blk`; a number in hexadecimal where its source has none. */
  readonly name: string;
  /** Its reserved regions as PROBE tells of them, by ascending address. */
  readonly reserved: readonly ReservedRegion[];
  /** Whether it can begin an access after power on; undefined where no driver switches its bus mastering. */
  readonly isMaster?: boolean | undefined;
}

/** What decides about requests and accesses. Fields as in the device's configuration (virtio 1.2, 5.13.4). */
export interface RecordedDevice {
  /** Feature bits that it offers. */
  readonly features: bigint;
  readonly pageSizeMask: bigint;
  /** Inclusive. */
  readonly inputRange: { readonly start: bigint; readonly end: bigint };
  readonly domainRange: { readonly start: number; readonly end: number };
  readonly probeSize: number;
  /** Value of the configuration field `bypass` after power on. */
  readonly isBootBypass: boolean;
  readonly identityPolicy: 'allow' | 'reject' | 'per-endpoint';
  /** The version of the protocol that its driver speaks. */
  readonly dialect: string;
  /** What it has room for; undefined where the record does not tell. */
  readonly limits?: RecordedLimits | undefined;
}

/** Beyond these, requests are refused with NOMEM. */
export interface RecordedLimits {
  /** Domains that exist at the same time, those in bypass mode apart. */
  readonly maxDomains: number;
  /** Mappings of all domains together. */
  readonly maxMappings: number;
}

/** What the source of a record tells; what it does not, no answer may claim. */
export interface RecordFacts {
  /** The status of requests. Without it, a request is taken for accepted unless something contradicts that. */
  readonly status: boolean;
  /** The domain of MAP and UNMAP. Without it, each endpoint, or all together, is taken for one domain. */
  readonly domains: boolean;
  readonly endpoints: boolean;
  /** Of an access that faulted, its first byte and its length, and whether it was to a ring. */
  readonly accesses: boolean;
  /** Request bytes as they were on the wire. */
  readonly requests: boolean;
  readonly who: boolean;
  /** Times. Without them the order is all there is. */
  readonly times: boolean;
  readonly instructions: boolean;
}

export const ALL_FACTS: RecordFacts = {
  status: true,
  domains: true,
  endpoints: true,
  accesses: true,
  requests: true,
  who: true,
  times: true,
  instructions: true,
};

export interface RecordHead {
  /** Who wrote it: this project's machine, QEMU's trace, Linux's tracepoints `iommu:*`, or JSON lines. */
  readonly source: 'viommu' | 'qemu' | 'ftrace' | 'json-lines';
  readonly endpoints: readonly RecordedEndpoint[];
  /** Null where the source does not tell. */
  readonly device: RecordedDevice | null;
  /** Bytes of guest RAM from guest-physical address 0 on; null where the source does not tell. */
  readonly memoryBytes: number | null;
  /** SHA-256 of the guest's kernel in hexadecimal, by which its symbols are found; null where it is not known. */
  readonly kernel: string | null;
  readonly facts: RecordFacts;
}
