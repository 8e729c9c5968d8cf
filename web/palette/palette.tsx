// Everything the page can do and lead to, found by a few letters.

import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Command } from '../commands/command.ts';
import { isMacKeyboard, keyWords } from '../commands/keys.ts';
import { PLACES_HELP, readPlace, WANTED, type Place, type Wanted } from './go-to.ts';
import { search } from './search.ts';

export interface PaletteProps {
  /** Asked once, when it is opened. */
  readonly commands: () => readonly Command[];
  /** What leads to a place that is named. */
  readonly goTo: (place: Place) => readonly Command[];
  /** What has been typed already; asked once. */
  readonly typed?: () => string;
  readonly onClose: () => void;
}

interface OptionProps {
  readonly command: Command;
  readonly id: string;
  readonly isActive: boolean;
  readonly isMac: boolean;
  readonly onPoint: () => void;
  readonly onChoose: () => void;
}

function Option(props: OptionProps): JSX.Element {
  const { command, id, isActive, isMac, onPoint, onChoose } = props;
  const { title, hint, group, keys = [] } = command;
  const reason = command.reason ?? null;
  return (
    <li
      class="palette-option"
      role="option"
      id={id}
      aria-selected={isActive}
      aria-disabled={reason !== null}
      onPointerMove={onPoint}
      onClick={onChoose}
    >
      <span class="palette-title">{title}</span>
      <span class="palette-hint">{reason ?? hint}</span>
      <span class="palette-side">
        {keys.slice(0, 1).map((key) => (
          <kbd>{keyWords(key, isMac)}</kbd>
        ))}
        {group}
      </span>
    </li>
  );
}

/** Where a key leads to in the list; undefined for keys that lead nowhere. */
function stepOf(key: string, at: number, count: number): number | undefined {
  if (key === 'ArrowDown') return (at + 1) % count;
  if (key === 'ArrowUp') return (at + count - 1) % count;
  if (key === 'PageDown') return Math.min(count - 1, at + 8);
  return key === 'PageUp' ? Math.max(0, at - 8) : undefined;
}

const KINDS: readonly Wanted[] = ['event', 'time', 'iova', 'gpa'];

/** What asks for the name of a place. */
function askers(onWant: (wanted: Wanted) => void): readonly Command[] {
  return KINDS.map((wanted) => ({
    id: `ask ${wanted}`,
    title: WANTED[wanted].title,
    group: 'Go to',
    hint: WANTED[wanted].hint,
    run: () => onWant(wanted),
  }));
}

/** What is said below the list. */
function footWords(text: string, wanted: Wanted | null, isNothing: boolean): string {
  if (wanted !== null) return `${WANTED[wanted].help} Backspace goes back to all commands.`;
  return isNothing ? `Nothing is called “${text.trim()}”. ${PLACES_HELP}` : PLACES_HELP;
}

export function Palette({ commands, goTo, typed, onClose }: PaletteProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(() => typed?.() ?? '');
  const [active, setActive] = useState(0);
  /** A kind of place, of which one is to be named. */
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const want = (next: Wanted | null): void => {
    setWanted(next);
    setText('');
    setActive(0);
  };
  const all = useMemo(() => [...askers(want), ...commands()], [commands]);
  const isMac = useMemo(isMacKeyboard, []);
  const shown = useMemo(() => {
    const place = readPlace(text, wanted);
    const named = place === null ? [] : goTo(place);
    return wanted === null ? [...named, ...search(all, text)] : named;
  }, [all, goTo, text, wanted]);

  useLayoutEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active, shown]);

  const choose = (command: Command | undefined): void => {
    if (command === undefined || (command.reason ?? null) !== null) return;
    if (command.id.startsWith('ask ')) {
      command.run();
      field.current?.focus();
      return;
    }
    // The focus is back where it was before the command moves it
    dialog.current?.close();
    command.run();
  };
  const optionId = (at: number): string => `palette-option-${at}`;
  return (
    <dialog
      class="dialog palette"
      ref={dialog}
      aria-label="Commands"
      onClose={onClose}
      onClick={(event) => {
        if (event.target === event.currentTarget) dialog.current?.close();
      }}
    >
      <input
        ref={field}
        class="field palette-field"
        type="text"
        role="combobox"
        aria-expanded={shown.length > 0}
        aria-controls="palette-list"
        aria-autocomplete="list"
        aria-activedescendant={shown.length > 0 ? optionId(active) : undefined}
        aria-label={wanted === null ? 'Search commands, devices and places' : WANTED[wanted].title}
        aria-describedby="palette-foot"
        placeholder={
          wanted === null ? 'A command, a device, #1234, 2.5s, 0xfff00000' : WANTED[wanted].help
        }
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          setActive(0);
        }}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          if (event.key === 'Backspace' && text === '') want(null);
          if (event.key === 'Enter') {
            // It would press the button that the focus goes back to
            event.preventDefault();
            choose(shown[active]);
            return;
          }
          const next = shown.length === 0 ? undefined : stepOf(event.key, active, shown.length);
          if (next === undefined) return;
          event.preventDefault();
          setActive(next);
        }}
      />
      <ul
        class="scroll palette-list"
        role="listbox"
        id="palette-list"
        aria-label="Found"
        ref={list}
      >
        {shown.map((command, at) => (
          <Option
            key={command.id}
            command={command}
            id={optionId(at)}
            isActive={at === active}
            isMac={isMac}
            onPoint={() => setActive(at)}
            onChoose={() => choose(command)}
          />
        ))}
      </ul>
      <p class="palette-foot" id="palette-foot" role="status">
        {footWords(text, wanted, shown.length === 0)}
      </p>
    </dialog>
  );
}
