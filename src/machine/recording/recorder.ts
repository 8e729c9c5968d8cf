// Makes a recording while a machine runs.

import { encodeEnd, encodeHead, encodeNext, type RecordingEnd } from './recording-file.ts';
import { headOf } from './recording-head.ts';
import type { LoggedInput } from './input.ts';
import type { MachinePlan } from '../plan/machine-plan.ts';

/** What a machine tells of its run. */
export interface RunProgress {
  readonly ticks: number;
  readonly events: number;
  readonly inputs: readonly LoggedInput[];
  /** A view of the marks of all events so far. */
  readonly marks: Uint8Array;
}

/** Events or inputs of a stretch at most, so that little is lost when a recording is cut short. */
const STRETCH_LENGTH = 256;

/** Gives the bytes of a recording one after the other. */
export class Recorder {
  readonly #write: (bytes: Uint8Array<ArrayBuffer>) => void;
  #ticks = 0;
  #inputs = 0;
  #marks = 0;
  #events = 0;

  /** `write` gets the bytes of the file in order; at once those of its beginning. */
  constructor(plan: MachinePlan, write: (bytes: Uint8Array<ArrayBuffer>) => void) {
    this.#write = write;
    write(encodeHead(headOf(plan)));
  }

  /** The run has come so far: writes what is new when it is much. */
  follow(run: RunProgress): void {
    const isMuch =
      run.events - this.#events >= STRETCH_LENGTH ||
      run.inputs.length - this.#inputs >= STRETCH_LENGTH;
    if (isMuch) this.flush(run);
  }

  /** Writes all that is new. */
  flush(run: RunProgress): void {
    if (run.ticks === this.#ticks && run.inputs.length === this.#inputs) return;
    const stretch = {
      ticks: run.ticks,
      events: run.events,
      inputs: run.inputs.slice(this.#inputs),
      marks: run.marks.slice(this.#marks),
    };
    this.#write(encodeNext(stretch, this.#ticks));
    this.#ticks = run.ticks;
    this.#inputs = run.inputs.length;
    this.#marks = run.marks.length;
    this.#events = run.events;
  }

  /** The recording ends here. */
  end(run: RunProgress, end: RecordingEnd): void {
    this.flush(run);
    this.#write(encodeEnd(end));
  }
}

/** The whole recording of a run. */
export function recordingOf(
  plan: MachinePlan,
  run: RunProgress,
  end: RecordingEnd,
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  new Recorder(plan, (bytes) => parts.push(bytes)).end(run, end);
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
