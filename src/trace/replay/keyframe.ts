// The state that a cut of a record starts from: plain data, for whoever writes one down or reads one back.

import type { Mapping } from '../../iommu/store/mapping-store.ts';
import type { Missing } from './not-known.ts';

export interface Keyframe {
  /** Sequence of the latest event that it includes. */
  readonly sequence: number;
  /** The configuration field `bypass`; null where it is not known. */
  readonly isBypass: boolean | null;
  /** Negotiated feature bits; null where they are not known. */
  readonly features: bigint | null;
  readonly missing: Missing | null;
  /** Endpoints of which it is known where they are; `domain` is null for one that is in none. */
  readonly attachments: readonly {
    readonly endpoint: number;
    readonly domain: { readonly id: number; readonly isBypass: boolean } | null;
  }[];
  /** Endpoints with bus mastering that is switched, null where that is not known; undefined: all are as after power on. */
  readonly masters?:
    | readonly { readonly endpoint: number; readonly isMaster: boolean | null }[]
    | undefined;
  /** All that are alive, in the order of their birth. */
  readonly mappings: readonly KeyframeMapping[];
}

export type KeyframeMapping = Mapping & {
  readonly domain: number;
  /** Sequence of its MAP; null where that is not known. */
  readonly born: number | null;
};
