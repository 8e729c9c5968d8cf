// Marks of accesses that were stopped: they stay at their wall until somebody has looked at them, or there are newer ones.

import type { FaultEvent } from '../../src/iommu/events/iommu-event.ts';
import { formatAddress } from '../format/address.ts';
import type { LaneBox, PictureLayout } from './layout.ts';
import type { Box } from './memory.ts';
import type { Scene } from './scene.ts';
import { stopWords } from './words.ts';

/** Marks at most. */
export const MOST_MARKS = 5;

/** What a mark is made of. */
export interface StoppedAccess {
  readonly sequence: number;
  readonly fault: FaultEvent;
  /** What is known of it, in one sentence. */
  readonly sentence: string;
}

export interface FaultMark {
  readonly sequence: number;
  readonly endpoint: number;
  /** Beside the ×. */
  readonly text: string;
  readonly sentence: string;
  /** The × is at its left end, the text behind it. */
  readonly box: Box;
}

/** Faults that have a mark, the newest first. */
export function markedFaults(
  faults: readonly StoppedAccess[],
  looked: ReadonlySet<number>,
): readonly StoppedAccess[] {
  return faults.slice(0, MOST_MARKS).filter(({ sequence }) => !looked.has(sequence));
}

const CROSS = 18;

/** The bar, from half of the × before it on. */
function boxOf({ bar }: LaneBox, scale: number): Box {
  const x = Math.max(0, bar.x - (CROSS / 2) * scale);
  return { ...bar, x, width: bar.x + bar.width - x };
}

/** One mark for each lane with the words of its newest fault, which also counts the others. */
export function layoutMarks(
  layout: PictureLayout,
  scene: Scene,
  faults: readonly StoppedAccess[],
): readonly FaultMark[] {
  const marks: FaultMark[] = [];
  for (const box of layout.lanes) {
    const lane = scene.lanes[box.at];
    if (lane === undefined || lane.gate === 'open') continue;
    const own = faults.filter(({ fault }) => lane.devices.some(({ id }) => id === fault.endpoint));
    const [newest] = own;
    if (newest === undefined) continue;
    const { sequence, fault, sentence } = newest;
    const more = own.length > 1 ? ` +${own.length - 1}` : '';
    const address = formatAddress(fault.address);
    const text = layout.isNarrow ? address : `${address}: ${stopWords(fault, lane.gate)}`;
    const { endpoint } = fault;
    const place = boxOf(box, layout.scale);
    marks.push({ sequence, endpoint, text: `${text}${more}`, sentence, box: place });
  }
  return marks;
}
