// A user's own files in the worker: which of them a plan asks for, and their bytes.

import manifest from '../../../guest-images/images.json' with { type: 'json' };
import { hostChecksumOf } from '../../machine/images/checksum.ts';
import { demoShare } from '../../machine/images/demo-share.ts';
import { InputError } from '../../machine/images/guest-images.ts';
import { contentChecksums, IMAGE_NAMES } from '../../machine/images/image-files.ts';
import { readOwnImage } from '../../machine/images/own-image.ts';
import { readOwnShare } from '../../machine/images/own-share.ts';
import { sharedFiles, type SharedFiles } from '../../machine/images/shared-files.ts';
import { PROJECTS_OWN, type MachinePlan } from '../../machine/plan/machine-plan.ts';
import { neededFiles, unpinPlan, type NeededFile } from '../../machine/plan/own-files.ts';
import type { FileChecksums } from '../../machine/plan/pinned-plan.ts';
import { IMAGE_WORDS } from '../../machine/plan/plan-differences.ts';
import type { FileNames, OwnFiles } from '../api/power.ts';
import type { GivenImages } from './image-download.ts';

/** A plan is of files that are not there; the message names each, and says what to do. */
export class FilesNeededError extends InputError {}

/** The bytes of own files. */
export interface ReadFiles extends GivenImages {
  /** The shared folder: the project's if nobody gave another. */
  readonly share: SharedFiles;
}

const NO_FILES: OwnFiles = { images: {}, share: null };
/** Characters of a file's name in a message. */
const SHOWN_NAME = 80;

/** What the project's own files are told apart by; a plan that has the word for its share needs no checksums of that. */
function projectChecksums({ share }: MachinePlan): FileChecksums {
  return {
    images: contentChecksums(manifest),
    share: share === PROJECTS_OWN ? undefined : sharedFiles(demoShare()).checksums,
  };
}

/** The plan with the word for the project's own files. */
export function planInWords(plan: MachinePlan): MachinePlan {
  return unpinPlan(plan, projectChecksums(plan));
}

/** Whether what Linux runs first is the project's. */
export function hasProjectsInitrd({ images: { initrd } }: MachinePlan): boolean {
  return initrd === PROJECTS_OWN || initrd === contentChecksums(manifest).initrd;
}

/** Reads what was given of the files of a plan. Rejects with `InputError`, and with `FilesNeededError` before all else. */
export async function readFiles(
  plan: MachinePlan,
  files: OwnFiles = NO_FILES,
  names: FileNames = {},
): Promise<ReadFiles> {
  const wanted = neededFiles(plan, [projectChecksums(plan)]);
  const missing = wanted.filter((file) =>
    file.kind === 'image' ? files.images[file.image] === undefined : files.share === null,
  );
  if (missing.length > 0) throw new FilesNeededError(neededWords(missing, names));
  const isWanted = (image: string): boolean =>
    wanted.some((file) => file.kind === 'image' && file.image === image);
  const read = IMAGE_NAMES.filter(isWanted).map(async (name) => {
    const file = files.images[name];
    const bytes = file === undefined ? new Uint8Array() : await readOwnImage(name, file);
    return [name, bytes, await hostChecksumOf(bytes)] as const;
  });
  const images = await Promise.all(read);
  const isOwnShare = wanted.some(({ kind }) => kind === 'share');
  return {
    bytes: Object.fromEntries(images.map(([name, bytes]) => [name, bytes])),
    checksums: Object.fromEntries(images.map(([name, , checksum]) => [name, checksum])),
    share: isOwnShare && files.share !== null ? await readOwnShare(files.share) : shareOf(plan),
  };
}

/** A plan may have an empty folder, for which no files are needed. */
function shareOf({ share }: MachinePlan): SharedFiles {
  const isEmpty = share !== PROJECTS_OWN && Object.keys(share).length === 0;
  return sharedFiles(isEmpty ? {} : demoShare());
}

function neededWords(missing: readonly NeededFile[], names: FileNames): string {
  const words = missing.map((file) => {
    if (file.kind === 'share') return `shared files: ${shortened(file.names.join(', '))}`;
    const name = names[file.image];
    const called = name === undefined ? '' : ` “${shortened(name)}”`;
    return `${IMAGE_WORDS[file.image]}${called}, SHA-256 ${file.sha256}`;
  });
  return `This PC is made with files that do not come with the page. It needs your ${words.join('; and your ')}.`;
}

function shortened(text: string): string {
  return text.length > SHOWN_NAME ? `${text.slice(0, SHOWN_NAME)}…` : text;
}
