// What one machine's guest has printed and done on the way to where it stands, as far as it is kept.

import type { Machine } from '../../machine/machine.ts';
import { recordHeadOf } from '../../machine/plan/record-head.ts';
import { tapMachine } from '../../machine/record-tap.ts';
import type { Place } from '../../machine/timeline/place.ts';
import { WayRecords } from '../../machine/way-records.ts';
import type { RecordBatch } from '../../trace/record/batch.ts';
import { IommuRecord } from '../../trace/record/iommu-record.ts';
import { latestBatches } from '../../trace/record/record-batches.ts';
import { Recorder } from '../../trace/record/recorder.ts';

/** Events that are told of at a time, about. */
const MAX_EVENTS = 1 << 14;
const MAX_RECORD_BYTES = 8 << 20;
/** Bytes of the console, kept once for each branch that the machine has left. */
const MAX_CONSOLE = 1 << 18;

/** The end of what a console has printed. */
interface ConsoleEnd {
  readonly bytes: Uint8Array;
  /** Bytes in all until then, and at each power cycle. */
  readonly total: number;
  readonly starts: readonly number[];
}

export class LifeHistory {
  readonly #machine: Machine;
  readonly #recorder = new Recorder();
  #record: IommuRecord;
  #console: Uint8Array[] = [];
  #consoleLength = 0;
  #starts: readonly number[] = [];
  readonly #consoleEnds = new Map<number, ConsoleEnd>();

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#record = this.#newRecord();
    tapMachine(machine, this.#recorder);
    this.#recorder.filled.on(() => this.#gather());
    void new WayRecords(machine, {
      now: () => this.#gather(),
      set: (record) => {
        this.#record = record;
      },
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

  /** The latest events, up to where the machine stands. */
  get record(): readonly RecordBatch[] {
    const last = this.#machine.iommu?.sequence ?? 0;
    return latestBatches(this.#gather().fork(last), MAX_EVENTS);
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
  begin(console: Uint8Array, record: readonly RecordBatch[]): void {
    this.#consoleEnds.clear();
    this.#starts = [];
    this.#setConsole(console);
    this.#recorder.goOnBehind(record);
    this.#record = this.#newRecord();
    for (const batch of record) this.#record.append(batch);
  }

  #newRecord(): IommuRecord {
    return new IommuRecord(recordHeadOf(this.#machine.plan), { maxBytes: MAX_RECORD_BYTES });
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
    for (const id of this.#consoleEnds.keys()) if (!known.has(id)) this.#consoleEnds.delete(id);
  }
}
