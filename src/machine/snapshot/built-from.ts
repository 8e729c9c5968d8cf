// What a booted guest is made of: a snapshot of other parts is of no use.

import { IMAGE_NAMES, type ImageManifest } from '../images/image-files.ts';
import { CLOCK_CONSTANTS } from '../plan/clock-constants.ts';
import { TESTED_V86_VERSION } from '../v86/v86-internals.ts';
import { SNAPSHOT_VERSION } from './snapshot.ts';

/** Each part and what tells it from others, both as text. */
export type BuiltFrom = Readonly<Record<string, string>>;

/** The parts of this program and of the images that the manifest describes. */
export function builtFrom(manifest: ImageManifest): BuiltFrom {
  return Object.fromEntries([
    ['snapshot format', String(SNAPSHOT_VERSION)],
    ['v86', TESTED_V86_VERSION],
    ...Object.entries(CLOCK_CONSTANTS).map(([name, value]) => [name, String(value)]),
    ...IMAGE_NAMES.map((name) => [name, manifest[name].sha256]),
  ]);
}

/** Whether both are made of the same. */
export function isBuiltFrom(guest: BuiltFrom, parts: BuiltFrom): boolean {
  return Object.keys({ ...guest, ...parts }).every((name) => guest[name] === parts[name]);
}
