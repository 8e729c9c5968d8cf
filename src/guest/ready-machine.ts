// A machine that has booted already, for a session that asks for the project's own.

import { Once } from '../base/once.ts';
import { Machine } from '../machine/machine.ts';
import type { BootStory } from '../machine/snapshot/booted-guest.ts';
import { loadDisk, loadImages } from './guest-files.ts';
import { readyGuest } from './ready-guest.ts';
import { machineOptions } from './session-machine.ts';
import type { GuestSessionOptions } from './session-options.ts';

/** Options that make no other machine. */
const OF_THE_SESSION: ReadonlySet<string> = new Set([
  'checkpointBytes',
  'createStore',
  'keepsLog',
  'onConsole',
  'onEvent',
  'pace',
  'recordsEvents',
  'recordsWho',
  'signal',
  'stallMs',
  'waitClock',
] satisfies (keyof GuestSessionOptions)[]);

/** What all sessions of a process share: none of them changes it. */
const guest = new Once(readyGuest);
const files = new Once(loadDisk);

/**
 * The machine at its prompt, and what a witness of its boot has seen; undefined when the options ask for another machine.
 * Rejects with `InputError` when the snapshot is damaged.
 */
export async function resumeMachine(
  options: GuestSessionOptions,
): Promise<{ readonly machine: Machine; readonly story: BootStory } | undefined> {
  const isAnother = Object.entries(options).some(
    ([name, value]) => value !== undefined && !OF_THE_SESSION.has(name),
  );
  if (isAnother) return undefined;
  const { machine: snapshot, story } = await guest.get();
  const images = { ...(await files.get()), load: () => loadImages() };
  return { machine: await Machine.resume(await machineOptions(options, images), snapshot), story };
}
