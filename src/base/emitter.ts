// One-to-many notification with owned subscriptions.

/** Ends a subscription; calling it twice is harmless. */
export type Dispose = () => void;

/** Calls its listeners in the order they subscribed; a listener may dispose itself while being called. */
export class Emitter<T> {
  #listeners: readonly ((value: T) => void)[] = [];

  /** Whether `emit` would call anybody: lets a busy source skip making the value. */
  get hasListeners(): boolean {
    return this.#listeners.length > 0;
  }

  /** Subscribes and returns the function that ends the subscription. */
  on(listener: (value: T) => void): Dispose {
    const entry = (value: T): void => listener(value);
    this.#listeners = [...this.#listeners, entry];
    return () => {
      this.#listeners = this.#listeners.filter((each) => each !== entry);
    };
  }

  emit(value: T): void {
    for (const listener of this.#listeners) listener(value);
  }
}
