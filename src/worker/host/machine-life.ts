// The life of the machine in the worker: which one there is, whether it runs, how far its guest is, what is wrong with it.

import { Emitter } from '../../base/emitter.ts';
import type { Machine, PowerEvent } from '../../machine/machine.ts';
import type { MachinePast } from '../../machine/machine-past.ts';
import type { BootStory } from '../../machine/snapshot/booted-guest.ts';
import type { Place } from '../../machine/timeline/place.ts';
import type { Recording } from '../../machine/recording/recording-file.ts';
import type { ReplayResult } from '../../machine/recording/replay.ts';
import type { MachineBatch } from '../api/news.ts';
import type { PastNote } from '../api/past.ts';
import type { MachineFailure, MachineStatus } from '../api/power.ts';
import { CRASHED, HALTED, POWERED_OFF, RESTORING_DETAIL, startFailure } from './boot-story.ts';
import { GuestWatch } from './guest-watch.ts';
import type { OnLoaded } from './image-download.ts';
import { LifeHistory } from './life-history.ts';
import type { MachinePreview } from './machine-builder.ts';
import { hasProjectsInitrd } from './own-files.ts';
import { StartProgress } from './start-progress.ts';

/** What every batch says of it. */
export type LifeReport = Pick<MachineBatch, 'life' | 'status' | 'progress' | 'failure' | 'past'>;

/** What is told of a guest that was not watched. */
type Story = Pick<BootStory, 'console' | 'agent' | 'record' | 'keyframe'>;

/** What was printed, by the guest and to its agent; `isTold`: a preview has told it and what the IOMMU did. */
interface Witnessed extends Pick<BootStory, 'console' | 'agent'> {
  readonly isTold: boolean;
}

interface LifeStart {
  readonly byGuest?: boolean;
  readonly status?: MachineStatus;
}

const FAILURES: Readonly<Record<Exclude<PowerEvent, 'power-cycled'>, MachineFailure>> = {
  'powered-off': POWERED_OFF,
  halted: HALTED,
  crashed: CRASHED,
};

export class MachineLife {
  /** Another machine is there, and runs from now on. */
  readonly adopted = new Emitter<Machine>();
  /** A machine is about to be restored: it can be looked at before it is there. */
  readonly previewed = new Emitter<MachinePreview>();
  /** What the machine's guest has done before it was taken over, put back, or taken elsewhere in time. */
  readonly witnessed = new Emitter<Witnessed>();
  /**
   * A guest starts from its firmware: on another machine, or on the same. Tells whether the guest itself wanted it, whose
   * last words are then still to be read.
   */
  readonly poweredOn = new Emitter<{ readonly byGuest: boolean }>();
  /** It runs, stands still or has failed, and did not before. */
  readonly changed = new Emitter<void>();
  /** The machine goes on from where it was taken. */
  readonly wentOn = new Emitter<void>();
  readonly progress = new StartProgress();
  #machine: Machine | undefined;
  #preview: MachinePreview | undefined;
  #history: LifeHistory | undefined;
  #life = 0;
  /** Whether the power cycle under way was asked for from here. */
  #isCycling = false;
  #watch = new GuestWatch();
  #status: MachineStatus = 'loading';
  #failure: MachineFailure | null = null;
  /** Whether the machine was taken elsewhere, and has not gone on since. */
  #isMoved = false;

  /** The machine; undefined while there is none. */
  get machine(): Machine | undefined {
    return this.#machine;
  }

  /** What the guest has done that is being restored; undefined when none is. */
  get story(): BootStory | undefined {
    return this.#preview?.story;
  }

