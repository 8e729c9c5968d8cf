// Traces: somebody's record of an IOMMU, read from a file and told to the page as a machine that does not run.

import type { RecordHead } from '../../trace/record/head.ts';
import type { MachineApi } from './api.ts';

/** What there is to say of a trace. */
export interface TraceInfo {
  readonly source: RecordHead['source'];
  /** Events that are kept; a trace that is longer loses its oldest. */
  readonly events: number;
  /** What is wrong with the file, or not known of it, in sentences for the user. */
  readonly remarks: readonly string[];
}

/** What a file is: a recording is for the machine's own worker. */
export type FileKind = { readonly kind: 'recording' } | ({ readonly kind: 'trace' } & TraceInfo);

export interface OpeningApi {
  /**
   * Looks at a file, and reads it if it is a trace. `onRead` is told how many of its bytes were read. Rejects with an `Error`
   * for the user when it is something else, or too large.
   */
  open(file: Blob, onRead: (bytes: number) => void): Promise<FileKind>;
}

/** After `open` the other topics are of the trace: it can be looked at, and nothing of it can be done. */
export interface TraceApi extends MachineApi {
  readonly opening: OpeningApi;
}
