// Files that a person opens: a recording is replayed by the machine, a trace is shown in the machine's place, which waits
// meanwhile. A file that is neither changes nothing.

import { signal, type ReadonlySignal } from '@preact/signals';
import type { OpenedFile, OpenFile } from '../../src/worker/api/trace-client.ts';
import type { TraceInfo } from '../../src/worker/api/trace.ts';
import { formatBytes } from '../format/quantity.ts';
import type { RecordingNotice } from '../format/replay-words.ts';
import { giveToGuest, isForGuest, whyNotOpened } from './giving.ts';
import { until } from './until.ts';
import { MachineSession, type SessionPorts } from './machine-session.ts';

/** A trace that is shown. */
export interface ShownTrace extends TraceInfo {
  /** Another one for each. */
  readonly id: number;
  /** What its file is called. */
  readonly name: string;
  readonly session: MachineSession;
}

/** What is used of the machine's session. */
export type WaitingMachine = Pick<MachineSession, 'power' | 'moment' | 'recordings' | 'isUsed'>;

/** What a trace's session needs beside the trace. */
export type TracePorts = Omit<SessionPorts, 'start' | 'asked'>;

type OpenedTrace = OpenedFile & { readonly kind: 'trace' };

/** A recording would take the place of a machine that was used. */
export interface OpenQuestion {
  /** What the file is called. */
  readonly name: string;
  /** Answers, once. */
  readonly onAnswer: (mayReplace: boolean) => void;
}

export class Opening {
  readonly #machine: WaitingMachine;
  readonly #openFile: OpenFile;
  readonly #ports: TracePorts;
  readonly #notice = signal<RecordingNotice | null>(null);
  readonly #trace = signal<ShownTrace | null>(null);
  readonly #question = signal<OpenQuestion | null>(null);
  #opened: OpenedTrace | undefined;
  #isMachineHeld = false;
  /** Counts files: what an earlier one comes to is not shown any more. */
  #turn = 0;

  constructor(machine: WaitingMachine, openFile: OpenFile, ports: TracePorts) {
    this.#machine = machine;
    this.#openFile = openFile;
    this.#ports = ports;
  }

  /** What there is to say of a file; null when there is nothing. */
  get notice(): ReadonlySignal<RecordingNotice | null> {
    return this.#notice;
  }

  /** What a person has to answer before a file is opened; null when there is nothing. */
  get question(): ReadonlySignal<OpenQuestion | null> {
    return this.#question;
  }

  /** The trace that is shown; null while it is the machine. */
  get trace(): ReadonlySignal<ShownTrace | null> {
    return this.#trace;
  }

  /** The person has read the notice. */
  dismiss(): void {
    this.#notice.value = null;
  }

  /** There is something to say about what was to be opened. */
  refuse(text: string): void {
    this.#turn += 1;
    this.#notice.value = { tone: 'bad', text };
  }

  /** Opens a file, or gives it to the guest where it is a module or a program. What becomes of it is told by `notice` and `trace`. */
  async open(file: File): Promise<void> {
    this.#question.peek()?.onAnswer(false);
    this.#turn += 1;
    const turn = this.#turn;
    this.#tell(`Reading ${file.name} …`);
    try {
      const reason = await whyNotOpened(file);
      if (reason !== null) {
        if (turn === this.#turn) this.#notice.value = { tone: 'bad', text: reason };
        return;
      }
      if (await isForGuest(file)) {
        const notice = await giveToGuest(this.#machine.power.api, file);
        if (turn === this.#turn) this.#notice.value = notice;
        return;
      }
      const opened = await this.#openFile(file, (bytes) => {
        if (turn !== this.#turn) return;
        this.#tell(`Reading ${file.name}: ${formatBytes(bytes)} of ${formatBytes(file.size)} …`);
      });
      if (turn !== this.#turn) {
        if (opened.kind === 'trace') opened.dispose();
        return;
      }
      this.#notice.value = null;
      if (opened.kind === 'trace') await this.#show(opened, file.name);
      else if ((await this.#mayReplace(file.name)) && turn === this.#turn) await this.replay(file);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (turn === this.#turn) this.#notice.value = { tone: 'bad', text: `${file.name}: ${text}` };
    }
  }

  /** Back to the machine, which goes on if it did. */
  close(): void {
    if (this.#trace.value === null) return;
    this.#trace.value = null;
    this.#opened?.dispose();
    this.#opened = undefined;
    if (this.#isMachineHeld) void this.#machine.power.resume();
    this.#isMachineHeld = false;
  }

  /** Asks where the machine has something to lose. */
  async #mayReplace(name: string): Promise<boolean> {
    if (!this.#machine.isUsed) return true;
    return new Promise((resolve) => {
      this.#question.value = {
        name,
        onAnswer: (mayReplace) => {
          this.#question.value = null;
          resolve(mayReplace);
        },
      };
    });
  }

  async #show(opened: OpenedTrace, name: string): Promise<void> {
    const { power } = this.#machine;
    const before = this.#opened;
    const session = new MachineSession({ ...this.#ports, start: opened.start });
    this.#opened = opened;
    this.#trace.value = { ...opened.info, id: this.#turn, name, session };
    before?.dispose();
    if (power.status.value === 'running') {
      this.#isMachineHeld = true;
      await power.pause();
    }
    await session.power.start();
  }

  /** Has the machine replay a recording, when there is one. A file that turns out to be none leaves all as it is. */
  async replay(file: Blob): Promise<void> {
    const { recordings, moment } = this.#machine;
    await until(recordings.isReady);
    const refused = await recordings.open(file, () => {
      this.#isMachineHeld = false;
      this.close();
      moment.look(null);
    });
    // The machine, which would tell it, is out of sight
    if (refused !== null && this.#trace.peek() !== null) this.refuse(refused);
  }

  #tell(text: string): void {
    this.#notice.value = { tone: 'busy', text };
  }
}
