// Saving: the whole machine at one moment as a file, and back from it.

import type { ImageUrls } from './power.ts';

/** Every promise rejects with an `Error` for the user; nothing is changed then. */
export interface SavingApi {
  /** The machine as it is, with its console and latest events; it goes on if it did. */
  save(): Promise<Uint8Array<ArrayBuffer>>;
  /** Puts the machine where a file of one with the same plan was saved, and has it run; the page has been told of it then. */
  restore(file: Uint8Array, images: ImageUrls): Promise<void>;
}
