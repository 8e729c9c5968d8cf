// Lets a guest run while somebody waits for it, and only then.
//
// A program that waits for a guest wants it to be where it is left when the wait is over, whatever else the program does
// before it asks for more: the guest stops in the very tick that ended the last wait. Where a person looks on it runs on.

/** What is run. */
export interface Runnable {
  run(): void;
  hold(): void;
  /** Resolves when all that the latest tick began has come to its end. */
  settle(): Promise<void>;
}

export class RunGate {
  readonly #machine: Runnable;
  readonly #isOnlyForWaits: boolean;
  #isOpen = false;
  #waits = 0;

  constructor(machine: Runnable, isOnlyForWaits: boolean) {
    this.#machine = machine;
    this.#isOnlyForWaits = isOnlyForWaits;
  }

  /** The guest may run from now on. */
  open(): void {
    this.#isOpen = true;
    this.#letRun();
  }

  /** The guest stands still, whoever waits. */
  close(): void {
    this.#isOpen = false;
    this.#machine.hold();
  }

  /**
   * Lets the guest run for a wait, which calls `attempt` whenever there may be an answer. The guest stops, if it only runs
   * for waits, in the very tick that brought the last answer.
   */
  async wait<T>(
    look: () => T | undefined,
    wait: (attempt: () => T | undefined) => Promise<T>,
  ): Promise<T> {
    const leave = this.#enter();
    try {
      const answer = await wait(() => {
        let value: T | undefined;
        try {
          value = look();
        } catch (error) {
          leave();
          throw error;
        }
        if (value !== undefined) leave();
        return value;
      });
      if (this.#waits === 0 && this.#isOnlyForWaits) await this.#machine.settle();
      return answer;
    } finally {
      leave();
    }
  }

  #enter(): () => void {
    this.#waits += 1;
    this.#letRun();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#waits -= 1;
      if (this.#waits === 0 && this.#isOnlyForWaits) this.#machine.hold();
    };
  }

  #letRun(): void {
    if (this.#isOpen && (this.#waits > 0 || !this.#isOnlyForWaits)) this.#machine.run();
  }
}
