// Puts the filter's editor in the place of the plain field: once it is there, and nobody is in the middle of a letter.

import type { ComponentType, RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Place } from '../../src/trace/filter/filter-problem.ts';
import type { FilterEditorProps } from '../filter-editor/filter-editor.tsx';

interface Editor {
  readonly Component: ComponentType<FilterEditorProps>;
  /** What was selected in the field; null when that had not the focus. */
  readonly begins: Place | null;
}

export interface EditorOrField {
  /** Null as long as the field is to be shown. */
  readonly editor: Editor | null;
  readonly field: RefObject<HTMLInputElement | null>;
  /** Fetches the editor. */
  readonly ask: () => void;
  /** A letter is put together in the field, or is done. */
  readonly onComposition: (isComposing: boolean) => void;
}

/** The editor is fetched when that is asked for, or when there is a text to be shown. */
export function useFilterEditor(
  load: () => Promise<ComponentType<FilterEditorProps>>,
  hasText: boolean,
): EditorOrField {
  const [editor, setEditor] = useState<Editor | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const isAsked = useRef(false);
  const fetched = useRef<ComponentType<FilterEditorProps> | null>(null);
  const isComposing = useRef(false);
  const put = (): void => {
    const Component = fetched.current;
    const input = field.current;
    if (Component === null || input === null || isComposing.current) return;
    const { selectionStart, selectionEnd } = input;
    const selected = { from: selectionStart ?? 0, to: selectionEnd ?? 0 };
    setEditor({ Component, begins: input === document.activeElement ? selected : null });
  };
  const fetchIt = async (): Promise<void> => {
    try {
      fetched.current = await load();
    } catch {
      // The field does it, too; the next who writes asks again
      isAsked.current = false;
    }
    put();
  };
  const ask = (): void => {
    if (isAsked.current) return;
    isAsked.current = true;
    void fetchIt();
  };
  useEffect(() => {
    if (hasText) ask();
  }, [hasText]);
  return {
    editor,
    field,
    ask,
    onComposition: (composing) => {
      isComposing.current = composing;
      put();
    },
  };
}
