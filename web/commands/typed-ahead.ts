// Keys that are typed before what they are meant for has been fetched.

/** Nobody types more in that time. */
const MOST_LETTERS = 200;

export class TypedAhead {
  #text = '';
  #stop: (() => void) | null = null;

  /**
   * Keeps what is typed, and keeps it from everything else on the page, until `take` or the returned function is called. Keys
   * with Ctrl, Alt or Meta go their way.
   */
  begin(target: Window, onEscape: () => void): () => void {
    this.take();
    const keep = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key.length === 1) this.#text = (this.#text + event.key).slice(0, MOST_LETTERS);
      else if (event.key === 'Backspace') this.#text = this.#text.slice(0, -1);
      else if (event.key === 'Escape') onEscape();
      else if (event.key !== 'Enter') return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    target.addEventListener('keydown', keep, true);
    this.#stop = () => target.removeEventListener('keydown', keep, true);
    return () => void this.take();
  }

  /** What was typed; from now on keys go where they belong. */
  take(): string {
    this.#stop?.();
    this.#stop = null;
    const text = this.#text;
    this.#text = '';
    return text;
  }
}
