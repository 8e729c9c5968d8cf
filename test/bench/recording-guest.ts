// One guest whose recording is switched on and off between its reads: what else a guest's whole life has in it, how V8 laid out its
// code above all, is the same with and without.

import { existsSync, readFileSync } from 'node:fs';
import { WasmStore } from '../../src/iommu/engine/wasm-store.ts';
import type { IommuWatcher } from '../../src/iommu/events/event-recorder.ts';
import { checksumOf } from '../../src/machine/images/checksum.ts';
import { sharedFiles } from '../../src/machine/images/shared-files.ts';
import { Machine } from '../../src/machine/machine.ts';
import { recordHeadOf } from '../../src/machine/plan/record-head.ts';
import { tapMachine, type RecordedMachine } from '../../src/machine/record-tap.ts';
import { streamBytes } from '../../src/machine/v86/http-server.ts';
import { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import { Recorder } from '../../src/trace/record/recorder.ts';
import { BareGuest } from '../support/bare-guest.ts';
import { loadGuestFiles } from '../support/loaded-files.ts';
import { DISK_BYTES, SET_UP, SHARED_BYTES, SHARED_FILE, type GuestRead } from './dma-reads.ts';

/** Where Linux tells how long a thread ran: its first number is nanoseconds. */
const SCHEDULED = '/proc/thread-self/schedstat';

/** Seconds of CPU time of this thread, which the guest runs in; of the whole process on a host that tells no more. */
function cpuSeconds(): number {
  if (existsSync(SCHEDULED)) return parseInt(readFileSync(SCHEDULED, 'utf8'), 10) / 1e9;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Nothing kept; every event kept; and who asked for each, too. */
export const SWITCHES = ['off', 'recorded', 'traced'] as const;
export type Switch = (typeof SWITCHES)[number];

/** A record that goes on where it was switched off, as if nothing had been between. */
class SwitchedRecord {
  readonly #machine: Machine;
  readonly #withWho: boolean;
  readonly #recorder = new Recorder();
  readonly #record: IommuRecord;
  /** Events that happened while it was off. */
  #missed = 0;
  #latest = 0;

  constructor(machine: Machine, withWho: boolean) {
    this.#machine = machine;
    this.#withWho = withWho;
    this.#record = new IommuRecord(recordHeadOf(machine.plan));
    this.#recorder.filled.on(() => {
      for (const batch of this.#recorder.take()) this.#record.append(batch);
    });
  }

  /** Events that were kept. */
  get kept(): number {
    return this.#latest;
  }

  /** Records until it is told to end. */
  begin(): () => void {
    this.#missed = this.#sequence - this.#latest;
    const end = tapMachine(this.#tapped(), this.#recorder, { withWho: this.#withWho });
    return () => {
      end();
      this.#latest = this.#sequence - this.#missed;
    };
  }

  get #sequence(): number {
    return this.#machine.iommu?.sequence ?? 0;
  }

  #tapped(): RecordedMachine {
    const machine = this.#machine;
    return {
      console: machine.console,
      who: machine.who,
      get iommu() {
        return machine.iommu;
      },
      get isInTick() {
        return machine.isInTick;
      },
      get ranMs() {
        return machine.ranMs;
      },
      get instructions() {
        return machine.instructions;
      },
      watch: (watcher) => machine.watch(this.#numbered(watcher)),
      onPower: (listener) => machine.onPower(listener),
      onAccess: (listener) => machine.onAccess(listener),
      onLeave: (listener) => machine.onLeave(listener),
      onMove: (listener) => machine.onMove(listener),
      onTick: (listener) => machine.onTick(listener),
      onTickFollowed: (listener) => machine.onTickFollowed(listener),
    };
  }

  /** Leaves out what was missed: a gap would begin a batch with each read. */
  #numbered(watcher: IommuWatcher): IommuWatcher {
    const missed = this.#missed;
    return {
      request: (answered) => {
        const numbered: { sequence: number } = answered;
        numbered.sequence -= missed;
        watcher.request(answered);
        numbered.sequence += missed;
      },
      other: (event) => watcher.other({ ...event, sequence: event.sequence - missed }),
    };
  }
}

export class RecordingGuest {
  readonly #guest: BareGuest;
  readonly #records: ReadonlyMap<Switch, SwitchedRecord>;

  private constructor(machine: Machine, guest: BareGuest) {
    this.#guest = guest;
    this.#records = new Map([
      ['recorded', new SwitchedRecord(machine, false)],
      ['traced', new SwitchedRecord(machine, true)],
    ]);
  }

  /** A guest that is ready to read. Rejects with `Error` when it loses its power before. */
  static async boot(): Promise<RecordingGuest> {
    const { images, v86Wasm, storeWasm } = await loadGuestFiles();
    const disk = streamBytes(DISK_BYTES);
    const machine = await Machine.create({
      plan: { append: 'iommu.strict=1' },
      images: { ...images, disk, checksums: { ...images.checksums, disk: checksumOf(disk) } },
      v86Wasm,
      createStore: () => new WasmStore(storeWasm),
      pace: 'skip',
      keepsLog: false,
      share: sharedFiles({ [SHARED_FILE]: streamBytes(SHARED_BYTES) }),
    });
    const guest = new BareGuest(machine);
    await guest.boot();
    await guest.run(SET_UP);
    return new RecordingGuest(machine, guest);
  }

  /** Seconds of CPU time that a read took. Rejects with `Error` when it fails. */
  async read({ prepare, command }: GuestRead, mode: Switch): Promise<number> {
    await this.#guest.run(prepare);
    const end = this.#records.get(mode)?.begin();
    const before = cpuSeconds();
    await this.#guest.run(command);
    const seconds = cpuSeconds() - before;
    end?.();
    return seconds;
  }

  /** Throws `Error` where what was to be kept was not. */
  check(): void {
    for (const [mode, { kept }] of this.#records) {
      if (kept === 0) throw new Error(`no event was kept ${mode}`);
    }
  }

  async dispose(): Promise<void> {
    await this.#guest.dispose();
  }
}
