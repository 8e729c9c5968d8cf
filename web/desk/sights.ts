// Which panes are in sight, where they stand one below another and the page scrolls. What is seen is right with the next frame. A
// pane that is out of sight follows a little later, by turns with the others, so that nobody waits for what he does not see; it is
// right before it is scrolled to. When very much is new at once, those in sight follow by turns, too, a task for each.

import { computed, Signal, signal, type ReadonlySignal } from '@preact/signals';
import { nextTask } from '../next-task.ts';

/** Between two panes that follow, in milliseconds: so none is late by more than a second and a half. */
const TURN_MS = 125;
/** A pane is in sight before it is: by a part of the window's height. */
const AHEAD = '50% 0px';

/** A pane's, which it is told by an observer, and by the focus. */
export class PaneSight {
  readonly #isSeen = signal(true);
  readonly #isHeld = signal(false);
  readonly #turn = signal(0);
  readonly #onHidden: () => void;

  /** `onHidden` is called when it goes out of sight: turns are needed from then on. */
  constructor(onHidden: () => void) {
    this.#onHidden = onHidden;
  }

  get isSeen(): boolean {
    return this.#isSeen.peek();
  }

  /** Has it stand still, in sight or not, until it is let go on. */
  hold(isHeld: boolean): void {
    this.#isHeld.value = isHeld;
  }

  /** What has changed is shown, out of sight or not. */
  takeTurn(): void {
    this.#turn.value += 1;
  }

  /** Follows an element of the page until what it returns is called; then it is in sight again. */
  watch(element: HTMLElement): () => void {
    let isNear = true;
    const look = (): void => this.#see(isNear || element.contains(document.activeElement));
    const observer = new IntersectionObserver(
      (entries) => {
        isNear = entries.at(-1)?.isIntersecting ?? true;
        look();
      },
      { rootMargin: AHEAD },
    );
    observer.observe(element);
    element.addEventListener('focusin', look);
    element.addEventListener('focusout', look);
    return () => {
      observer.disconnect();
      element.removeEventListener('focusin', look);
      element.removeEventListener('focusout', look);
      this.#see(true);
    };
  }

  /** The same groups of properties, whose signals stand still between two turns while the pane is out of sight. */
  propsOf<Groups extends object>(groups: Groups): Groups {
    return exchanged(groups, (group) =>
      isPlain(group)
        ? exchanged(group, (value) => (value instanceof Signal ? this.#follow(value) : value))
        : group,
    );
  }

  #follow(source: ReadonlySignal<unknown>): ReadonlySignal<unknown> {
    return computed(() => {
      if (this.#isSeen.value && !this.#isHeld.value) return source.value;
      void this.#turn.value;
      return source.peek();
    });
  }

  #see(isSeen: boolean): void {
    if (this.#isSeen.peek() === isSeen) return;
    this.#isSeen.value = isSeen;
    if (!isSeen) this.#onHidden();
  }
}

/** Those of all panes. */
export class Sights {
  readonly #panes = new Map<string, PaneSight>();
  #isWaiting = false;
  #turns = 0;

  of(pane: string): PaneSight {
    const known = this.#panes.get(pane);
    if (known !== undefined) return known;
    const sight = new PaneSight(() => this.#wait());
    this.#panes.set(pane, sight);
    return sight;
  }

  /**
   * Very much is new until `news` resolves: no pane follows before that, and then one after the other, a task for each, those in
   * `first` before the others.
   */
  async spread(news: Promise<void>, first: readonly string[] = []): Promise<void> {
    const sights = [...new Set([...first.map((pane) => this.of(pane)), ...this.#panes.values()])];
    for (const sight of sights) sight.hold(true);
    await news;
    for (const sight of sights) {
      await nextTask();
      sight.hold(false);
    }
  }

  /** Gives turns as long as a pane is out of sight. */
  #wait(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    setTimeout(() => {
      this.#isWaiting = false;
      const hidden = [...this.#panes.values()].filter(({ isSeen }) => !isSeen);
      if (hidden.length === 0) return;
      this.#turns += 1;
      hidden[this.#turns % hidden.length]?.takeTurn();
      this.#wait();
    }, TURN_MS);
  }
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Signal);
}

/** An object with other values in the place of its own, each made once. */
function exchanged<Type extends object>(object: Type, change: (value: unknown) => unknown): Type {
  const changed = new Map<unknown, unknown>();
  return new Proxy(object, {
    get: (target, name): unknown => {
      const value: unknown = Reflect.get(target, name);
      if (!changed.has(value)) changed.set(value, change(value));
      return changed.get(value);
    },
  });
}
