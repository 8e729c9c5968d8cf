// Who made a request, in a few words.

import type { Who } from '../../src/trace/record/who.ts';

export interface MakerWords {
  /** "dd · virtblk_add_req" */
  readonly short: string;
  /** "by dd (pid 83), virtblk_add_req", for a tooltip. */
  readonly long: string;
}

/** `driver` is the function that asked, null where it is not known. Null when nothing is known. */
export function makerWords({ task }: Who, driver: string | null): MakerWords | null {
  const name = task === null ? null : task.isInterrupted ? 'interrupt' : task.comm;
  const short = [name, driver].filter((part) => part !== null).join(' · ');
  if (short === '') return null;
  const who = task === null ? null : `${task.comm} (pid ${task.tgid})`;
  const asker = task?.isInterrupted === true ? `an interrupt, while ${who} ran` : who;
  return { short, long: `by ${[asker, driver].filter((part) => part !== null).join(', ')}` };
}
