// See or Inspect: links, so that each view has an address of its own.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';

export type PageView = 'see' | 'inspect';

const LABELS: readonly (readonly [PageView, string])[] = [
  ['see', 'See'],
  ['inspect', 'Inspect'],
];

export interface ViewSwitchProps {
  readonly view: ReadonlySignal<PageView>;
  /** The address of a view. */
  readonly viewAddress: (view: PageView) => string;
  readonly onView: (view: PageView) => void;
}

export function ViewSwitch({ view, viewAddress, onView }: ViewSwitchProps): JSX.Element {
  return (
    <nav class="view-switch" aria-label="View">
      {LABELS.map(([name, label]) => (
        <a
          href={viewAddress(name)}
          aria-current={view.value === name ? 'page' : undefined}
          onClick={(event) => {
            // With a modifier key the browser opens the address elsewhere
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            onView(name);
          }}
        >
          {label}
        </a>
      ))}
    </nav>
  );
}