  /** The same. Throws an error for the user while there is none. */
  needMachine(): Machine {
    if (this.#machine === undefined) throw new Error('The PC is not started yet.');
    return this.#machine;
  }

  /** What its guest has printed and done. */
  get history(): LifeHistory | undefined {
    return this.#history;
  }

  /** Whether the guest's prompt has come. */
  get isUp(): boolean {
    return this.#watch.hasPrompt;
  }

  /** How far its guest's start has come. */
  get stage(): GuestWatch['stage'] {
    return this.#watch.stage;
  }

  get status(): MachineStatus {
    return this.#status;
  }

  /** Whether a start is under way, whose every step is worth telling. */
  get isStarting(): boolean {
    const isThere = this.#status !== 'loading' && this.#status !== 'restoring';
    return !isThere || (this.#isRunning() && this.#watch.stage !== 'ready');
  }

  /** A start was asked for: the machine so far, which the caller has to end, is no longer this one's. */
  leave(): Machine | undefined {
    const machine = this.#machine;
    this.#machine = undefined;
    this.#failure = null;
    this.#load();
    return machine;
  }

  /** Tells of the machine that is being restored; the life that it goes on with begins. */
  preview(preview: MachinePreview): void {
    if (this.#status !== 'loading') return;
    this.#preview = preview;
    this.#become('restoring');
    this.previewed.emit(preview);
  }

  /** What was told of a machine does not come true: another one is loaded. */
  withdraw(): void {
    if (this.#preview !== undefined) this.#load();
  }

  /** So many bytes have come of what the machine's next life needs, which it waits for. */
  fetch(...loaded: Parameters<OnLoaded>): void {
    if (this.#status !== 'loading') this.#load();
    this.progress.addLoaded(...loaded);
  }

  /** Takes over a machine that was just built, and has it run; `story` is what its guest has done already. */
  adopt(machine: Machine, story?: BootStory): void {
    const isTold = this.#preview !== undefined;
    this.#take(machine);
    if (story !== undefined) this.#recall(story, isTold);
    machine.run();
  }

  /** The machine was put back to where it was saved, and runs from there. */
  putBack(machine: Machine, story: Story): void {
    if (this.#machine !== machine) return;
    this.#begin();
    this.#recall(story);
    machine.run();
  }

  /** Takes the machine elsewhere in time, where it stands still. Rejects as `move` does; it stands still then, too. */
  async move(machine: Machine, move: (past: MachinePast) => Promise<Place>): Promise<Place> {
    await this.pause();
    const place = await move(machine.past);
    const history = this.#history;
    if (this.#machine !== machine || history === undefined) return place;
    this.#begin({ status: 'paused' });
    this.#watch.recall(history.consoleOfLife);
    this.progress.reach(this.#watch.stage);
    // What is sent to the agent would be another way already.
    this.witnessed.emit({ console: history.console, agent: new Uint8Array(), isTold: false });
    this.#isMoved = true;
    return place;
  }

  /** Takes over a machine that was just built, and has it go the way of a recording; it stands still at the end. */
  async follow(machine: Machine, recording: Recording): Promise<ReplayResult> {
    this.#take(machine);
    this.progress.begin('firmware', performance.now());
    const result = await machine.past.replay(recording);
    if (this.#machine === machine && this.#isRunning()) this.#become('paused');
    return result;
  }

  fail(failure: MachineFailure): void {
    this.#become('failed');
    this.#failure = failure;
  }

  /** Switches off and on. Rejects with an error for the user when what that needs can not be had. */
  async powerCycle(machine: Machine): Promise<void> {
    this.#isCycling = true;
    try {
      await machine.powerCycle();
    } catch (error) {
      this.#life += 1;
      this.fail(startFailure(error));
      throw error;
    } finally {
      this.#isCycling = false;
    }
  }

  async pause(): Promise<void> {
    if (this.#status !== 'running') return;
    await this.#machine?.pause();
    // It may have failed or been started anew meanwhile.
    if (this.#isRunning()) this.#become('paused');
  }

  resume(): void {
    if (this.#status !== 'paused') return;
    this.#machine?.run();
    this.#become('running');
    if (!this.#isMoved) return;
    this.#isMoved = false;
    this.wentOn.emit();
  }

  /** Looks after the guest; to be called all the time. */
  async supervise(): Promise<void> {
    const machine = this.#machine;
    if (machine === undefined || this.#status !== 'running') return;
    this.progress.reach(this.#watch.stage);
    const { failure, isOver } = this.#watch.look({
      hostMs: performance.now(),
      guestMs: machine.timeMs,
      instructions: machine.instructions,
    });
    this.#failure = failure;
    if (!isOver) return;
    this.#become('failed');
    await machine.pause();
  }

  report(): LifeReport {
    return {
      life: this.#life,
      status: this.#status,
      progress: this.#progressNow(),
      failure: this.#failure,
      past: this.#past(),
    };
  }

  #progressNow(): LifeReport['progress'] {
    const doing = this.#preview === undefined ? undefined : RESTORING_DETAIL;
    return this.progress.at(performance.now(), doing);
  }

  #load(): void {
    this.#preview = undefined;
    this.#life += 1;
    this.#become('loading');
    this.progress.begin('download', performance.now());
  }

  #become(status: MachineStatus): void {
    this.#status = status;
    this.changed.emit();
  }

  #take(machine: Machine): void {
    this.#machine = machine;
    this.#begin();
    this.#history = new LifeHistory(machine);
    machine.console.onOutput((bytes) => this.#watch.takeConsole(bytes));
    machine.onPower((event) => {
      if (event === 'power-cycled') {
        this.progress.begin('firmware', performance.now());
        this.#begin({ byGuest: !this.#isCycling });
      } else {
        this.fail(FAILURES[event]);
      }
    });
    machine.onFailure((error) => this.fail(startFailure(error)));
    this.adopted.emit(machine);
  }

  /** Takes what the guest has done already for what is known of it. */
  #recall(story: Story, isTold = false): void {
    this.#history?.begin(story);
    this.#watch.recall(story.console);
    this.progress.reach(this.#watch.stage);
    this.witnessed.emit({ ...story, isTold });
  }

  #past(): PastNote | null {
    const past = this.#machine?.past;
    if (past === undefined || !past.place.isPast) return null;
    const { sequence } = past.place;
    return {
      sequence,
      last: past.branches.find(({ isCurrent }) => isCurrent)?.sequence ?? sequence,
    };
  }

  #isRunning(): boolean {
    return this.#status === 'running';
  }

  #begin({ byGuest = false, status = 'running' }: LifeStart = {}): void {
    // A life that was told of beforehand goes on.
    if (this.#preview === undefined) this.#life += 1;
    this.#preview = undefined;
    const { plan } = this.#machine ?? {};
    this.#watch = new GuestWatch(plan === undefined || hasProjectsInitrd(plan));
    this.#failure = null;
    this.#isMoved = false;
    this.poweredOn.emit({ byGuest });
    this.#become(status);
  }
}
