// A Linux guest behind its virtio-iommu, for programs: boot it, run commands, look into its IOMMU.

import type { GuestStage } from '../machine/boot-watch.ts';
import type { Dispose } from '../base/emitter.ts';
import type { PhysicalMemory } from '../memory/address-space.ts';
import type { Machine, PowerEvent } from '../machine/machine.ts';
import type { RunDigest } from '../machine/recording/run-digest.ts';
import type { MachinePlan } from '../machine/plan/machine-plan.ts';
import type { RogueResult } from '../machine/rogue-access.ts';
import type { WhoView } from '../machine/who-view.ts';
import { resumeMachine } from './ready-machine.ts';
import { GuestPast, POWER_CYCLED } from './guest-past.ts';
import type { GuestSnapshot } from './guest-snapshot.ts';
import type { CommandResult } from '../shell/command-shell.ts';
import type { Guest } from './guest.ts';
import { GuestIommu } from './guest-iommu.ts';
import { GuestLab } from './guest-lab.ts';
import { endpointId, type GuestRogueRequest } from './endpoint-id.ts';
import { createMachine } from './session-machine.ts';
import { RunGate } from './run-gate.ts';
import { onBusyEvents } from './idle-watch.ts';
import { ProgressWatch } from './progress-watch.ts';
import { readGuestFile, writeGuestFile } from './session-file.ts';
import { SessionCommands } from './session-commands.ts';
import { SessionLife } from './session-life.ts';
import {
  contentBytes,
  type FileContent,
  type GuestSessionOptions,
  type RunOptions,
  type WaitBounds,
} from './session-options.ts';
import { SessionShells } from './session-shells.ts';
import { SessionWaits } from './session-waits.ts';

/** One guest and its console. Dispose it in the end: a running guest keeps the process alive. */
export class GuestSession implements Guest {
  readonly iommu: GuestIommu;
  /** Going back in time. */
  readonly past: GuestPast;
  /** Attacks, and what they show. */
  readonly lab: GuestLab;
  readonly #machine: Machine;
  readonly #options: GuestSessionOptions;
  readonly #gate: RunGate;
  readonly #progress: ProgressWatch;
  readonly #shells: SessionShells;
  readonly #life: SessionLife;
  readonly #waits: SessionWaits;
  readonly #commands: SessionCommands;

