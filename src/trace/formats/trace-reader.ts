// What reads traces: bytes in, a record out. Each format has one.

import type { IommuRecord } from '../record/iommu-record.ts';
import type { Keyframe } from '../replay/keyframe.ts';

/** Why a file can not be read, in a sentence for the user. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
}

export interface TraceReader {
  /**
   * Takes more of the file; what is whole of it is in the record when this resolves. Rejects with `TraceError` when the
   * file is none of this format.
   */
  push(bytes: Uint8Array): Promise<void>;
  /** The file has ended. Rejects as `push` does. */
  end(): Promise<void>;
  /** Undefined until enough was read to say what the record is of. */
  readonly record: IommuRecord | undefined;
  /** The state that the first event found; undefined where the file has none. */
  readonly keyframe: Keyframe | undefined;
  /** What is wrong with the file or not known of it, in sentences for the user. */
  readonly remarks: readonly string[];
}
