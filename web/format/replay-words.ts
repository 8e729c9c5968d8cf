// What became of a replay, in words.

import type { ReplayReport } from '../../src/worker/api/recording.ts';
import { formatExact, formatPlural } from './quantity.ts';

/** What there is to say of a recording. */
export interface RecordingNotice {
  /** `busy`: it is under way. */
  readonly tone: 'busy' | 'good' | 'bad';
  readonly text: string;
}

function verdict({ identical, events, firstDifference }: ReplayReport): string {
  if (identical) return `Identical: ${formatPlural(events, 'event')}.`;
  if (firstDifference !== null) {
    return `Event ${formatExact(firstDifference)} is the first that differs from the recording.`;
  }
  return `All ${formatPlural(events, 'event')} are as recorded, but the console or the memory is not.`;
}

export function replayNotice(report: ReplayReport): RecordingNotice {
  const text = verdict(report);
  if (!report.identical) return { tone: 'bad', text };
  return report.damage === null
    ? { tone: 'good', text: `${text} The PC is paused where the recording ends.` }
    : { tone: 'bad', text: `${report.damage} Up to there: ${text}` };
}