  private constructor(machine: Machine, options: GuestSessionOptions) {
    this.#machine = machine;
    this.#options = options;
    this.#gate = new RunGate(machine, (options.pace ?? 'skip') === 'skip');
    this.past = new GuestPast(machine, this.#gate, () => this.#arrive());
    this.#progress = new ProgressWatch(options.waitClock);
    const recordsEvents = options.recordsEvents ?? true;
    this.iommu = new GuestIommu(machine, { recordsEvents, recordsWho: options.recordsWho ?? true });
    this.#shells = new SessionShells(machine);
    this.#life = new SessionLife(this.#shells, options, {
      timeMs: () => machine.timeMs,
      onMark: (mark) => this.past.mark(mark),
    });
    this.lab = new GuestLab(machine, this.iommu, () => this.stage);
    this.#waits = new SessionWaits({
      gate: this.#gate,
      progress: this.#progress,
      life: this.#life,
      bounds: options,
      hearsEvents: () => recordsEvents && this.iommu.isPresent,
    });
    this.#commands = new SessionCommands(this.#shells, this.#life, this.#waits);
    machine.console.onOutput((bytes) => this.#takeConsole(bytes));
    machine.agent.onOutput((bytes) => this.#takeAgent(bytes));
    if (recordsEvents) onBusyEvents(machine, () => this.#progress.touch());
    if (options.onEvent !== undefined) machine.onEvent(options.onEvent);
    machine.onPower((event) => this.#takePower(event));
  }

  /**
   * Boots a guest and resolves when its prompt is there. Rejects with `InputError` for input that can not work, and
   * with `GuestError` when the kernel panics or nothing happens any more.
   */
  static async boot(options: GuestSessionOptions = {}): Promise<GuestSession> {
    const session = await GuestSession.create(options);
    try {
      session.start();
      await session.waitForBoot();
      return session;
    } catch (error) {
      await session.dispose();
      throw error;
    }
  }

  /**
   * A guest at its prompt: the project's own machine goes on from a snapshot, as if the session had watched it boot.
   * Options that ask for another machine have that one booted. Rejects as `boot` does.
   */
  static async start(options: GuestSessionOptions = {}): Promise<GuestSession> {
    const resumed = await resumeMachine(options);
    if (resumed === undefined) return GuestSession.boot(options);
    const { machine, story } = resumed;
    const session = new GuestSession(machine, options);
    session.iommu.witness(story.record, options.onEvent);
    session.#takeConsole(story.console);
    session.#takeAgent(story.agent);
    session.#life.resume(story.bootMs ?? undefined);
    session.start();
    return session;
  }

  /** Makes a session whose machine stands before its first instruction: `start` or `restore` it. */
  static async create(options: GuestSessionOptions = {}): Promise<GuestSession> {
    return new GuestSession(await createMachine(options), options);
  }

  /** What machine it is, with every file by its checksum. */
  get plan(): MachinePlan {
    return this.#machine.plan;
  }

  /** Who in the guest asks its devices for what they do. */
  get who(): WhoView {
    return this.#machine.who;
  }

  /** Everything the console printed so far (the last MiB), without control sequences. */
  get console(): string {
    return this.#life.log.text;
  }

  /** How far the guest's start has come. */
  get stage(): GuestStage {
    return this.#life.stage;
  }

  /** Milliseconds of guest time from power on to the prompt; undefined before it. */
  get bootMs(): number | undefined {
    return this.#life.bootMs;
  }

  /** Milliseconds the guest has run since power on. */
  get timeMs(): number {
    return this.#machine.timeMs;
  }

  /** Milliseconds the guest has run in all, power cycles included. */
  get ranMs(): number {
    return this.#machine.ranMs;
  }

  /** Instructions the guest has executed since power on. */
  get instructions(): number {
    return this.#machine.instructions;
  }

  /** Starts the machine, or lets it go on after `pause`. */
  start(): void {
    this.#waits.checkUse();
    this.#gate.open();
  }

  /** Stops the machine between two instructions. */
  async pause(): Promise<void> {
    this.#gate.close();
    await this.#machine.pause();
  }

  /** Resolves when the guest is up: after `start`, `powerCycle`, or a reboot of the guest's own. */
  async waitForBoot(bounds: WaitBounds = {}): Promise<void> {
    const { until, initrd } = this.#options;
    const prompt = `for ${until ?? 'a shell prompt'} on the console`;
    await this.#waits.answer(() => this.#life.bootMs, prompt, bounds);
    if (initrd !== undefined || until !== undefined) return;
    const agent = (): true | undefined => this.#shells.hasAgent || undefined;
    await this.#waits.answer(agent, 'for the agent on ttyS1', bounds);
  }

  /** Resolves when the guest has restarted itself and is up again; call it before what causes that. */
  async waitForReboot(bounds: WaitBounds = {}): Promise<void> {
    const { number } = this.#life;
    await this.#waits.event(
      () => (number === this.#life.number ? undefined : true),
      bounds,
      () => 'Waited for the guest to restart in vain.',
    );
    await this.waitForBoot(bounds);
  }

  /** Resolves when the guest has switched itself off. */
  async waitForPowerOff(bounds: WaitBounds = {}): Promise<void> {
    await this.#waits.event(
      () => this.#life.end === 'powered-off' || undefined,
      bounds,
      () => 'Waited for the guest to switch itself off in vain.',
    );
  }

  /**
   * Resolves with the first match in what the console printed since the latest match (at first: since the prompt), or rejects
   * with `GuestError`.
   */
  async waitFor(pattern: RegExp | string, bounds: WaitBounds = {}): Promise<RegExpExecArray> {
    const look = (): RegExpExecArray | undefined => this.#life.log.match(pattern);
    return this.#waits.answer(look, `for ${pattern} on the console`, bounds);
  }

  /** Types on the console, as a person would; `\n` is Enter. */
  type(text: string): void {
    this.#waits.checkUse();
    this.#machine.console.send(text);
  }

  /**
   * Runs a command in a `sh` of its own and resolves when it has ended, whatever its exit code. Calls wait for each
   * other. With the project's guest image the console is left alone; with another image the command is typed
   * at the console's shell prompt, and kernel messages end up in the output. A command that is waited for in vain is
   * killed, and the next one finds the shell free. A guest that is not up yet is waited for.
   */
  async run(command: string, options: RunOptions = {}): Promise<CommandResult> {
    return this.#commands.run(command, options, () => this.waitForBoot(options));
  }

  /** Lets an endpoint make an access that no driver asked for. Throws `InputError` for an impossible one. */
  rogueDma(request: GuestRogueRequest): RogueResult {
    return this.#machine.rogueDma({ ...request, endpoint: endpointId(request.endpoint) });
  }

  /**
   * Puts a file into the shared folder (a text as UTF-8) while the guest is on, until the next power on; one of the same name is
   * replaced. It is an input of the run, which recordings have. Rejects with `InputError`, and changes nothing, for a name
   * that no file can have, for more than 4 MiB, for more than 16 MiB in one run, and on a machine without virtio-9p.
   */
  async giveFile(name: string, content: FileContent): Promise<void> {
    this.#waits.checkUse();
    // Whoever has the bytes may go on to change them
    await this.#machine.giveFile({ name, bytes: contentBytes(content).slice() });
  }

  /** Switches off and on again; resolves when the guest is up. Disks keep what was written. */
  async powerCycle(): Promise<void> {
    await this.#machine.powerCycle();
    await this.waitForBoot();
  }

  /** Guest RAM by guest-physical address, as it is where the guest stands. */
  get memory(): PhysicalMemory {
    return this.#machine.memory;
  }

  /** Subscribes to the ends of ticks, between which the guest can not be looked at. */
  onTick(listener: () => void): Dispose {
    return this.#machine.onTick(listener);
  }

  /** What the run was, in hashes: the same for every run of the same. */
  digest(): RunDigest {
    return this.#machine.past.digest();
  }

  /** The guest at this moment, while no command runs; it goes on running if it did. */
  async save(): Promise<GuestSnapshot> {
    this.#commands.checkIdle();
    const machine = await this.#machine.save();
    return {
      machine,
      iommu: this.iommu.save(),
      bootMs: this.#life.bootMs,
      hasAgent: this.#shells.hasAgent,
      commands: this.#shells.counts,
    };
  }

  /**
   * Puts the guest where it was saved, in this session or another with the same plan, and lets it run. What
   * still waits for the guest is rejected.
   */
  async restore(snapshot: GuestSnapshot): Promise<void> {
    await this.#machine.restore(snapshot.machine);
    this.iommu.restore(snapshot.iommu);
    this.#beginLife();
    this.#life.log.skip();
    this.#life.resume(snapshot.bootMs);
    this.#shells.restore(snapshot.hasAgent, snapshot.commands);
    if (snapshot.bootMs !== undefined) this.past.mark('up');
    if (snapshot.hasAgent) this.past.mark('agent');
    this.start();
  }

  /** The guest at this moment as the bytes of a file, while no command runs; it goes on running if it did. */
  async saveFile(): Promise<Uint8Array<ArrayBuffer>> {
    this.#commands.checkIdle();
    return writeGuestFile(this.#machine, () => ({
      ...this.#life.witnessed(),
      ...this.iommu.story(),
    }));
  }

  /**
   * Puts the guest where such a file was saved, in this session, another one or a page, and lets it run. What still waits
   * for the guest is rejected. The file has the latest events (16384 at most), which are all that is counted then. Rejects
   * with `InputError` and changes nothing for a file that is damaged, or of a guest with another plan.
   */
  async restoreFile(file: Uint8Array): Promise<void> {
    this.#waits.checkUse();
    const { machine, story } = await readGuestFile(file);
    await this.#machine.restore(machine);
    this.iommu.begin(story.record);
    this.#beginLife();
    this.#life.log.skip();
    this.#life.recall(story);
    this.#shells.move(this.#shells.hasAgent, this.#machine.past.progress.inputs.length);
    this.start();
  }

  /** For `await using`: ends the guest. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /**
   * Ends the guest; what still waits for it is rejected, and so is what is asked later, with a sentence. Its memory, its past and
   * its record are let go, also while somebody holds the session; `plan`, `console`, `stage` and `bootMs` stay.
   */
  async dispose(): Promise<void> {
    this.#waits.end();
    await this.#machine.dispose();
    this.iommu.end();
  }

  #takeConsole(bytes: Uint8Array): void {
    this.#options.onConsole?.(bytes);
    this.#life.takeConsole(bytes);
    this.#progress.notify();
  }

  #takeAgent(bytes: Uint8Array): void {
    this.#life.takeAgent(bytes);
    this.#progress.notify();
  }

  /** The guest stands somewhere else in its past. */
  #arrive(): void {
    this.#beginLife();
    this.#life.log.skip();
    this.#life.resume(this.past.timeOf('up'));
    this.#shells.move(
      this.past.timeOf('agent') !== undefined,
      this.#machine.past.progress.inputs.length,
    );
  }

  #takePower(event: PowerEvent): void {
    if (event === 'power-cycled') {
      this.past.mark(POWER_CYCLED);
      this.#beginLife();
      return;
    }
    this.#life.finish(event);
    this.#progress.notify();
  }

  /** The machine starts from its firmware, or stands somewhere else. */
  #beginLife(): void {
    this.#life.begin();
    this.#progress.notify();
  }
}
