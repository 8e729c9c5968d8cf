// The tabs of panes that share a place.

import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Desk } from './desk.ts';
import type { DeskPane } from './desk-pane.ts';
import { grab } from './dragging.ts';
import type { Rect } from './geometry.ts';
import type { Group } from './layout.ts';
import { rectStyle } from './rect-style.ts';

export interface TabStripProps {
  readonly desk: Desk;
  readonly panes: readonly DeskPane[];
  readonly group: Group;
  readonly rect: Rect;
}

/** Where a key leads to among the tabs; undefined for keys that lead nowhere. */
function tabAfter({ tabs, front }: Group, key: string): string | undefined {
  const at = tabs.indexOf(front);
  if (key === 'ArrowRight') return tabs[(at + 1) % tabs.length];
  if (key === 'ArrowLeft') return tabs.at(at - 1);
  if (key === 'Home') return tabs[0];
  return key === 'End' ? tabs.at(-1) : undefined;
}

/** Scrolls a strip that is too narrow for its tabs to the front one. */
function showTab(strip: HTMLElement | null): void {
  const tab = strip?.querySelector<HTMLElement>('[aria-selected=true]') ?? null;
  if (strip === null || tab === null) return;
  const { offsetLeft, offsetWidth } = tab;
  const most = offsetLeft + offsetWidth - strip.clientWidth;
  strip.scrollLeft = Math.max(most, Math.min(strip.scrollLeft, offsetLeft));
}

export function TabStrip({ desk, panes, group, rect }: TabStripProps): JSX.Element {
  const strip = useRef<HTMLDivElement>(null);
  const wantsFocus = useRef(false);
  const { front } = group;
  useLayoutEffect(() => {
    // With the frame, which lays all out anyway
    requestAnimationFrame(() => showTab(strip.current));
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    strip.current?.querySelector<HTMLElement>('[aria-selected=true]')?.focus();
  }, [front]);
  const titleOf = (id: string): string => panes.find((pane) => pane.id === id)?.title ?? id;
  return (
    <div
      class="tab-strip"
      role="tablist"
      aria-label={`Panes with ${titleOf(front)}`}
      ref={strip}
      style={rectStyle(rect)}
      onKeyDown={(event) => {
        const next = tabAfter(group, event.key);
        if (next === undefined) return;
        event.preventDefault();
        wantsFocus.current = true;
        desk.front(next);
      }}
    >
      {group.tabs.map((id) => {
        const isFront = id === front;
        return (
          <button
            key={id}
            type="button"
            class="tab"
            role="tab"
            id={`${id}-tab`}
            aria-selected={isFront}
            aria-controls={isFront ? id : undefined}
            tabIndex={isFront ? 0 : -1}
            title={panes.find((pane) => pane.id === id)?.about}
            onClick={() => desk.front(id)}
            onPointerDown={(event) => grab(event, desk, id)}
          >
            {titleOf(id)}
          </button>
        );
      })}
    </div>
  );
}
