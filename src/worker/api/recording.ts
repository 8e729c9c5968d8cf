// Recordings: the running session as a file, and a file as a session.

import type { ReplayResult } from '../../machine/recording/replay.ts';
import type { ImageUrls, MachineInfo, OwnFiles } from './power.ts';

/** What became of the replay of a file. */
export interface ReplayReport extends ReplayResult {
  /** What is wrong with the file, in a sentence for the user; null when it is whole. */
  readonly damage: string | null;
}

/** Every promise rejects with an `Error` whose message is for the user. */
export interface RecordingApi {
  /** The session so far, as the bytes of a recording. */
  save(): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Builds the machine of a recording beside the one there is, which goes on. A recording of a machine with own files needs
   * the same ones, and names them by their checksums.
   */
  open(file: Uint8Array, images: ImageUrls, own?: OwnFiles): Promise<MachineInfo>;
  /**
   * Puts the machine of the opened recording in the place of the one there is, and has it go the recorded way. It stands
   * still at the end, paused.
   */
  replay(): Promise<ReplayReport>;
}
