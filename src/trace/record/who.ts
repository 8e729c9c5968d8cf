// Who asked: the guest's task and the stack of its kernel, each kept once however many requests came from there. An
// event names them by number; 0 is nobody known.

/** What ran on the guest's processor. */
export interface Task {
  readonly pid: number;
  readonly tgid: number;
  /** Its name, up to 15 characters. */
  readonly comm: string;
  /** Whether it was only interrupted: the work is then not its own. */
  readonly isInterrupted: boolean;
}

/** Return addresses as they stand on the stack, innermost first. */
export interface Stack {
  readonly addresses: Uint32Array;
  /** Whether the innermost one is certain; in translated code it may be stale. */
  readonly isInnermostCertain: boolean;
}

/** What there is of a `who` number. */
export interface Who {
  readonly task: Task | null;
  readonly stack: Stack | null;
}

/** Numbers go up to here; what comes later is nobody known, and counted. */
const MAX_ENTRIES = 0xffff;

/** Things by number, from 1; equal ones have one number. */
class Numbered<T> {
  readonly #entries: T[] = [];
  readonly #numbers = new Map<string, number>();

  get entries(): readonly T[] {
    return this.#entries;
  }

  /** The number of an entry with this key; 0 when there is no room for another. */
  add(key: string, entry: () => T): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.#entries.length === MAX_ENTRIES) return 0;
    this.#entries.push(entry());
    this.#numbers.set(key, this.#entries.length);
    return this.#entries.length;
  }

  get(number: number): T | undefined {
    return this.#entries[number - 1];
  }
}

/** New tasks and stacks, in the order of their numbers. */
export interface NewcomersOfWho {
  readonly tasks: readonly Task[];
  readonly stacks: readonly Stack[];
}

/** Tasks and stacks by number. */
export class WhoTable {
  readonly #tasks = new Numbered<Task>();
  readonly #stacks = new Numbered<Stack>();
  #toldTasks = 0;
  #toldStacks = 0;

  /** The number to put into an event's column. */
  number({ task, stack }: Who): number {
    const high =
      task === null
        ? 0
        : this.#tasks.add(
            `${task.pid} ${task.tgid} ${task.isInterrupted} ${task.comm}`,
            () => task,
          );
    const low =
      stack === null
        ? 0
        : this.#stacks.add(`${stack.isInnermostCertain} ${stack.addresses.join(' ')}`, () => stack);
    return ((high << 16) | low) >>> 0;
  }

  get(number: number): Who {
    return {
      task: this.#tasks.get(number >>> 16) ?? null,
      stack: this.#stacks.get(number & 0xffff) ?? null,
    };
  }

  /** Everybody, in the order of their numbers. */
  get all(): NewcomersOfWho {
    return { tasks: this.#tasks.entries, stacks: this.#stacks.entries };
  }

  /** Who came since the last call; for a table elsewhere to take in. */
  takeNewcomers(): NewcomersOfWho {
    const tasks = this.#tasks.entries.slice(this.#toldTasks);
    const stacks = this.#stacks.entries.slice(this.#toldStacks);
    this.#toldTasks += tasks.length;
    this.#toldStacks += stacks.length;
    return { tasks, stacks };
  }

  /** Takes in newcomers of another table, which get the same numbers as there. */
  take({ tasks, stacks }: NewcomersOfWho): void {
    for (const task of tasks) this.number({ task, stack: null });
    for (const stack of stacks) this.number({ task: null, stack });
  }
}
