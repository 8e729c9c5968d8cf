// Which view is shown: the address says so; without a word of it the one that was chosen last, and See at first.

import { signal, type ReadonlySignal } from '@preact/signals';
import type { PageView } from '../components/view-switch.tsx';

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
export function viewOf(address: string, kept: PageView | null): PageView {
  const asked = new URL(address).searchParams.get(PARAMETER);
  if (asked === null) return kept ?? 'see';
  return isView(asked) ? asked : 'see';
}

function addressOf(view: PageView): string {
  const url = new URL(location.href);
  url.searchParams.set(PARAMETER, view);
  return url.href;
}

export interface ViewChoice {
  readonly view: ReadonlySignal<PageView>;
  readonly viewAddress: (view: PageView) => string;
  readonly onView: (view: PageView) => void;
}

/** Follows the address from now on. */
export function chooseView(): ViewChoice {
  const view = signal<PageView>(viewOf(location.href, readKept()));
  addEventListener('popstate', () => {
    view.value = viewOf(location.href, readKept());
  });
  return {
    view,
    viewAddress: addressOf,
    onView: (wanted) => {
      keep(wanted);
      if (wanted === view.value) return;
      history.pushState(null, '', addressOf(wanted));
      view.value = wanted;
    },
  };
}
