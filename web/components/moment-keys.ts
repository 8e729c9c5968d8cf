// Keys that move through time wherever the page has the focus, but not where a person types.

import { useLayoutEffect } from 'preact/hooks';

/** What a key does, by its name. */
export type MomentKeys = Readonly<Record<string, () => void>>;

/** Where keys are text, or belong to somebody else. */
const TYPED_INTO = 'input, textarea, select, [contenteditable], dialog, .screen';

function isFree(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
  return !(event.target instanceof Element && event.target.closest(TYPED_INTO) !== null);
}

/** Listens to these keys while the component is there. */
export function useMomentKeys(keys: MomentKeys): void {
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const act = isFree(event) ? keys[event.key] : undefined;
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [keys]);
}
