// Where in the package the files of the page are. What the machine is made of is there once, for the page, the commands and
// the kit: the packaged page asks for it under `files/`, and for the licences of others under `licenses/LICENSES/`.

import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { packageRoot } from '../../guest/package-root.ts';

const ROOT = packageRoot();

/** The page of a working copy, which has everything in its own folder, and the packaged one, which asks for `files/`. */
const PACKAGED = join(ROOT, 'dist', 'page');
const PAGES = [join(ROOT, 'dist', 'web'), PACKAGED];

/** The snapshot that the page starts from. */
export const SNAPSHOT_PATH = 'files/guest.snapshot';

const images = (name: string): string => join(ROOT, 'guest-images', name);
const FILES: ReadonlyMap<string, () => string> = new Map([
  ...[
    'bzImage',
    'rootfs.cpio.gz',
    'disk.img.gz',
    'seabios.bin',
    'vgabios.bin',
    'kernel-symbols.gz',
  ].map((name) => [`files/${name}`, () => images(name)] as const),
  ['files/store.wasm', () => join(ROOT, 'wasm', 'build', 'store.wasm')],
  ['files/v86.wasm', () => createRequire(join(ROOT, 'package.json')).resolve('v86/build/v86.wasm')],
]);
const LICENCES = 'licenses/LICENSES/';

/** The folder of the built page. Throws `Error` when there is none. */
export function pageFolder(): string {
  const folder = PAGES.find((each) => existsSync(join(each, 'index.html')));
  if (folder !== undefined) return folder;
  throw new Error('The page is not built. Build it with "npm run build".');
}

/** Whether the page of this folder gets the machine's parts from the package. */
export function isPackagedPage(folder: string): boolean {
  return folder === PACKAGED;
}

/**
 * The path that a request's target names, decoded, without its leading slash; undefined for one that names no file, however it
 * is written: `..`, hidden files, other separators, bytes that are no text.
 */
export function requestedPath(target: string): string | undefined {
  const [raw = ''] = target.split(/[?#]/, 1);
  let path: string;
  try {
    path = decodeURIComponent(raw);
  } catch {
    return undefined;
  }
  // oxlint-disable-next-line no-control-regex -- a file's name has none of them
  if (!path.startsWith('/') || /[\u0000-\u001f\\:]/.test(path)) return undefined;
  const names = path.slice(1).split('/');
  if (names.at(-1) === '') names[names.length - 1] = 'index.html';
  return names.some((name) => name === '' || name.startsWith('.')) ? undefined : names.join('/');
}

/** The bytes of a file of the page by its path; undefined when there is none. Links that leave the folder lead nowhere. */
export async function readPageFile(folder: string, path: string): Promise<Buffer | undefined> {
  try {
    if (!isPackagedPage(folder)) return await readInside(folder, path);
    const part = FILES.get(path);
    if (part !== undefined) return await readFile(part());
    if (path.startsWith(LICENCES)) {
      return await readInside(images('LICENSES'), path.slice(LICENCES.length));
    }
    return await readInside(folder, path);
  } catch {
    return undefined;
  }
}

/** Rejects when there is no such file in the folder. */
async function readInside(folder: string, path: string): Promise<Buffer> {
  const file = await realpath(join(folder, path));
  if (!file.startsWith((await realpath(folder)) + sep)) throw new Error(`not in ${folder}`);
  return readFile(file);
}
