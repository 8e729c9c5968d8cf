// When a machine runs: its power, and one change of its state at a time.

import { Turns } from '../base/turns.ts';
import { disposed } from './disposed.ts';
import type { Voices } from './machine-voices.ts';
import type { PowerWish } from './power-event.ts';
import type { Run } from './run.ts';
import { Timeline } from './timeline/timeline.ts';

export class MachineDrive {
  readonly run: Run;
  readonly timeline: Timeline;
  readonly #voices: Voices;
  readonly #turns = new Turns();
  /** Whether it runs, or will when a change is over. */
  #isRunning = false;
  #disposal: Promise<void> | undefined;

  /** `checkpointBytes`: of all checkpoints together; 0 for none. */
  constructor(run: Run, voices: Voices, checkpointBytes: number) {
    this.run = run;
    this.#voices = voices;
    this.timeline = new Timeline(run, {
      maxBytes: checkpointBytes,
      now: () => performance.now(),
    });
    voices.ticks.on(() => this.timeline.afterTick());
    voices.touches.on(() => this.timeline.goOn());
    voices.wishes.on((wish) => {
      void this.inTurn(() => this.#grant(wish)).catch((error: unknown) => {
        voices.power.emit('crashed');
        voices.failures.emit(error instanceof Error ? error : new Error(String(error)));
      });
    });
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Starts or goes on; harmless when running. */
  start(): void {
    this.checkUse();
    this.#isRunning = true;
    this.goOn();
  }

  /** Stops before the next tick; harmless when stopped. */
  hold(): void {
    this.#isRunning = false;
    this.run.stop();
  }

  /** Goes on after a change, if the machine is meant to run. */
  goOn(): void {
    if (!this.#isRunning || this.#disposal !== undefined || this.run.isChanging) return;
    this.timeline.goOn();
    this.run.start();
  }

  /** Switches off and on, and runs. */
  powerCycle(): Promise<void> {
    return this.inTurn(async () => {
      this.run.inputs.note({ kind: 'power-cycle' });
      this.#isRunning = true;
      await this.#powerOn();
    });
  }

  /** Ends the run, and lets go of what it knew. */
  dispose(): Promise<void> {
    this.#disposal ??= this.inTurn(async () => {
      await this.run.end();
      this.timeline.end();
    });
    return this.#disposal;
  }

  /** Lets one change of the machine's state end before the next begins. */
  async inTurn<T>(change: () => Promise<T>): Promise<T> {
    this.checkUse();
    return this.#turns.take(change);
  }

  /** Throws `InputError` after the machine was disposed. */
  checkUse(): void {
    if (this.#disposal !== undefined) throw disposed();
  }

  /** Does what the guest did to its power. */
  async #grant(wish: PowerWish): Promise<void> {
    if (wish === 'reboot') {
      // The guest's own reset must not run on what is left in RAM: v86 does not load the kernel again.
      await this.#powerOn();
      return;
    }
    this.hold();
    this.run.leaveAsItIs();
    this.#voices.power.emit(wish);
  }

  async #powerOn(): Promise<void> {
    await this.run.powerOn();
    this.#voices.power.emit('power-cycled');
    this.goOn();
  }
}
