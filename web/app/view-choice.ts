// Which view is shown: the address says so; without a word of it the one that was chosen last, and See at first.

import { signal, type ReadonlySignal } from '@preact/signals';
import { Emitter } from '../../src/base/emitter.ts';
import type { PageView } from '../components/view-switch.tsx';
import type { Move } from '../session/address/move.ts';
import type { PageAddress } from '../session/address/page-address.ts';

const STORAGE_KEY = 'viommu.view';
const PARAMETER = 'view';

function isView(value: string | null): value is PageView {
  return value === 'see' || value === 'inspect';
}

/** Storage may be forbidden; then the choice lasts as long as the page. */
function readKept(): PageView | null {
  try {
    const value = localStorage.getItem(STORAGE_KEY);
    return isView(value) ? value : null;
  } catch {
    return null;
  }
}

function keep(view: PageView): void {
  try {
    localStorage.setItem(STORAGE_KEY, view);
  } catch {
    // Nothing to do: see readKept.
  }
}

/** What an address asks for; a view that there is not is See. */
export function viewOf(asked: string | null, kept: PageView | null): PageView {
  if (asked === null) return kept ?? 'see';
  return isView(asked) ? asked : 'see';
}

export interface ViewChoice {
  readonly view: ReadonlySignal<PageView>;
  readonly viewAddress: (view: PageView) => string;
  readonly onView: (view: PageView) => void;
}

/** Follows the address from now on. */
export function chooseView(address: PageAddress): ViewChoice {
  const view = signal<PageView>('see');
  const moved = new Emitter<Move>();
  let isNamed = false;
  address.add({
    name: PARAMETER,
    text: () => (isNamed ? view.peek() : null),
    show: (text) => {
      isNamed = text !== null;
      view.value = viewOf(text, readKept());
    },
    moved,
  });
  return {
    view,
    viewAddress: (wanted) => address.link({ [PARAMETER]: wanted }),
    onView: (wanted) => {
      keep(wanted);
      if (wanted === view.value) return;
      isNamed = true;
      view.value = wanted;
      moved.emit('push');
    },
  };
}
