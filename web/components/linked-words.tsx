// Words in which everything that can be selected is a button that selects it.

import type { JSX } from 'preact';
import type { Words } from '../inspector/inspected.ts';
import type { Locator } from '../model/locator.ts';

/** Selects something. */
export type Select = (locator: Locator) => void;

export function LinkedWords({ words, onSelect }: { words: Words; onSelect: Select }): JSX.Element {
  return (
    <>
      {words.map((part) => {
        if (typeof part === 'string') return part;
        if ('later' in part) {
          return (
            <span class="later">
              <LinkedWords words={part.later} onSelect={onSelect} />
            </span>
          );
        }
        return (
          <button type="button" class="thing" onClick={() => onSelect(part.to)}>
            {part.text}
          </button>
        );
      })}
    </>
  );
}
