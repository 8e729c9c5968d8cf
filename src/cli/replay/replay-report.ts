// What `viommu replay` tells, in words and as JSON.

import type { DmaWrite } from '../../machine/dma-write.ts';
import { findEndpoint } from '../../machine/plan/topology.ts';
import type { Recording } from '../../machine/recording/recording-file.ts';
import type { ReplayResult } from '../../machine/recording/replay.ts';

const PAGE_BYTES = 4096n;

/** A question for the last DMA into a page, and its answer. */
export interface AnsweredWrite {
  readonly gpa: bigint;
  /** Null: there was none. */
  readonly write: DmaWrite | null;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

/** What became of the replay, in a sentence. */
export function verdict(
  result: ReplayResult,
  recording: Recording,
  until: number | undefined,
): string {
  const { identical, events, instructions, digest, firstDifference } = result;
  if (firstDifference !== null) {
    return `Not identical: event ${firstDifference} is the first that is not as it was recorded.`;
  }
  if (!identical) {
    return `Not identical: all ${events} events are as they were recorded, but the console or the memory is not.`;
  }
  const part =
    until !== undefined && events < recording.events
      ? `Identical up to event ${events} of ${recording.events}`
      : `Identical: ${events} events`;
  return `${part}, ${instructions} instructions, digest ${digest}.`;
}

/** The answer in a sentence. */
export function lastWriteSentence({ gpa, write }: AnsweredWrite): string {
  const page = `page ${hex(gpa - (gpa % PAGE_BYTES))}`;
  if (write === null) return `No device has written to ${page} since power on.`;
  const { endpoint, iova, length, sequence, tick, instructions } = write;
  const writer =
    endpoint === null
      ? 'the IOMMU itself'
      : (findEndpoint(endpoint)?.name ?? `endpoint ${endpoint}`);
  const bytes = length === 1 ? '1 byte' : `${length} bytes`;
  const place = iova === write.gpa ? hex(write.gpa) : `${hex(write.gpa)} (IOVA ${hex(iova)})`;
  return `The last DMA to ${page}: ${writer} wrote ${bytes} at ${place} after event ${sequence}, in tick ${tick}, at instruction ${instructions}.`;
}

/** The line of JSON at the end; `answer` is there when it was asked for. */
export function replayReport(result: ReplayResult, answer: AnsweredWrite | undefined): object {
  if (answer === undefined) return result;
  const { write } = answer;
  if (write === null) return { ...result, lastWrite: null };
  const { endpoint, iova, gpa, length, sequence, tick, instructions } = write;
  const name = endpoint === null ? null : (findEndpoint(endpoint)?.name ?? null);
  return {
    ...result,
    lastWrite: {
      endpoint,
      name,
      iova: hex(iova),
      gpa: hex(gpa),
      length,
      sequence,
      tick,
      instructions,
    },
  };
}
