// The frame of every pane: a title, a few words of what it shows, tools, content.

import type { ComponentChildren, JSX } from 'preact';

export interface PaneProps {
  /** Also the anchor of the phone's navigation. */
  readonly id: string;
  readonly title: string;
  /** What a newcomer needs to know to read the pane. */
  readonly note: ComponentChildren;
  readonly tools?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Pane({ id, title, note, tools, children }: PaneProps): JSX.Element {
  return (
    <section class={`pane pane-${id}`} id={id} aria-labelledby={`${id}-title`}>
      <header class="pane-head">
        <h2 id={`${id}-title`} tabIndex={-1}>
          {title}
        </h2>
        <p class="pane-note">{note}</p>
        {tools === undefined ? null : <div class="pane-tools">{tools}</div>}
      </header>
      {children}
    </section>
  );
}
