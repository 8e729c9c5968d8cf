// What opens over the page, and is fetched when it is opened first: the palette, and the sheet of keys and terms.

import { signal } from '@preact/signals';
import type { ComponentType, JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { HelpIcon, SearchIcon } from '../components/icons.tsx';
import { Unreachable } from '../components/unreachable.tsx';
import type { Command } from '../commands/command.ts';
import { isMacKeyboard, keyWords, useCommandKeys } from '../commands/keys.ts';
import { TypedAhead } from '../commands/typed-ahead.ts';
import type { TermId } from '../glossary/terms.ts';
import type { KeysSheetProps } from '../help/keys-sheet.tsx';
import type { PaletteProps } from '../palette/palette.tsx';
import type { PaneProps } from './pane-props.ts';
import { filterCommands } from './filter-commands.ts';
import { machineCommands } from './machine-commands.ts';
import { goToCommands, thingCommands, type PlacePorts } from './place-commands.ts';
import { termCommands } from './term-commands.ts';
import { timeCommands, viewCommands } from './view-commands.ts';

type Overlay = 'palette' | 'keys' | 'unreachable';

const LOADERS = {
  palette: async () => (await import('../palette/palette.tsx')).Palette,
  keys: async () => (await import('../help/keys-sheet.tsx')).KeysSheet,
} as const;

export interface OverlayPorts extends PlacePorts {
  readonly panes: PaneProps;
  /** Tells the first half minute again. */
  readonly onTell: () => void;
  /** Fetches what opens. */
  readonly loaders?: typeof LOADERS;
}

/** What is open, and what opens it. */
export function makeOverlays(ports: OverlayPorts) {
  const { session, choice, desk, panes, onTell } = ports;
  const open = signal<Overlay | null>(null);
  const term = signal<TermId | null>(null);
  const story: Command = {
    id: 'story',
    title: 'Tell me the story',
    group: 'Help',
    hint: 'What an IOMMU does, in half a minute',
    run: () => {
      choice.onView('see');
      onTell();
    },
  };
  const help: readonly Command[] = [
    {
      id: 'palette',
      title: 'Find a command',
      group: 'Help',
      keys: ['Mod+k'],
      run: () => {
        open.value = 'palette';
      },
    },
    {
      id: 'keys',
      title: 'Keys and terms',
      group: 'Help',
      hint: 'What keys do, and what words mean',
      keys: ['?'],
      run: () => {
        term.value = null;
        open.value = 'keys';
      },
    },
  ];
  /** All that has its title and its keys whatever there is. */
  const fixed = (): readonly Command[] => [
    ...machineCommands(panes, session),
    ...timeCommands(session),
    ...viewCommands(choice, desk),
    // A trace has no machine to tell it with
    ...(panes.topBar.status.value === 'trace' ? [] : [story]),
    ...help,
  ];
  const onTerm = (id: TermId): void => {
    term.value = id;
    open.value = 'keys';
  };
  return {
    open,
    term,
    loaders: ports.loaders ?? LOADERS,
    fixed,
    all: () => [
      ...fixed(),
      ...thingCommands(ports),
      ...filterCommands(ports),
      ...termCommands(onTerm),
    ],
    goTo: (place: Parameters<PaletteProps['goTo']>[0]) => goToCommands(ports, place),
  };
}

export type Overlays = ReturnType<typeof makeOverlays>;

interface LazyProps<Props extends object> {
  readonly load: () => Promise<ComponentType<Props>>;
  readonly props: Props;
  /** It could not be fetched. */
  readonly onFail: () => void;
}

function Lazy<Props extends object>({ load, props, onFail }: LazyProps<Props>): JSX.Element | null {
  const [Component, setComponent] = useState<ComponentType<Props> | null>(null);
  useEffect(() => {
    load().then((component) => setComponent(() => component), onFail);
  }, [load, onFail]);
  return Component === null ? null : <Component {...props} />;
}

/** What is open; and the keys of all commands. */
export function OverlayView({ overlays }: { readonly overlays: Overlays }): JSX.Element | null {
  const { open, term, loaders, fixed, all, goTo } = overlays;
  useCommandKeys(fixed);
  const [closePalette, closeKeys, closeNotice] = useMemo(() => {
    // A dialog tells that it is closed when what it led to may be open already
    const close = (what: Overlay) => (): void => {
      if (open.peek() === what) open.value = null;
    };
    return [close('palette'), close('keys'), close('unreachable')];
  }, [open]);
  const onFail = useMemo(
    () => () => {
      open.value = 'unreachable';
    },
    [open],
  );
  // Letters come faster than the palette, when it is opened first
  const ahead = useMemo(() => new TypedAhead(), []);
  const isPalette = open.value === 'palette';
  useLayoutEffect(
    () => (isPalette ? ahead.begin(window, closePalette) : undefined),
    [isPalette, ahead, closePalette],
  );
  const palette: PaletteProps = {
    commands: all,
    goTo,
    typed: () => ahead.take(),
    onClose: closePalette,
  };
  const keys: KeysSheetProps = { commands: fixed, term: term.value, onClose: closeKeys };
  if (isPalette)
    return <Lazy key="palette" load={loaders.palette} props={palette} onFail={onFail} />;
  if (open.value === 'keys')
    return <Lazy key="keys" load={loaders.keys} props={keys} onFail={onFail} />;
  if (open.value === 'unreachable') return <Unreachable again="try it" onClose={closeNotice} />;
  return null;
}

/** The same for those who have no keyboard. */
export function OverlayButtons({ overlays }: { readonly overlays: Overlays }): JSX.Element {
  const { open } = overlays;
  const key = keyWords('Mod+k', isMacKeyboard());
  return (
    <>
      <button
        type="button"
        class="button button-icon"
        aria-label="Find a command"
        aria-haspopup="dialog"
        title={`Find a command, a device, an event, an address (${key})`}
        onClick={() => {
          open.value = 'palette';
        }}
      >
        <SearchIcon />
      </button>
      <button
        type="button"
        class="button button-icon"
        aria-label="Keys and terms"
        aria-haspopup="dialog"
        title="What keys do, and what words mean (?)"
        onClick={() => {
          open.value = 'keys';
        }}
      >
        <HelpIcon />
      </button>
    </>
  );
}
