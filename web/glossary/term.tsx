// A word with its meaning: shown by pointing at it, by focusing it, by a tap.

import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { TERMS, type TermEntry, type TermId } from './terms.ts';

/** Passing over a word with the pointer is no question. */
const WAIT_MS = 250;

export interface TermProps {
  readonly of: TermId;
  /** The word as it is used here; the term's name if left out. */
  readonly children?: ComponentChildren;
}

function Meaning({
  id,
  entry,
  word,
}: {
  id: string;
  entry: TermEntry;
  word: HTMLElement;
}): JSX.Element {
  const note = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const element = note.current;
    if (element === null) return undefined;
    element.showPopover();
    let stop: (() => void) | null = null;
    let isGone = false;
    const follow = async (): Promise<void> => {
      const { placeBeside } = await import('./place-beside.ts');
      if (!isGone) stop = placeBeside(element, word);
    };
    // Where that cannot be fetched the note stands in the middle of the page
    follow().catch(() => undefined);
    return () => {
      isGone = true;
      stop?.();
    };
  }, [word]);
  return (
    <span class="meaning" role="tooltip" id={id} popover="manual" ref={note}>
      <b>{entry.name}.</b> {entry.text}
      {entry.clause === undefined ? null : <i> virtio 1.2, {entry.clause}</i>}
    </span>
  );
}

export function Term({ of, children }: TermProps): JSX.Element {
  const entry: TermEntry = TERMS[of];
  const id = useId();
  const word = useRef<HTMLButtonElement>(null);
  const [isShown, setShown] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const showSoon = (): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setShown(true), WAIT_MS);
  };
  const hide = (): void => {
    clearTimeout(timer.current);
    setShown(false);
  };
  return (
    <>
      <button
        type="button"
        class="term"
        ref={word}
        aria-describedby={isShown ? id : undefined}
        onPointerEnter={({ pointerType }) => {
          if (pointerType === 'mouse') showSoon();
        }}
        onPointerLeave={({ pointerType }) => {
          if (pointerType === 'mouse') hide();
        }}
        onFocus={() => setShown(true)}
        onBlur={hide}
        onClick={(event) => {
          // What it stands in has a click of its own
          event.stopPropagation();
          setShown(true);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || !isShown) return;
          event.stopPropagation();
          hide();
        }}
      >
        {children ?? entry.name}
      </button>
      {isShown && word.current !== null ? (
        <Meaning id={id} entry={entry} word={word.current} />
      ) : null}
    </>
  );
}
