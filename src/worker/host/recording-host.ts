// Makes files of the machine's session, and sessions of files.

import type { Machine } from '../../machine/machine.ts';
import { decodeRecording, type Recording } from '../../machine/recording/recording-file.ts';
import type { ImageUrls, MachineInfo, OwnFiles } from '../api/power.ts';
import type { RecordingApi, ReplayReport } from '../api/recording.ts';
import { buildNewMachine, machineInfo } from './machine-builder.ts';
import type { MachineLife } from './machine-life.ts';

interface OpenedRecording {
  readonly recording: Recording;
  readonly machine: Machine;
}

export class RecordingHost implements RecordingApi {
  readonly #life: MachineLife;
  #opened: OpenedRecording | undefined;

  constructor(life: MachineLife) {
    this.#life = life;
  }

  async save(): Promise<Uint8Array<ArrayBuffer>> {
    const { machine } = this.#life;
    if (machine === undefined) throw new Error('There is no session to save yet.');
    return machine.past.recording();
  }

  async open(file: Uint8Array, images: ImageUrls, files?: OwnFiles): Promise<MachineInfo> {
    if (this.#life.machine === undefined) {
      throw new Error('The PC is being built. Open the recording when it runs.');
    }
    const recording = decodeRecording(file);
    const machine = await buildNewMachine(recording.head.plan, images, files);
    const before = this.#opened;
    this.#opened = { recording, machine };
    await before?.machine.dispose();
    return machineInfo(machine);
  }

  async replay(): Promise<ReplayReport> {
    const opened = this.#opened;
    if (opened === undefined) throw new Error('Open a recording first.');
    this.#opened = undefined;
    await this.#life.leave()?.dispose();
    const result = await this.#life.follow(opened.machine, opened.recording);
    return { ...result, damage: opened.recording.damage ?? null };
  }
}
