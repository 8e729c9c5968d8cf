// One line of the record: what the IOMMU said, and when the guest's machine was at that point.

import type { IommuEvent } from '../iommu/events/iommu-event.ts';

/** An event with the time it happened, in milliseconds since the machine was started (pauses not counted). */
export interface RecordedEvent {
  readonly timeMs: number;
  /** Instructions the guest had executed since power on. */
  readonly instructions: number;
  readonly event: IommuEvent;
}
