// Who asks, for the record: each task and each stack that a walk of the guest's kernel finds is made an object once.

import {
  WALK_ADDRESSES,
  WALK_EXACT,
  WALK_FLAGS,
  WALK_INTERRUPT,
  WALK_TASK,
  WALK_USER,
  WALK_WORDS,
} from '../kernel/walk-layout.ts';
import { readBacktrace } from '../kernel/backtrace.ts';
import { WordTable } from '../kernel/word-table.ts';
import type { Recorder } from '../trace/record/recorder.ts';

/** Finds who runs now; as `MachineWho`. */
export interface Walker {
  /** The number of what a walk finds now: walks of the same number have found the same. */
  findWalk(): number;
  /** Writes what a walk finds now, and returns how many words. */
  walk(into: Uint32Array): number;
}

/** Of each, as many as the record has numbers for; 2 MiB of addresses. */
const CAPS = { sequences: 0xffff, words: 1 << 19 };
/** Walks that are known by their numbers. */
const WALKS = 1024;
const TASK_FLAGS = WALK_TASK | WALK_INTERRUPT;

export class RecordWho {
  readonly #walker: Walker;
  readonly #recorder: Recorder;
  readonly #words = new Uint32Array(WALK_WORDS);
  #tasks = new WordTable(CAPS);
  #stacks = new WordTable(CAPS);
  /** The record's numbers by those of the tables. */
  #taskNumbers: number[] = [];
  #stackNumbers: number[] = [];
  /** Numbers of walks, and the record's numbers of who they found. */
  readonly #walks = new Float64Array(WALKS);
  readonly #found = new Uint32Array(WALKS);
  #version = -1;
  /** Who the latest walk found, and how many instructions the guest had executed then. */
  #latest = 0;
  #instructions = -1;

  constructor(walker: Walker, recorder: Recorder) {
    this.#walker = walker;
    this.#recorder = recorder;
  }

  /**
   * The number of who asks now: of the guest's kernel, which is amid an access to a device. Where it has executed nothing
   * since the latest walk, as between the requests of one notification, it is the same who.
   */
  now(instructions: number): number {
    if (this.#version !== this.#recorder.whoVersion) this.#forgetNumbers();
    if (instructions === this.#instructions) return this.#latest;
    this.#latest = this.#find();
    this.#instructions = instructions;
    return this.#latest;
  }

  /** The guest is another one, or somewhere else. */
  forget(): void {
    this.#instructions = -1;
  }

  #find(): number {
    const walkNumber = this.#walker.findWalk();
    const place = walkNumber % WALKS;
    if (this.#walks[place] === walkNumber) return this.#found[place] ?? 0;
    const words = this.#words;
    const length = this.#walker.walk(words);
    const flags = words[WALK_FLAGS] ?? 0;
    const who = (this.#task(flags) | this.#stack(flags, length)) >>> 0;
    this.#walks[place] = walkNumber;
    this.#found[place] = who;
    return who;
  }

  #task(flags: number): number {
    if ((flags & WALK_TASK) === 0) return 0;
    this.#words[WALK_FLAGS] = flags & TASK_FLAGS;
    const index = this.#tasks.intern(this.#words, 0, WALK_ADDRESSES);
    const known = this.#taskNumbers[index];
    if (known !== undefined) return known;
    const { task, isInInterrupt: isInterrupted } = readBacktrace(
      this.#words,
      WALK_ADDRESSES,
      undefined,
    );
    const number = this.#recorder.numberOf({
      task: task === undefined ? null : { ...task, isInterrupted },
      stack: null,
    });
    this.#taskNumbers[index] = number;
    return number;
  }

  #stack(flags: number, length: number): number {
    if ((flags & WALK_USER) !== 0 || length <= WALK_ADDRESSES) return 0;
    // Right before the addresses stands what is told of them.
    this.#words[WALK_ADDRESSES - 1] = flags & WALK_EXACT;
    const index = this.#stacks.intern(this.#words, WALK_ADDRESSES - 1, length);
    const known = this.#stackNumbers[index];
    if (known !== undefined) return known;
    const number = this.#recorder.numberOf({
      task: null,
      stack: {
        addresses: this.#words.slice(WALK_ADDRESSES, length),
        isInnermostCertain: (flags & WALK_EXACT) !== 0,
      },
    });
    this.#stackNumbers[index] = number;
    return number;
  }

  #forgetNumbers(): void {
    this.forget();
    this.#version = this.#recorder.whoVersion;
    this.#tasks = new WordTable(CAPS);
    this.#stacks = new WordTable(CAPS);
    this.#taskNumbers = [0];
    this.#stackNumbers = [0];
    // Numbers of walks begin with 1
    this.#walks.fill(0);
  }
}
