// What a guest session is started with.

import type { MappingStore } from '../iommu/store/mapping-store.ts';
import type { IommuOptions } from '../iommu/options.ts';
import type { Pace } from '../machine/plan/pace.ts';
import type {
  ClockSource,
  IommuMode,
  MachinePlan,
  PlanChoices,
  RegionChoices,
} from '../machine/plan/machine-plan.ts';
import { overlay, readPlan } from '../machine/plan/plan-check.ts';
import type { RecordedEvent } from '../trace/recorded-event.ts';
import type { OwnImages } from './guest-files.ts';
import type { WaitClock } from './progress-watch.ts';

/** Bounds of one wait. */
export interface WaitBounds {
  /**
   * Milliseconds without a sign of life - console output, IOMMU event - after which waiting fails. Default: the
   * session's, 60 s.
   */
  readonly stallMs?: number | undefined;
  /** Ends the wait; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How a command is run. */
export interface RunOptions extends WaitBounds {
  /** Gets what the command prints, as it comes. */
  readonly onOutput?: ((text: string) => void) | undefined;
}

/** What a shared file holds; a text is taken as UTF-8. */
export type FileContent = Uint8Array | string;

/** Everything is optional: the default is the project's guest behind its IOMMU. */
export interface GuestSessionOptions extends OwnImages, WaitBounds {
  /**
   * What machine it is. The options below that say the same are shorthands, and count where both speak. A plan that names
   * a file by its checksum needs the file: `kernel`, `initrd`, `disk` or `share`.
   */
  readonly plan?: PlanChoices | undefined;
  /** Appended to the kernel command line. */
  readonly append?: string | undefined;
  /** 128 unless told otherwise. */
  readonly memoryMiB?: number | undefined;
  /** How DMA goes: `translated` (default), `bypass` (identity domains), `off` (no IOMMU in the machine). */
  readonly iommu?: IommuMode | undefined;
  /** Whether endpoints may reach memory before the driver has attached them. Default true. */
  readonly bootBypass?: boolean | undefined;
  /** What the IOMMU device offers. */
  readonly iommuOptions?: Partial<IommuOptions> | undefined;
  /** Reserved regions by an endpoint's name or ID, beside the platform's MSI region; an `msi` region takes that one's place. */
  readonly reservedRegions?: RegionChoices | undefined;
  /** The ACPI tables that tell the guest of its IOMMU: `viot` (default), the draft's `iort`, or both. */
  readonly tables?: MachinePlan['tables'] | undefined;
  /** Files of the 9p share, by name; the demo's if left out. */
  readonly share?: Readonly<Record<string, FileContent>> | undefined;
  /** Replaces the mapping store; `makeStore` makes the one of production. Called at every power on. */
  readonly createStore?: ((makeStore: () => MappingStore) => MappingStore) | undefined;
  /** What the console shows when the guest is up. Default: a shell prompt. */
  readonly until?: RegExp | string | undefined;
  /** Gets the console's bytes from the first one on. */
  readonly onConsole?: ((bytes: Uint8Array) => void) | undefined;
  /**
   * Whether the session keeps the IOMMU's events (`iommu.events`) and counts them (`iommu.totals()`); default true.
   * Without it `events` stays empty and `totals()` throws, an event is no sign of life, and DMA takes a guest less time:
   * for measurements.
   */
  readonly recordsEvents?: boolean | undefined;
  /** Whether the log of the run is kept, which `digest` and going back need; default: as `recordsEvents`. */
  readonly keepsLog?: boolean | undefined;
  /** Whether each event is kept with who in the guest asked for it, its task and its kernel's stack; default true. */
  readonly recordsWho?: boolean | undefined;
  /** Gets the IOMMU's events from the first one on. */
  readonly onEvent?: ((event: RecordedEvent) => void) | undefined;
  /**
   * `guest` (default): the guest's time is made of its own instructions, and everything is the same in every run. `host`:
   * the host's clock and chance.
   */
  readonly clock?: ClockSource | undefined;
  /** Where the guest's chance comes from: another number, another run. 1 unless told otherwise. */
  readonly seed?: number | undefined;
  /**
   * How the time passes in which the guest's CPU is halted. `skip` (default): at once, and the guest stands still while no
   * call waits for it. `real`: by the wall clock.
   */
  readonly pace?: Pace | undefined;
  /** Bytes of checkpoints at most, which shorten going back in time (`goTo`). Default 0: it goes back from where it began. */
  readonly checkpointBytes?: number | undefined;
  /** Measures stalls; for tests. */
  readonly waitClock?: WaitClock | undefined;
}

/** Milliseconds without a sign of life that a wait puts up with. */
export const DEFAULT_STALL_MS = 60_000;

/** What the options choose of a plan. Throws `InputError` for a wrong `plan`. */
export function planChoices(options: GuestSessionOptions): PlanChoices {
  const { plan, append, memoryMiB, iommu, iommuOptions, bootBypass } = options;
  const { reservedRegions, tables, clock, seed } = options;
  return overlay(plan === undefined ? {} : readPlan(plan), {
    append,
    memoryMiB,
    iommu: { bootBypass, ...iommuOptions, mode: iommu },
    reservedRegions,
    tables,
    clock,
    seed,
  });
}

/** The bytes of a file. */
export function contentBytes(content: FileContent): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}

/** Shared files as bytes; texts become UTF-8. */
export function readSharedTexts(
  share: GuestSessionOptions['share'],
): Readonly<Record<string, Uint8Array>> | undefined {
  if (share === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(share).map(([name, content]) => [name, contentBytes(content)]),
  );
}
