// The desk: which panes are open and where, remembered between visits.

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { moveTowards, type Rect } from './geometry.ts';
import { layoutOf, type HomePlan } from './home-layout.ts';
import {
  bringToFront,
  close,
  panesOf,
  place,
  resize,
  type Layout,
  type Side,
  type Target,
} from './layout.ts';
import { openAtHome, printLayout, readLayout, type PaneHome } from './stored-layout.ts';

const STORAGE_KEY = 'viommu.desk';

/** What the desk needs from its surroundings. */
export interface DeskPorts {
  readonly panes: readonly PaneHome[];
  /** The plan of the layout at first, for the room that there is. */
  readonly plan: () => HomePlan;
  /** Null where nothing can be kept. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null;
  /** Shows the view that has the desk. */
  readonly onOpen: () => void;
  /** Puts the focus on a pane's heading as soon as that is there. */
  readonly onFocus: (pane: string) => void;
}

/** A pane on its way; without a place where it cannot be let go of. */
export interface Drag {
  readonly pane: string;
  readonly rect: Rect | null;
}

export class Desk {
  readonly #ports: DeskPorts;
  readonly #layout = signal<Layout>(null);
  readonly #large = signal<string | null>(null);
  readonly #drag = signal<Drag | null>(null);
  /** Panes that are open, in the order in which they are read. */
  readonly open: ReadonlySignal<readonly string[]> = computed(() => panesOf(this.#layout.value));

  constructor(ports: DeskPorts) {
    this.#ports = ports;
    this.#layout.value = this.#read();
  }

  get layout(): ReadonlySignal<Layout> {
    return this.#layout;
  }

  /** The pane that has all the room for itself; null for none. */
  get large(): ReadonlySignal<string | null> {
    return this.#large;
  }

  get drag(): ReadonlySignal<Drag | null> {
    return this.#drag;
  }

  /** Brings a pane to the front wherever it is, opens it if it is closed, and puts the focus on it. Unknown panes are left. */
  show(pane: string): void {
    const known = this.#ports.panes.find(({ id }) => id === pane);
    if (known === undefined) return;
    const layout = this.#layout.peek();
    this.#set(
      this.open.peek().includes(pane)
        ? bringToFront(layout, pane)
        : openAtHome(layout, known, this.#ports.panes),
    );
    if (this.#large.peek() !== pane) this.#large.value = null;
    this.#ports.onOpen();
    this.#ports.onFocus(pane);
  }

  /** Brings a pane to the front of its tabs. */
  front(pane: string): void {
    this.#set(bringToFront(this.#layout.peek(), pane));
  }

  /** Closes a pane; one that has to be there for its contents is only hidden. */
  close(pane: string): void {
    this.#set(close(this.#layout.peek(), pane));
    if (this.#large.peek() === pane) this.#large.value = null;
  }

  put(pane: string, target: Target): void {
    this.#large.value = null;
    this.#set(place(this.#layout.peek(), pane, target));
    this.#ports.onFocus(pane);
  }

  /** Whether a pane can be moved to that side. */
  canMove(pane: string, side: Side): boolean {
    const layout = this.#layout.peek();
    return this.#large.peek() === null && moveTowards(layout, pane, side) !== layout;
  }

  move(pane: string, side: Side): void {
    this.#set(moveTowards(this.#layout.peek(), pane, side));
    this.#ports.onFocus(pane);
  }

  /** Moves a border by some parts of its row or column. */
  resize(path: readonly number[], index: number, by: number): void {
    this.#set(resize(this.#layout.peek(), path, index, by));
  }

  /** Gives all the room to a pane, or takes it back. */
  enlarge(pane: string | null): void {
    const shown = pane ?? this.#large.peek();
    this.#large.value = pane;
    if (shown !== null) this.#ports.onFocus(shown);
  }

  setDrag(drag: Drag | null): void {
    this.#drag.value = drag;
  }

  /** All panes as they were at first. */
  reset(): void {
    this.#large.value = null;
    try {
      this.#ports.storage?.removeItem(STORAGE_KEY);
    } catch {
      // Nothing was kept, then.
    }
    this.#layout.value = this.#home();
  }

  #home(): Layout {
    return layoutOf(this.#ports.plan(), this.#ports.panes);
  }

  #read(): Layout {
    try {
      const text = this.#ports.storage?.getItem(STORAGE_KEY) ?? null;
      const kept = text === null ? undefined : readLayout(text, this.#ports.panes);
      return kept === undefined ? this.#home() : kept;
    } catch {
      return this.#home();
    }
  }

  #set(layout: Layout): void {
    if (layout === this.#layout.peek()) return;
    this.#layout.value = layout;
    try {
      this.#ports.storage?.setItem(STORAGE_KEY, printLayout(layout, this.#ports.panes));
    } catch {
      // Storage may be forbidden or full; then the layout lasts as long as the page.
    }
  }
}
