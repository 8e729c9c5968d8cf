// A worker's calls that come to an end with it: those that it has not answered when it is terminated would stay open for ever, and
// whoever waits for one before asking the next would never ask again.

type Call = (...asked: readonly unknown[]) => unknown;

export class EndingCalls {
  readonly #open = new Set<(error: Error) => void>();
  #isOver = false;

  /** The same calls; each rejects when `end` comes before its answer. */
  of<Api extends object>(api: Api): Api {
    return new Proxy(api, {
      get: (topics, name) => {
        // It is no promise, whatever a worker's end says when it is asked
        if (name === 'then') return undefined;
        const topic: unknown = Reflect.get(topics, name);
        return isObject(topic) ? this.#topic(topic) : topic;
      },
    });
  }

  /** Ends all that are open, and those that are still to be made. */
  end(): void {
    this.#isOver = true;
    for (const reject of this.#open) reject(over());
    this.#open.clear();
  }

  #topic(topic: object): object {
    return new Proxy(topic, {
      get: (calls, name) => {
        const call: unknown = Reflect.get(calls, name);
        if (!isCall(call)) return call;
        return (...asked: readonly unknown[]) =>
          this.#ending(() => Promise.resolve(Reflect.apply(call, calls, asked)));
      },
    });
  }

  #ending(make: () => Promise<unknown>): Promise<unknown> {
    if (this.#isOver) return Promise.reject(over());
    return new Promise((resolve, reject) => {
      this.#open.add(reject);
      make()
        .then(resolve, reject)
        .finally(() => this.#open.delete(reject));
    });
  }
}

function over(): Error {
  return new Error('The PC was started afresh before it had answered.');
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function isCall(value: unknown): value is Call {
  return typeof value === 'function';
}
