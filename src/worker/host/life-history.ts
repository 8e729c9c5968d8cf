// What one machine's guest has printed and done on the way to where it stands, as far as it is kept.

import { recordHeadOf } from '../../machine/plan/record-head.ts';
import type { MachinePlan } from '../../machine/plan/machine-plan.ts';
import { tapMachine, type RecordedMachine } from '../../machine/record-tap.ts';
import type { Place } from '../../machine/timeline/place.ts';
import { WayRecords, type MovedMachine } from '../../machine/way-records.ts';
import type { BootStory } from '../../machine/snapshot/booted-guest.ts';
import { IommuRecord } from '../../trace/record/iommu-record.ts';
import { Recorder } from '../../trace/record/recorder.ts';
import { History } from '../../trace/replay/history.ts';
import type { Keyframe } from '../../trace/replay/keyframe.ts';
import {
  filedPast,
  latestCut,
  stateBefore,
  type Cut,
  type FiledPast,
} from '../../trace/replay/latest-cut.ts';

/** Events of the past that are told of at a time. */
export const MAX_EVENTS = 1 << 14;
/** Twice what the largest events take that a page may be behind by (`news-host.ts`). */
const MAX_RECORD_BYTES = 32 << 20;
/** Bytes of the console, kept once for each branch that the machine has left. */
const MAX_CONSOLE = 1 << 18;

/** What is used of a machine. */
export interface HistoricMachine extends RecordedMachine, MovedMachine {
  readonly plan: MachinePlan;
  readonly past: MovedMachine['past'] & {
    readonly place: Pick<Place, 'branch' | 'consoleBytes'>;
  };
}

/** The end of what a console has printed. */
interface ConsoleEnd {
  readonly bytes: Uint8Array;
  /** Bytes in all until then, and at each power cycle. */
  readonly total: number;
  readonly starts: readonly number[];
}

export class LifeHistory {
  readonly #machine: HistoricMachine;
  readonly #recorder = new Recorder();
  #record: IommuRecord;
  /** Follows the record from its first event on, so that it knows the state whatever had to go. */
  #past: History;
  /** The state that the records begin with of the branches that the machine has left. */
  readonly #bases = new Map<number, Keyframe | null>();
  #console: Uint8Array[] = [];
  #consoleLength = 0;
  #starts: readonly number[] = [];
  readonly #consoleEnds = new Map<number, ConsoleEnd>();

  constructor(machine: HistoricMachine) {
    this.#machine = machine;
    this.#record = this.#newRecord();
    this.#past = new History(this.#record);
    tapMachine(machine, this.#recorder, { stageSoFar: () => this.#stageSoFar() });
    this.#recorder.filled.on(() => this.#gather());
    machine.onLeave(({ branch, isPast }) => {
      if (!isPast) this.#bases.set(branch, stateBefore(this.past, this.events.firstSequence));
    });
    void new WayRecords(machine, {
      now: () => this.#gather(),
      set: (record) => this.#follow(record, this.#bases.get(machine.past.place.branch) ?? null),
    });
    machine.console.onOutput((bytes) => this.#addConsole(bytes.slice()));
    machine.onPower((event) => {
      if (event !== 'power-cycled') return;
      this.#starts = [...this.#starts, machine.past.place.consoleBytes];
    });
    machine.onLeave((place) => this.#leave(place));
    machine.onMove((place) => this.#arrive(place));
  }

  /** All that is kept of the way that the machine is on; another record once it has left that. */
  get events(): IommuRecord {
    return this.#gather();
  }

  /** The same, to be asked for what was. */
  get past(): History {
    this.#gather();
    return this.#past;
  }

  /** Sequence of the latest event on the way to where the machine stands: what is behind it was taken back. */
  get lastSequence(): number {
    return Math.min(this.#gather().lastSequence, this.#machine.iommu?.sequence ?? 0);
  }

  /** Of the way to where the machine stands, `MAX_EVENTS` events at most. */
  get latest(): Cut {
    return latestCut(this.past, this.lastSequence, MAX_EVENTS);
  }

  /** The same events, for a file. */
  get filed(): FiledPast {
    return filedPast(this.past, this.lastSequence, MAX_EVENTS);
  }

  get console(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#consoleLength);
    let start = 0;
    for (const piece of this.#console) {
      all.set(piece, start);
      start += piece.length;
    }
    return all;
  }

  /** What the console has printed since the latest power on. */
  get consoleOfLife(): Uint8Array {
    const total = this.#machine.past.place.consoleBytes;
    const since = Math.max(0, total - (this.#starts.at(-1) ?? 0));
    return since === 0 ? new Uint8Array() : this.console.slice(-since);
  }

  /** All that was known is history: the machine has come another way, of which this is known. */
  begin({
    console,
    record,
    keyframe = null,
  }: Pick<BootStory, 'console' | 'record' | 'keyframe'>): void {
    this.#consoleEnds.clear();
    this.#bases.clear();
    this.#starts = [];
    this.#setConsole(console);
    this.#recorder.goOnBehind(record);
    this.#follow(this.#newRecord(), keyframe);
    for (const batch of record) this.#record.append(batch);
  }

  #follow(record: IommuRecord, keyframe: Keyframe | null): void {
    this.#past.dispose();
    this.#record = record;
    this.#past = new History(record, { keyframe: keyframe ?? undefined });
  }

  #newRecord(): IommuRecord {
    return new IommuRecord(recordHeadOf(this.#machine.plan), { maxBytes: MAX_RECORD_BYTES });
  }

  #stageSoFar(): string | null {
    const latest = this.#gather().marks.findLast(({ kind }) => kind === 'stage');
    return latest?.kind === 'stage' ? latest.stage : null;
  }

  #gather(): IommuRecord {
    for (const batch of this.#recorder.take()) this.#record.append(batch);
    return this.#record;
  }

  #addConsole(bytes: Uint8Array): void {
    this.#console.push(bytes);
    this.#consoleLength += bytes.length;
    while (this.#consoleLength > MAX_CONSOLE && this.#console.length > 1) {
      this.#consoleLength -= this.#console.shift()?.length ?? 0;
    }
  }

  #setConsole(bytes: Uint8Array): void {
    this.#console = [bytes];
    this.#consoleLength = bytes.length;
  }

  #leave({ branch, isPast, consoleBytes: total }: Place): void {
    if (isPast) return;
    this.#consoleEnds.set(branch, { bytes: this.console, total, starts: this.#starts });
  }

  #arrive({ branch, consoleBytes }: Place): void {
    const end = this.#consoleEnds.get(branch);
    if (end !== undefined) {
      const kept = end.bytes.length - (end.total - consoleBytes);
      this.#setConsole(end.bytes.slice(0, Math.max(0, kept)));
      this.#starts = end.starts.filter((start) => start <= consoleBytes);
    }
    const known = new Set(this.#machine.past.branches.map(({ id }) => id));
    for (const ends of [this.#consoleEnds, this.#bases]) {
      for (const id of ends.keys()) if (!known.has(id)) ends.delete(id);
    }
  }
}
