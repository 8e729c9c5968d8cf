// What a guest is for a program, wherever it runs: in this process (`GuestSession`), or in a page (`GuestPage`).

import type { IommuState } from '../iommu/events/iommu-event.ts';
import type { Mapping } from '../iommu/store/mapping-store.ts';
import type { GuestStage } from '../machine/boot-watch.ts';
import type { MachinePlan } from '../machine/plan/machine-plan.ts';
import type { RunDigest } from '../machine/recording/run-digest.ts';
import type { RogueResult } from '../machine/rogue-access.ts';
import type { BranchInfo, Place } from '../machine/timeline/place.ts';
import type { Registers } from '../machine/v86/register-values.ts';
import type { RecordedEvent } from '../trace/recorded-event.ts';
import type { CommandResult } from '../shell/command-shell.ts';
import type { GuestRogueRequest } from './endpoint-id.ts';
import type { FileContent, RunOptions, WaitBounds } from './session-options.ts';

/** What a guest in this process answers at once, and a guest elsewhere when its answer has come: `await` it. */
export type Answer<T> = T | Promise<T>;

/** A guest's IOMMU. */
export interface IommuView {
  /** Endpoints and domains now. Fails with `Error` on a machine without an IOMMU. */
  state(): Answer<IommuState>;
  /** Every mapping of a domain in IOVA order; none of an unknown or a bypass domain. Fails as `state` does. */
  mappings(domain: number): Answer<readonly Mapping[]>;
  /** The latest events on the way to where the guest stands, oldest first. */
  readonly events: Answer<readonly RecordedEvent[]>;
}

/** The past of a guest, and the ways that it has gone from there. */
export interface PastView {
  /** Where the guest stands. */
  readonly place: Answer<Place>;
  /** The CPU's registers there. */
  readonly registers: Answer<Registers>;
  /** The first way, and one more for each time that the guest went on from the past. */
  readonly branches: Answer<readonly BranchInfo[]>;
  /**
   * Takes the whole guest to where the event with this sequence had just happened - to the end of that tick - and leaves it
   * paused. After `start` it goes on from there, on a branch of its own. Rejects with `InputError` for an event that was
   * not, and for a branch that is not.
   */
  goTo(sequence: number, branch?: number): Promise<Place>;
  /** Takes the guest to where it had come to on a branch, paused: there it can go on as if it had never left. */
  toEnd(branch?: number): Promise<Place>;
  /** Forgets a branch that the guest is not on. Fails with `InputError`. */
  drop(branch: number): Answer<void>;
  /** The run so far as the bytes of a recording. Fails with `InputError` for a guest on the host's clock. */
  recording(): Answer<Uint8Array<ArrayBuffer>>;
}

/**
 * A Linux guest behind its virtio-iommu. What it can not do fails with `InputError`; what it does not do, though it was
 * waited for, rejects with `GuestError`.
 */
export interface Guest extends AsyncDisposable {
  readonly iommu: IommuView;
  readonly past: PastView;
  /** What machine it is, with every file by its checksum. */
  readonly plan: Answer<MachinePlan>;
  /** How far the guest's start has come. */
  readonly stage: Answer<GuestStage>;
  /** Milliseconds the guest has run since power on. */
  readonly timeMs: Answer<number>;
  /** Instructions the guest has executed since power on. */
  readonly instructions: Answer<number>;
  /** What the console has printed, without control sequences, as far as it is kept and was seen here. */
  readonly console: string;

  /** Lets the machine go on. */
  start(): Answer<void>;
  /** Stops the machine between two instructions. */
  pause(): Promise<void>;
  /** Switches off and on again; resolves when the guest is up. Disks keep what was written. */
  powerCycle(): Promise<void>;
  /** Resolves when the guest is up. */
  waitForBoot(bounds?: WaitBounds): Promise<void>;
  /** Resolves when the guest has switched itself off. */
  waitForPowerOff(bounds?: WaitBounds): Promise<void>;
  /** Resolves with the first match in what the console printed since the latest match. */
  waitFor(pattern: RegExp | string, bounds?: WaitBounds): Promise<RegExpExecArray>;
  /** Types on the console, as a person would; `\n` is Enter. */
  type(text: string): Answer<void>;
  /**
   * Runs a command in a `sh` of its own and resolves when it has ended, whatever its exit code. Calls wait for each other.
   * A command that is waited for in vain is killed.
   */
  run(command: string, options?: RunOptions): Promise<CommandResult>;
  /** Lets an endpoint make an access that no driver asked for. Fails with `InputError` for an impossible one. */
  rogueDma(request: GuestRogueRequest): Answer<RogueResult>;

  /**
   * Puts a file into the shared folder (a text as UTF-8) while the guest is on, until the next power on; one of the same name is
   * replaced. It is an input of the run, which recordings have. Rejects with `InputError`, and changes nothing, for a name
   * that no file can have, for more than 4 MiB, for more than 16 MiB in one run, and on a machine without virtio-9p.
   */
  giveFile(name: string, content: FileContent): Promise<void>;

  /** What the run was, in hashes: the same for every run of the same. Fails with `InputError` when no log is kept. */
  digest(): Answer<RunDigest>;
  /** The guest at this moment as the bytes of a file, while no command runs; it goes on running if it did. */
  saveFile(): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Puts the guest where such a file was saved, by this guest or another with the same plan, and lets it run. What still
   * waits for the guest is rejected. Rejects with `InputError` and changes nothing for a file that does not fit.
   */
  restoreFile(file: Uint8Array): Promise<void>;
  /** Ends the guest; what still waits for it is rejected, and so is what is asked later. */
  dispose(): Promise<void>;
}
