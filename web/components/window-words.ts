// What was seen of late UNMAPs, in words and as a path.

import type { ArmedShot, LateUnmap, WindowReport } from '../../src/worker/api/lab.ts';
import { formatAddress } from '../format/address.ts';
import { formatBytes, formatExact, formatSeconds } from '../format/quantity.ts';

export function windowWords(report: WindowReport): {
  readonly short: string;
  readonly text: string;
} {
  const { unmaps, lateCount, longestMs, peakBytes, looks } = report;
  if (unmaps === 0 && lateCount === 0) {
    return { short: 'Nothing was unmapped yet.', text: 'Let the PC read a disk or the network.' };
  }
  if (lateCount === 0) {
    return {
      short: 'No window is open.',
      text: `None of ${formatExact(unmaps)} UNMAPs waited at one of ${formatExact(looks)} looks: 0 bytes within reach after they were unmapped.`,
    };
  }
  return {
    short: 'Unmapped, and within reach.',
    text: `Up to ${formatBytes(peakBytes)}, for up to ${longestMs.toFixed(1)} ms. A rogue access in that time meets no fault.`,
  };
}

/** Bytes within reach over time, as an area of this size; empty where none ever were. */
export function windowPath(report: WindowReport, width: number, height: number): string {
  const { fromMs, toMs, peakBytes, late } = report;
  const spanMs = Math.max(1, toMs - fromMs);
  const x = (ms: number): number => Math.round(((ms - fromMs) / spanMs) * width * 10) / 10;
  const y = (bytes: number): number =>
    Math.round((height - (bytes / Math.max(1, peakBytes)) * (height - 4)) * 10) / 10;
  let path = `M0 ${height}`;
  let reached = 0;
  for (const [ms, change] of changesOf(late, toMs)) {
    reached += change;
    path += `H${x(ms)}V${y(reached)}`;
  }
  return `${path}H${width}V${height}Z`;
}

function changesOf(late: readonly LateUnmap[], toMs: number): readonly [number, number][] {
  return late
    .flatMap(({ openedMs, closedMs, bytes }): [number, number][] => [
      [openedMs, bytes],
      [closedMs ?? toMs, -bytes],
    ])
    .toSorted(([one], [other]) => one - other);
}

/** An armed access: as it waits, and what became of it. */
export type ArmedAccessView =
  | { readonly kind: 'none' }
  | { readonly kind: 'armed'; readonly endpoint: number }
  | { readonly kind: 'made'; readonly shot: ArmedShot }
  | { readonly kind: 'failed'; readonly message: string };

interface ArmedWords {
  readonly tone: 'good' | 'warning' | 'blocked';
  readonly short: string;
  readonly text: string;
}

/** Null where nothing is armed. */
export function armedWords(
  armed: ArmedAccessView,
  endpoints: readonly { readonly id: number; readonly name: string }[],
): ArmedWords | null {
  const nameOf = (id: number): string => endpoints.find((each) => each.id === id)?.name ?? `${id}`;
  switch (armed.kind) {
    case 'none':
      return null;
    case 'armed':
      return {
        tone: 'good',
        short: 'Armed.',
        text: `${nameOf(armed.endpoint)} reads the first buffer whose UNMAP waits. In strict mode none ever does.`,
      };
    case 'failed':
      return { tone: 'blocked', short: 'Not armed.', text: armed.message };
    case 'made':
      return shotWords(armed.shot, nameOf(armed.shot.request.endpoint));
  }
}

function shotWords({ request, result, timeMs }: ArmedShot, name: string): ArmedWords {
  const what = `At ${formatSeconds(timeMs)} s ${name} read ${request.length} bytes at ${formatAddress(request.address)}, which its driver had unmapped`;
  switch (result.outcome) {
    case 'completed':
      return {
        tone: 'warning',
        short: 'Let through.',
        text: `${what}: the IOMMU had not heard of it yet.`,
      };
    case 'blocked':
      return { tone: 'good', short: 'Stopped.', text: `${what}.` };
    case 'no-memory':
      return {
        tone: 'warning',
        short: 'Nothing stopped it.',
        text: `${what}; they lead to no memory.`,
      };
    case 'no-master':
      return {
        tone: 'good',
        short: 'Not begun.',
        text: `The bus mastering of ${name} is off, so it cannot begin an access.`,
      };
  }
}
