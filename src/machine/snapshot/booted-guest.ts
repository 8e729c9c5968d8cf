// A guest that has booted, to start from: the machine, and what a witness of the boot has seen.

import type { IommuState } from '../../iommu/events/iommu-event.ts';
import type { Mapping } from '../../iommu/store/mapping-store.ts';
import type { RecordBatch } from '../../trace/record/batch.ts';
import type { Keyframe } from '../../trace/replay/keyframe.ts';
import type { BuiltFrom } from './built-from.ts';
import type { MachineSnapshot } from './snapshot.ts';

/** What was seen until the snapshot was taken; plain data. */
export interface BootStory {
  /** All that the console has printed. */
  readonly console: Uint8Array;
  /** The same of the agent's line. */
  readonly agent: Uint8Array;
  /** What the IOMMU did, in order. */
  readonly record: readonly RecordBatch[];
  /** The IOMMU before the record's first event; null and missing where that is the first after power on. */
  readonly keyframe?: Keyframe | null;
  /** The IOMMU at the end; null on a machine without one. */
  readonly state: IommuState | null;
  /** The mappings of each domain that has any, in order. */
  readonly mappings: readonly { readonly domain: number; readonly mappings: readonly Mapping[] }[];
  /** Guest time from power on to the prompt - null when it has not come - and to the snapshot, in milliseconds. */
  readonly bootMs: number | null;
  readonly timeMs: number;
  /** Instructions since power on. */
  readonly instructions: number;
}

/** Plain data. */
export interface BootedGuest {
  readonly builtFrom: BuiltFrom;
  readonly story: BootStory;
  readonly machine: MachineSnapshot;
}
