// One change at a time.

/** Lets one asynchronous change end before the next begins, whether it succeeds or not. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Makes the change when all before it have ended; settles as it does. */
  async take<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(change);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
