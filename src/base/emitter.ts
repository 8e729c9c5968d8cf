// One-to-many notification with owned subscriptions.

/** Ends a subscription; calling it twice is harmless. */
export type Dispose = () => void;

/** Calls its listeners in the order they subscribed; a listener may dispose itself while being called. */
export class Emitter<T> {
  // The same listener may come twice, and goes as often
  #entries: readonly { readonly listener: (value: T) => void }[] = [];

  /** Whether `emit` would call anybody: lets a busy source skip making the value. */
  get hasListeners(): boolean {
    return this.#entries.length > 0;
  }

  /** Subscribes and returns the function that ends the subscription. */
  on(listener: (value: T) => void): Dispose {
    const entry = { listener };
    this.#entries = [...this.#entries, entry];
    return () => {
      this.#entries = this.#entries.filter((each) => each !== entry);
    };
  }

  emit(value: T): void {
    for (const { listener } of this.#entries) listener(value);
  }
}
