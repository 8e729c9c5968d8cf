// The filter's editor: one line of CodeMirror that knows the language. Fetched when a filter is written or shown.

import { closeCompletion, startCompletion } from '@codemirror/autocomplete';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, placeholder, tooltips } from '@codemirror/view';
import type { JSX, RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Place } from '../../src/trace/filter/filter-problem.ts';
import { completing, type Completing } from './completing.ts';
import { editorKeys } from './editor-keys.ts';
import { editorLook } from './editor-look.ts';
import { highlighting } from './highlighting.ts';
import { inOneLine, oneLine } from './one-line.ts';
import { setWrong, wrongPlaces } from './wrong-place.ts';

export interface FilterEditorProps extends Completing {
  readonly text: string;
  /** What is wrong in it, to be underlined; null where nothing is. */
  readonly wrong: Place | null;
  /** IDs of the elements that say more about it. */
  readonly describedBy: string;
  readonly placeholder: string;
  /** Characters that are selected when it takes the place of another field that has the focus; null when that had not. */
  readonly begins: Place | null;
  readonly onText: (text: string) => void;
  /** The text is to be applied as it is. */
  readonly onApply: () => void;
  readonly onClear: () => void;
}

/** What its element says of itself; asked again at each change. */
function attributes({ current }: RefObject<FilterEditorProps>): Record<string, string> {
  return {
    'aria-label': 'Filter',
    'aria-multiline': 'false',
    'aria-describedby': current?.describedBy ?? '',
    'aria-invalid': String(current?.wrong !== null),
    autocapitalize: 'off',
    enterkeyhint: 'search',
  };
}

/** Pixels that the list leaves free at the edges of the window. */
const MARGIN = 8;

function withinWindow(): { top: number; left: number; bottom: number; right: number } {
  return { top: MARGIN, left: MARGIN, bottom: innerHeight - MARGIN, right: innerWidth - MARGIN };
}

function extensions(latest: RefObject<FilterEditorProps>, layer: HTMLElement): Extension {
  return [
    editorKeys({
      onApply: () => latest.current?.onApply(),
      onClear: () => latest.current?.onClear(),
    }),
    completing({
      seen: () => latest.current?.seen() ?? NOTHING_SEEN,
      recent: () => latest.current?.recent() ?? [],
    }),
    oneLine(),
    highlighting(),
    wrongPlaces(),
    editorLook(),
    placeholder(latest.current?.placeholder ?? ''),
    EditorView.contentAttributes.of(() => attributes(latest)),
    tooltips({ parent: layer, tooltipSpace: withinWindow }),
    EditorView.domEventHandlers({
      click: (_, view) => view.state.doc.length === 0 && startCompletion(view),
    }),
    EditorView.updateListener.of(({ docChanged, state }) => {
      const text = state.doc.toString();
      if (docChanged && text !== latest.current?.text) latest.current?.onText(text);
    }),
  ];
}

const NOTHING_SEEN = { endpoints: [], tasks: [], symbols: [], domains: [] } as const;

export function FilterEditor(props: FilterEditorProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const shown = useRef<EditorView | undefined>(undefined);

  useLayoutEffect(() => {
    if (host.current === null) return undefined;
    const { text, begins } = latest.current;
    // The list stands above all panes, and in the landmark of the field
    const layer = document.createElement('div');
    layer.className = 'filter-layer';
    (host.current.closest('main') ?? document.body).append(layer);
    const view = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: inOneLine(text),
        extensions: extensions(latest, layer),
      }),
    });
    shown.current = view;
    if (begins !== null) {
      const { length } = view.state.doc;
      const selection = {
        anchor: Math.min(begins.from, length),
        head: Math.min(begins.to, length),
      };
      view.dispatch({ selection, scrollIntoView: true });
      view.focus();
    }
    return () => {
      view.destroy();
      layer.remove();
    };
  }, []);
  // What others wrote: buttons of the pane, the palette, the address
  useLayoutEffect(() => {
    const view = shown.current;
    const text = inOneLine(props.text);
    if (view === undefined || text === view.state.doc.toString()) return;
    const { length } = view.state.doc;
    view.dispatch({
      changes: { from: 0, to: length, insert: text },
      selection: { anchor: text.length },
    });
    closeCompletion(view);
  }, [props.text]);
  const { wrong, describedBy } = props;
  useLayoutEffect(() => {
    shown.current?.dispatch({ effects: setWrong.of(wrong) });
  }, [wrong?.from, wrong?.to, describedBy]);

  return <div class="field field-small filter-text filter-editor mono" ref={host} />;
}
