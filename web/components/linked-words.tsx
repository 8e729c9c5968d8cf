// Words in which everything that can be selected is a button that selects it.

import type { JSX } from 'preact';
import type { Words } from '../inspector/inspected.ts';
import type { Locator } from '../model/locator.ts';

/** Selects something. */
export type Select = (locator: Locator) => void;

export function LinkedWords({ words, onSelect }: { words: Words; onSelect: Select }): JSX.Element {
  return (
    <>
      {words.map((part) =>
        typeof part === 'string' ? (
          part
        ) : (
          <button type="button" class="thing" onClick={() => onSelect(part.to)}>
            {part.text}
          </button>
        ),
      )}
    </>
  );
}
