// A session in the page, from a seed: commands, accesses gone astray, other sizes, pauses and a reset, whenever it comes.

import type { Page } from '@playwright/test';
import { GuestPage } from '../../src/guest/guest-page.ts';
import { GuestSession } from '../../src/guest/guest-session.ts';
import { DEFAULT_PLAN } from '../../src/machine/plan/plan-check.ts';
import { pluggedEndpoints } from '../../src/machine/plan/topology.ts';
import { decodeRecording } from '../../src/machine/recording/recording-file.ts';
import type { ReplayResult } from '../../src/machine/recording/replay.ts';

const COMMANDS = [
  'disk-read',
  'disk-read virtio',
  'net-ping',
  'share-read',
  'date',
  'sleep 1',
  'dmesg | tail -3',
  'ls -l /sys/kernel/iommu_groups',
  'dd if=/dev/urandom of=/tmp/noise bs=4k count=64',
];
/** Those of the usual PC. */
const ENDPOINTS = pluggedEndpoints(DEFAULT_PLAN);
/** Between two things that are done. */
const LONGEST_PAUSE_MS = 400;

export interface SessionChoices {
  readonly seed: number;
  /** Things that are done. */
  readonly steps: number;
}

export interface PlayedSession {
  readonly recording: Uint8Array;
  /** What was done, in a few words. */
  readonly did: string;
}

/** Numbers from a seed, at least 0 and less than a bound (mulberry32). */
function numbersFrom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b_79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) % bound;
  };
}

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
}

/** The page with somebody at it who chooses by a seed. */
class HastyPerson {
  readonly #page: Page;
  #guest: GuestPage;
  readonly #below: (bound: number) => number;
  readonly #counts = new Map<string, number>();

  private constructor(page: Page, guest: GuestPage, seed: number) {
    this.#page = page;
    this.#guest = guest;
    this.#below = numbersFrom(seed);
  }

  /** Sits down at the page when its guest is at the prompt. */
  static async at(page: Page, seed: number): Promise<HastyPerson> {
    return new HastyPerson(page, await GuestPage.attach(page), seed);
  }

  get did(): string {
    return [...this.#counts].map(([what, times]) => `${times} ${what}`).join(', ');
  }

  /** Waits for a while that is as random as what is done. */
  async idle(): Promise<void> {
    await this.#page.waitForTimeout(this.#below(LONGEST_PAUSE_MS));
  }

  async save(): Promise<Uint8Array> {
    return this.#guest.past.recording();
  }

  async reset(): Promise<void> {
    this.#count('resets');
    await press(this.#page, 'Reset');
    this.#guest = await GuestPage.attach(this.#page);
  }

  async doSomething(): Promise<void> {
    const choice = this.#below(10);
    if (choice < 5) await this.#type();
    else if (choice < 7) await this.#goAstray();
    else if (choice < 9) await this.#resize();
    else await this.#pause();
  }

  /** Types a command key by key, in any old rhythm, whatever still runs. */
  async #type(): Promise<void> {
    this.#count('commands');
    const command = `${COMMANDS[this.#below(COMMANDS.length)]}\r`;
    for (const key of command) {
      // oxlint-disable-next-line no-await-in-loop -- one key after the other
      await this.#guest.type(key);
      // oxlint-disable-next-line no-await-in-loop
      if (this.#below(4) === 0) await this.#page.waitForTimeout(this.#below(60));
    }
  }

  async #goAstray(): Promise<void> {
    this.#count('rogue accesses');
    const request = {
      endpoint: ENDPOINTS[this.#below(ENDPOINTS.length)]?.id ?? 0,
      address: BigInt(this.#below(2 ** 32)),
      access: this.#below(2) === 0 ? 'read' : 'write',
      length: 1 + this.#below(4096),
    } as const;
    await this.#guest.rogueDma(request);
  }

  async #resize(): Promise<void> {
    this.#count('resizes');
    const size = { width: 1100 + this.#below(500), height: 700 + this.#below(300) };
    await this.#page.setViewportSize(size);
  }

  async #pause(): Promise<void> {
    this.#count('pauses');
    await press(this.#page, 'Pause');
    await this.idle();
    await press(this.#page, 'Resume');
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }
}

/** Has a session in the opened page, with a reset in the middle, and saves it while the guest runs. */
export async function haveSession(
  page: Page,
  { seed, steps }: SessionChoices,
): Promise<PlayedSession> {
  const person = await HastyPerson.at(page, seed);
  for (let step = 0; step < steps; step += 1) {
    // oxlint-disable-next-line no-await-in-loop -- a person does one thing after the other
    await (step === Math.floor(steps / 2) ? person.reset() : person.doSomething());
    // oxlint-disable-next-line no-await-in-loop
    await person.idle();
  }
  return { recording: await person.save(), did: person.did };
}

/** Brings a saved session about again, in Node. */
export async function replayOf(recording: Uint8Array): Promise<ReplayResult> {
  const guest = await GuestSession.create({ plan: decodeRecording(recording).head.plan });
  try {
    return await guest.past.replay(recording);
  } finally {
    await guest.dispose();
  }
}
