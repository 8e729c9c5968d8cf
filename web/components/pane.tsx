// The frame of every pane: a title, a few words of what it shows, tools, content.

import { createContext, type ComponentChildren, type JSX } from 'preact';
import { useContext } from 'preact/hooks';

export interface PaneProps {
  /** Also the anchor of the phone's navigation. */
  readonly id: string;
  readonly title: string;
  /** What a newcomer needs to know to read the pane. */
  readonly note: ComponentChildren;
  readonly tools?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** What a pane's head has where panes can be moved. */
export interface PaneHandle {
  readonly menu: ComponentChildren;
  /** Null where it cannot be dragged. */
  readonly onGrab: ((event: PointerEvent) => void) | null;
}

/** Given by who places the panes; null where they have one place. */
export const PaneHandleContext = createContext<PaneHandle | null>(null);

export function Pane({ id, title, note, tools, children }: PaneProps): JSX.Element {
  const handle = useContext(PaneHandleContext);
  const onGrab = handle?.onGrab ?? null;
  return (
    <section class={`pane pane-${id}`} id={id} aria-labelledby={`${id}-title`}>
      <header
        class="pane-head"
        data-grab={onGrab !== null}
        onPointerDown={(event) => onGrab?.(event)}
      >
        <h2 id={`${id}-title`} tabIndex={-1}>
          {title}
        </h2>
        <p class="pane-note">{note}</p>
        {tools === undefined && handle === null ? null : (
          <div class="pane-tools">
            {tools}
            {handle?.menu}
          </div>
        )}
      </header>
      {children}
    </section>
  );
}
