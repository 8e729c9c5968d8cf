// What a run was, in hashes.

/** SHA-256 values in hex. */
export interface RunDigest {
  /** Of all the rest. */
  readonly digest: string;
  /** Of the IOMMU's events with their instruction counts, of what the console printed, and of RAM as it is now. */
  readonly events: string;
  readonly console: string;
  readonly memory: string;
  readonly eventCount: number;
  /** Instructions since power on. */
  readonly instructions: number;
}
