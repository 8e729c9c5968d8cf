// What the host may put into the shared folder of a running machine.

import type { Board } from './board.ts';
import { InputError } from './images/guest-images.ts';
import { checkShareName } from './images/shared-files.ts';
import type { LoggedInput } from './recording/input.ts';
import { canGiveFile } from './v86/given-file.ts';

const MIB = 1 << 20;
/** One file at most: a module or a program, which comes into the run's log. */
export const MAX_GIVEN_BYTES = 4 * MIB;
/** All that were given to a run: its log keeps them, also those that others have replaced. */
const MAX_LOGGED_BYTES = 16 * MIB;

export interface GivenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Throws `InputError` for a file that no machine takes while it runs. */
export function checkGivenFile({ name, bytes }: GivenFile): void {
  checkShareName(name);
  if (bytes.length > MAX_GIVEN_BYTES) {
    throw new InputError(
      `${name} is too large: a running PC takes files of up to ${MAX_GIVEN_BYTES / MIB} MiB. Share it from the start: Machine…, Shared folder, or the option share.`,
    );
  }
}

/** Throws `InputError` for a file that can not be given, before anything has changed. */
export function checkGiven(
  file: GivenFile,
  board: Pick<Board, 'emulator'>,
  inputs: readonly LoggedInput[],
): void {
  checkGivenFile(file);
  const { name, bytes } = file;
  const given = inputs.reduce(
    (sum, { input }) => sum + (input.kind === 'file' ? input.bytes.length : 0),
    0,
  );
  if (given + bytes.length > MAX_LOGGED_BYTES) {
    throw new InputError(
      `This PC has been given ${MAX_LOGGED_BYTES / MIB} MiB of files, which its recording keeps. Start it anew, or share the files from the start.`,
    );
  }
  if (!canGiveFile(board.emulator.cpu, name)) {
    throw new InputError(
      `The shared folder has a folder called ${name}. Give the file another name.`,
    );
  }
}
