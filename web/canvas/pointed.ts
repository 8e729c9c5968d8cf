// What lies under the pointer, or at the keyboard's mark: asked again with each frame, since zooming, time and news change what is
// there while the pointer rests.

/** In CSS pixels of the canvas. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

export class Pointed<Part> {
  readonly #keyOf: (part: Part) => string | number;
  readonly #onPoint: (part: Part | null) => void;
  #part: Part | null = null;
  /** Null when the pointer is elsewhere. */
  place: Place | null = null;

  /** `keyOf`: the same for parts of which the same is said. `onPoint` is told of another one; null where there is none. */
  constructor(keyOf: (part: Part) => string | number, onPoint: (part: Part | null) => void) {
    this.#keyOf = keyOf;
    this.#onPoint = onPoint;
  }

  /** After something was drawn. */
  tell(part: Part | null): void {
    const before = this.#part;
    const isSame = part === null || before === null ? part === before : this.#keyOf(part) === this.#keyOf(before); // oxfmt-ignore
    if (isSame) return;
    this.#part = part;
    this.#onPoint(part);
  }
}
