// Says that a trace is shown and nothing runs, what is not known of it, and leads back to the machine.

import type { JSX } from 'preact';
import { formatPlural } from '../format/quantity.ts';

/** Who wrote a trace, in words. */
const SOURCES = {
  viommu: 'of a viommu machine',
  qemu: 'as QEMU writes them',
  ftrace: 'as Linux writes them',
  'json-lines': 'in JSON lines',
} as const;

export interface TraceBannerProps {
  readonly name: string;
  readonly source: keyof typeof SOURCES;
  readonly events: number;
  /** What is wrong with it or not known, in sentences. */
  readonly remarks: readonly string[];
  readonly onClose: () => void;
}

export function TraceBanner({
  name,
  source,
  events,
  remarks,
  onClose,
}: TraceBannerProps): JSX.Element {
  return (
    <div class="trace-banner" role="status" aria-label="Trace">
      <p>
        <b>Trace {name}: nothing runs.</b> {formatPlural(events, 'event')}, {SOURCES[source]}.
      </p>
      {remarks.length === 0 ? null : (
        <details>
          <summary>What it does not tell</summary>
          <ul>
            {remarks.map((remark) => (
              <li>{remark}</li>
            ))}
          </ul>
        </details>
      )}
      <button type="button" class="button button-small" onClick={onClose}>
        Back to the machine
      </button>
    </div>
  );
}
