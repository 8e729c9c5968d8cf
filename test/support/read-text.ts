// Has a reader read a text, in pieces, and looks at what came of it.

import { explainAll } from '../../src/trace/explain/explain.ts';
import type { Explanation } from '../../src/trace/explain/explanation.ts';
import { TraceError, type TraceReader } from '../../src/trace/formats/trace-reader.ts';
import type { IommuEvent } from '../../src/iommu/events/iommu-event.ts';
import { History } from '../../src/trace/replay/history.ts';

/** Odd, so that pieces end within lines. */
const PIECE = 997;

/** Rejects as the reader does. */
export async function readText<Reader extends TraceReader>(
  reader: Reader,
  text: string,
): Promise<Reader> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += PIECE) {
    await reader.push(bytes.subarray(at, at + PIECE));
  }
  await reader.end();
  return reader;
}

export function eventsIn({ record }: TraceReader): readonly IommuEvent[] {
  const events: IommuEvent[] = [];
  for (const { firstSequence, endSequence } of record?.chunks ?? []) {
    for (let sequence = firstSequence; sequence < endSequence; sequence += 1) {
      const event = record?.event(sequence)?.event;
      if (event !== undefined) events.push(event);
    }
  }
  return events;
}

export function allExplanations(history: History): readonly Explanation[] {
  return [...explainAll(history)];
}

/** The number of events, with all that can be asked of them asked; or the sentence of a `TraceError`. */
export async function outcomeOf(reader: TraceReader, text: string): Promise<string> {
  try {
    const { record } = await readText(reader, text);
    if (record === undefined) return 'no record';
    const history = new History(record);
    const moment = history.at(record.lastSequence);
    if (!moment.isKnown) return 'the latest moment is not known';
    for (const { id } of moment.domains) moment.mappings(id, 0n, Infinity);
    allExplanations(history);
    return `${record.count} events`;
  } catch (error) {
    if (error instanceof TraceError) return error.message;
    throw error;
  }
}
