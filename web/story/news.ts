// What the story hears: of the record what it is told by, each once, and what the device reads for it.

import type { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import type { AccessMark, Mark } from '../../src/trace/record/marks.ts';

export type StoryNews =
  | {
      readonly kind: 'access';
      readonly access: AccessMark;
      /** Why it was stopped, VIRTIO_IOMMU_FAULT_R_*; null where it was not, or that is not known. */
      readonly reason: number | null;
    }
  /** A line on the guest's console. */
  | { readonly kind: 'line'; readonly text: string }
  /** The device has read the page: bytes in hex, null where it was stopped. */
  | { readonly kind: 'read'; readonly bytes: string | null }
  /** The device was told to write; what became of it, the record says. */
  | { readonly kind: 'sent' };

type HeardRecord = Pick<IommuRecord, 'marks' | 'droppedMarks' | 'event'>;

/** Follows records, one at a time. */
export class RecordReader {
  #record: HeardRecord | undefined;
  /** Marks that were heard of, those that are gone included. */
  #heard = 0;

  /** What has come since the last call; of another record all that it has. */
  take(record: HeardRecord | undefined): readonly StoryNews[] {
    if (record !== this.#record) this.#heard = 0;
    this.#record = record;
    if (record === undefined) return [];
    const { marks, droppedMarks } = record;
    const fresh = marks.slice(Math.max(0, this.#heard - droppedMarks));
    this.#heard = droppedMarks + marks.length;
    return fresh.flatMap((mark) => newsOf(mark, record));
  }
}

function newsOf(mark: Mark, record: HeardRecord): readonly StoryNews[] {
  if (mark.kind === 'console') return [{ kind: 'line', text: mark.line }];
  if (mark.kind !== 'access') return [];
  const fault = mark.fault === null ? undefined : record.event(mark.fault)?.event;
  return [
    { kind: 'access', access: mark, reason: fault?.kind === 'faulted' ? fault.reason : null },
  ];
}
