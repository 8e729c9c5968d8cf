// Finds out what a trace is by looking at it.

import { CSV_HEADER } from './csv.ts';
import { FtraceTextReader } from './ftrace-text-reader.ts';
import { JsonLinesReader } from './json-lines-reader.ts';
import { magicOf, TRACE_MAGIC } from './own-format.ts';
import { OwnReader } from './own-reader.ts';
import { QemuTextReader } from './qemu-text-reader.ts';
import { TraceError, type TraceReader } from './trace-reader.ts';

/** How much of a file is looked at, at most: a text may begin with lines of something else. */
const LOOKED_AT = 1 << 16;

/** What text of a format looks like. */
const TEXTS: readonly (readonly [RegExp, (maxBytes?: number) => TraceReader])[] = [
  [/^\s*\{.*"(?:sequence|after)"/m, (maxBytes) => new JsonLinesReader(maxBytes)],
  [/^(?:\d+@[\d.]+:|\S+Z )?virtio_iommu_\w+/m, (maxBytes) => new QemuTextReader(maxBytes)],
  [/^# tracer:|: IOMMU:/m, (maxBytes) => new FtraceTextReader(maxBytes)],
];

const WHAT_THERE_IS =
  'There are: the trace of viommu boot --trace, JSON lines of it (boot --trace FILE.jsonl), the text of QEMU (-trace "virtio_iommu_*"), and that of Linux (/sys/kernel/tracing/trace with events/iommu).';

const MADE_FROM = 'To ask it questions, give the trace that it was made from.';
const CHROME = /^\s*(?:\{\s*"traceEvents"|\[\s*\{[^{}]*"ph"\s*:)|"traceEvents"\s*:\s*\[/;
/** Columns that no other table begins with. */
const CSV_START = CSV_HEADER.slice(0, 40);

/** The reader for a file that begins like this. Throws `TraceError` when there is none. */
export function readerFor(start: Uint8Array, maxBytes?: number): TraceReader {
  if (start.length === 0) throw new TraceError(`The file is empty. ${WHAT_THERE_IS}`);
  const looked = start.subarray(0, LOOKED_AT);
  if (isOwn(looked)) return new OwnReader(maxBytes);
  const text = new TextDecoder().decode(looked);
  if (CHROME.test(text)) {
    throw new TraceError(
      `This is Chrome JSON, which is for looking at: open it in Perfetto (ui.perfetto.dev). ${MADE_FROM}`,
    );
  }
  if (text.startsWith(CSV_START))
    throw new TraceError(
      `This is a table (CSV), which does not tell all that a trace does. ${MADE_FROM}`,
    );
  for (const [pattern, makeReader] of TEXTS) if (pattern.test(text)) return makeReader(maxBytes);
  throw new TraceError(`This is no trace that viommu can read. ${WHAT_THERE_IS}`);
}

/** Whether it begins as the project's own traces do, or may go on so. */
function isOwn(bytes: Uint8Array): boolean {
  if (bytes.length >= TRACE_MAGIC.length) return magicOf(bytes) !== 'none';
  return TRACE_MAGIC.every((byte, index) => index >= bytes.length || bytes[index] === byte);
}
