// What keys do, and what words mean.

import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { COMMAND_GROUPS, type Command } from '../commands/command.ts';
import { isMacKeyboard, keyWords } from '../commands/keys.ts';
import { TERMS, type TermEntry, type TermId } from '../glossary/terms.ts';
import { KEYS_OF_PLACES } from './keys-of-places.ts';

export interface KeysSheetProps {
  readonly commands: () => readonly Command[];
  /** A term that was asked for: it is shown first. */
  readonly term?: TermId | null;
  readonly onClose: () => void;
}

interface KeyRowProps {
  readonly keys: readonly string[];
  readonly text: string;
}

function KeyRow({ keys, text }: KeyRowProps): JSX.Element {
  return (
    <div class="key-row">
      <dt>
        {keys.map((key) => (
          <kbd>{key}</kbd>
        ))}
      </dt>
      <dd>{text}</dd>
    </div>
  );
}

function termsByName(): readonly (readonly [string, TermEntry])[] {
  const entries: [string, TermEntry][] = Object.entries(TERMS);
  return entries.sort(([, one], [, other]) => one.name.localeCompare(other.name));
}

export function KeysSheet({ commands, term = null, onClose }: KeysSheetProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const all = useMemo(commands, [commands]);
  const isMac = useMemo(isMacKeyboard, []);
  const asked = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    dialog.current?.showModal();
    asked.current?.scrollIntoView({ block: 'center' });
    asked.current?.focus({ preventScroll: true });
  }, []);
  const wordsOf = ({ keys = [] }: Command): readonly string[] => [
    ...new Set(keys.map((key) => keyWords(key, isMac))),
  ];
  const groups = COMMAND_GROUPS.map((group) => ({
    group,
    withKeys: all.filter((command) => command.group === group && (command.keys ?? []).length > 0),
  })).filter(({ withKeys }) => withKeys.length > 0);
  return (
    <dialog class="dialog sheet" ref={dialog} aria-labelledby="sheet-title" onClose={onClose}>
      <h2 id="sheet-title">Keys and terms</h2>
      <div
        class="scroll sheet-text"
        tabIndex={0}
        role="group"
        aria-label="Keys and terms, scrollable"
      >
        <div class="sheet-keys">
          {groups.map(({ group, withKeys }) => (
            <section>
              <h3>{group}</h3>
              <dl>
                {withKeys.map((command) => (
                  <KeyRow keys={wordsOf(command)} text={command.title} />
                ))}
              </dl>
            </section>
          ))}
          {KEYS_OF_PLACES.map(({ place, keys }) => (
            <section>
              <h3>{place}</h3>
              <dl>
                {keys.map(([names, text]) => (
                  <KeyRow keys={names} text={text} />
                ))}
              </dl>
            </section>
          ))}
        </div>
        <h3>Terms</h3>
        <dl class="sheet-terms">
          {termsByName().map(([id, { name, text, clause }]) => (
            <div
              ref={id === term ? asked : null}
              tabIndex={id === term ? -1 : undefined}
              data-asked={id === term}
            >
              <dt>{name}</dt>
              <dd>
                {text}
                {clause === undefined ? null : <span class="quiet"> virtio 1.2, {clause}</span>}
              </dd>
            </div>
          ))}
        </dl>
      </div>
      <div class="dialog-actions">
        <button type="button" class="button button-primary" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}
