// A button that opens a menu: by click, touch and keyboard, above everything else.

import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface MenuItem {
  readonly label: string;
  /** Why it cannot be done now; it is shown all the same. */
  readonly reason?: string | null;
  /** What stands above it is a group of its own. */
  readonly isFirstOfGroup?: boolean;
  readonly run: () => void;
}

export interface MenuButtonProps {
  /** Its name, for those who do not see it. */
  readonly label: string;
  readonly title?: string;
  readonly class?: string;
  readonly children: ComponentChildren;
  /** Asked each time it is opened. */
  readonly items: () => readonly MenuItem[];
}

const MARGIN_PX = 4;

/** Below the button, with the right ends in line, and inside the window. */
function put(menu: HTMLElement, button: HTMLElement): void {
  const { right, bottom, top } = button.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = menu;
  const below = bottom + MARGIN_PX;
  const fits = below + offsetHeight <= innerHeight - MARGIN_PX;
  const y = fits ? below : Math.max(MARGIN_PX, top - MARGIN_PX - offsetHeight);
  const x = Math.min(right - offsetWidth, innerWidth - offsetWidth - MARGIN_PX);
  menu.style.left = `${Math.max(MARGIN_PX, x)}px`;
  menu.style.top = `${y}px`;
}

function itemsIn(menu: HTMLElement): readonly HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role=menuitem]')];
}

/** Where a key leads to from an item; undefined for keys that lead nowhere. */
function stepOf(key: string, at: number, count: number): number | undefined {
  if (key === 'ArrowDown') return (at + 1) % count;
  if (key === 'ArrowUp') return (at + count - 1) % count;
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : undefined;
}

interface MenuProps {
  readonly label: string;
  readonly button: HTMLElement;
  readonly items: readonly MenuItem[];
  /** Closes it; `focus`: on the button again. */
  readonly onClose: (focus: boolean) => void;
}

function Menu({ label, button, items, onClose }: MenuProps): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const menu = element.current;
    if (menu === null) return;
    menu.showPopover();
    put(menu, button);
    itemsIn(menu)[0]?.focus();
  }, [button]);
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const onDown = ({ target }: PointerEvent): void => {
      if (!(target instanceof Node)) return;
      if (element.current?.contains(target) !== true && !button.contains(target)) onClose(false);
    };
    addEventListener('pointerdown', onDown, { signal });
    addEventListener('resize', () => onClose(false), { signal });
    return () => stop.abort();
  }, [button, onClose]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const menu = element.current;
    if (menu === null) return;
    // Keys of the page wait until it is closed
    event.stopPropagation();
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      onClose(true);
      return;
    }
    const all = itemsIn(menu);
    const at = all.findIndex((item) => item === document.activeElement);
    const letter = event.key.length === 1 ? event.key.toLowerCase() : null;
    const next =
      letter === null || letter === ' '
        ? all[stepOf(event.key, at, all.length) ?? -1]
        : [...all.slice(at + 1), ...all].find((item) =>
            item.textContent.trim().toLowerCase().startsWith(letter),
          );
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  };
  return (
    <div
      class="menu"
      role="menu"
      aria-label={label}
      popover="manual"
      ref={element}
      onKeyDown={onKeyDown}
    >
      {items.map((item) => {
        const reason = item.reason ?? null;
        return (
          <button
            type="button"
            class="menu-item"
            role="menuitem"
            aria-disabled={reason !== null}
            data-first={item.isFirstOfGroup}
            title={reason ?? ''}
            tabIndex={-1}
            onClick={() => {
              if (reason !== null) return;
              onClose(true);
              item.run();
            }}
          >
            {item.label}
          </button>
        );
      })}
    </div>
  );
}

export function MenuButton(props: MenuButtonProps): JSX.Element {
  const { label, title, children, items } = props;
  const button = useRef<HTMLButtonElement>(null);
  const [shown, setShown] = useState<readonly MenuItem[] | null>(null);
  return (
    <>
      <button
        type="button"
        class={props.class ?? 'button'}
        ref={button}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={shown !== null}
        title={title ?? label}
        onClick={() => setShown(shown === null ? items() : null)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          setShown(items());
        }}
      >
        {children}
      </button>
      {shown === null || button.current === null ? null : (
        <Menu
          label={label}
          button={button.current}
          items={shown}
          onClose={(focus) => {
            setShown(null);
            if (focus) button.current?.focus();
          }}
        />
      )}
    </>
  );
}
