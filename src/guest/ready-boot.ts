// Boots the project's own machine as far as its prompt, and saves it there with all that was seen of it.

import { BootWatch } from '../machine/boot-watch.ts';
import type { Machine } from '../machine/machine.ts';
import { builtFrom } from '../machine/snapshot/built-from.ts';
import type { BootedGuest, BootStory } from '../machine/snapshot/booted-guest.ts';
import { tapMachine } from '../machine/record-tap.ts';
import { storyOf } from '../machine/story-of.ts';
import { Recorder } from '../trace/record/recorder.ts';
import { GuestError } from './guest-error.ts';
import { readManifest } from './guest-files.ts';
import { ProgressWatch } from './progress-watch.ts';
import { createMachine } from './session-machine.ts';
import { DEFAULT_STALL_MS } from './session-options.ts';
import { SessionShells } from './session-shells.ts';

/** Gathers what a witness of the boot sees. */
class Witness {
  readonly #machine: Machine;
  readonly #watch = new BootWatch();
  readonly #shells: SessionShells;
  readonly #progress = new ProgressWatch();
  readonly #console: Uint8Array[] = [];
  readonly #agent: Uint8Array[] = [];
  readonly #recorder = new Recorder();
  #bootMs: number | undefined;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#shells = new SessionShells(machine);
    tapMachine(machine, this.#recorder);
    machine.console.onOutput((bytes) => {
      this.#console.push(bytes.slice());
      this.#watch.take(bytes);
      if (this.#watch.stage === 'ready') this.#bootMs ??= machine.timeMs;
      this.#progress.notify();
    });
    machine.agent.onOutput((bytes) => {
      this.#agent.push(bytes.slice());
      this.#shells.takeAgent(bytes);
      this.#progress.notify();
    });
  }

  /** Resolves at the prompt with the milliseconds until then; the machine stands still. */
  async boot(): Promise<number> {
    this.#machine.run();
    return this.#progress.wait(
      () => {
        if (this.#bootMs === undefined || !this.#shells.hasAgent) return undefined;
        this.#machine.hold();
        return this.#bootMs;
      },
      { stallMs: DEFAULT_STALL_MS },
      () => new GuestError('stalled', 'The guest did not boot.', this.#watch.tail),
    );
  }

  story(bootMs: number): BootStory {
    const text = { console: joined(this.#console), agent: joined(this.#agent) };
    return storyOf(this.#machine, { ...text, record: this.#recorder.take(), bootMs });
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((bytes) => [...bytes]));
}

/** Rejects with `GuestError` when the guest does not get to its prompt. */
export async function bootReadyGuest(): Promise<BootedGuest> {
  const machine = await createMachine({});
  try {
    const witness = new Witness(machine);
    const bootMs = await witness.boot();
    const snapshot = await machine.save();
    return {
      builtFrom: builtFrom(await readManifest()),
      story: witness.story(bootMs),
      machine: snapshot,
    };
  } finally {
    await machine.dispose();
  }
}
