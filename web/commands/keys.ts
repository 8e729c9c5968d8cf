// Keys that do what commands do, wherever the page has the focus, but not where a person types.

import { useLayoutEffect } from 'preact/hooks';
import type { Command } from './command.ts';

/** Where single keys are text, or belong to somebody else. */
const TYPED_INTO = 'input, textarea, select, [contenteditable], dialog, .screen';
/** Where keys with Ctrl belong to somebody else, too: the guest's shell has its own. */
const TAKEN = 'dialog, .screen';

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>;

/** A press as commands name it; undefined for what none can have. */
export function keyOf({ key, ctrlKey, metaKey, altKey }: Press): string | undefined {
  if (altKey) return undefined;
  return ctrlKey || metaKey ? `Mod+${key.toLowerCase()}` : key;
}

function isFree(event: KeyboardEvent, key: string): boolean {
  if (event.defaultPrevented || !(event.target instanceof Element)) return !event.defaultPrevented;
  return event.target.closest(key.startsWith('Mod+') ? TAKEN : TYPED_INTO) === null;
}

/** How a key is written on a keyboard. */
export function keyWords(key: string, isMac: boolean): string {
  const [modifier, letter] = key.startsWith('Mod+') ? ['Mod', key.slice(4)] : ['', key];
  if (modifier === '') return letter.length === 1 ? letter.toUpperCase() : letter;
  return `${isMac ? '⌘' : 'Ctrl+'}${letter.toUpperCase()}`;
}

/** Whether the keyboard has Command in the place of Ctrl. */
export function isMacKeyboard(): boolean {
  return /mac|iphone|ipad/i.test(navigator.userAgent);
}

/** Listens to the keys of these commands while the component is there. */
export function useCommandKeys(commands: () => readonly Command[]): void {
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const key = keyOf(event);
      if (key === undefined || !isFree(event, key)) return;
      const command = commands().find(({ keys }) => keys?.includes(key));
      if (command === undefined) return;
      event.preventDefault();
      if ((command.reason ?? null) === null) command.run();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [commands]);
}
