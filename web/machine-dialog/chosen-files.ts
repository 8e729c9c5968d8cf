// The user's own files in the dialog: read and measured where they are, never kept. A file that was refused stays refused until
// another is chosen, so that nobody starts with what was meant to be replaced.

import manifest from '../../guest-images/images.json' with { type: 'json' };
import { demoShare } from '../../src/machine/images/demo-share.ts';
import {
  contentChecksums,
  IMAGE_NAMES,
  type ImageName,
} from '../../src/machine/images/image-files.ts';
import { measureImage, type KnownImage } from '../../src/machine/images/own-image.ts';
import { measureShare, type ShareChoice } from '../../src/machine/images/own-share.ts';
import { sharedFiles } from '../../src/machine/images/shared-files.ts';
import type { FileChecksums } from '../../src/machine/plan/pinned-plan.ts';
import type { FileNames, OwnFiles } from '../../src/worker/api/power.ts';

export interface ChosenImage extends KnownImage {
  readonly file: Blob;
  readonly name: string;
}

export interface ChosenShare {
  readonly files: ShareChoice;
  readonly checksums: Readonly<Record<string, string>>;
}

/** What there is of a person's files. */
export interface ChosenFiles {
  readonly images: Readonly<Partial<Record<ImageName, ChosenImage>>>;
  readonly share: ChosenShare | null;
}

export const NO_FILES: ChosenFiles = { images: {}, share: null };

/** A file under the name that a person knows it by. */
export type NamedFile = Blob & { readonly name: string };

/** Rejects with an error for the user when it is no such image. */
export async function chooseImage(image: ImageName, file: NamedFile): Promise<ChosenImage> {
  return { ...(await measureImage(image, file)), file, name: file.name };
}

/** Rejects with an error for the user when they cannot be shared. */
export async function chooseShare(list: readonly NamedFile[]): Promise<ChosenShare> {
  const files = Object.fromEntries(list.map((file) => [file.name, file]));
  return { files, checksums: await measureShare(files) };
}

/** What the project's own files are told apart by. */
export function projectChecksums(): FileChecksums {
  return { images: contentChecksums(manifest), share: sharedFiles(demoShare()).checksums };
}

export function checksumsOf({ images, share }: ChosenFiles): FileChecksums {
  const checksums = IMAGE_NAMES.map((name) => [name, images[name]?.sha256] as const);
  return { images: Object.fromEntries(checksums), share: share?.checksums };
}

/** The files as the worker takes them. */
export function ownFiles({ images, share }: ChosenFiles): OwnFiles {
  const handles = IMAGE_NAMES.flatMap((name) => {
    const chosen = images[name];
    return chosen === undefined ? [] : [[name, chosen.file] as const];
  });
  return { images: Object.fromEntries(handles), share: share?.files ?? null };
}

/** What the images that a plan asks for are called, for who opens a link to it. */
export function namesOf(
  { images }: ChosenFiles,
  asked: FileNames,
  isOwn: (name: ImageName) => boolean,
): FileNames {
  const names = IMAGE_NAMES.filter(isOwn).flatMap((name) => {
    const called = images[name]?.name ?? asked[name];
    return called === undefined ? [] : [[name, called] as const];
  });
  return Object.fromEntries(names);
}
