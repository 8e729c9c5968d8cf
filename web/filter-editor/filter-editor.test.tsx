// @vitest-environment happy-dom
import { currentCompletions } from '@codemirror/autocomplete';
import { EditorView } from '@codemirror/view';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { wholeFilters } from './completing.ts';
import { FilterEditor, type FilterEditorProps } from './filter-editor.tsx';
import { inOneLine } from './one-line.ts';

const SEEN = {
  endpoints: [{ id: 8, name: 'virtio-blk' }],
  tasks: [],
  symbols: [],
  domains: [4],
} as const;

const roots: HTMLElement[] = [];

// Browsers tell of it when the script is done; happy-dom does in the middle of it
const tellNobody = (event: Event): void => event.stopImmediatePropagation();
beforeEach(() => document.addEventListener('selectionchange', tellNobody, true));
afterEach(async () => {
  document.removeEventListener('selectionchange', tellNobody, true);
  await act(() => roots.splice(0).forEach((root) => render(null, root)));
  document.body.replaceChildren();
});

async function open(over: Partial<FilterEditorProps> = {}) {
  const root = document.createElement('main');
  document.body.append(root);
  roots.push(root);
  const onText = vi.fn<FilterEditorProps['onText']>();
  const onApply = vi.fn<FilterEditorProps['onApply']>();
  const onClear = vi.fn<FilterEditorProps['onClear']>();
  const props: FilterEditorProps = {
    text: '',
    wrong: null,
    describedBy: 'hint',
    placeholder: 'Filter',
    begins: { from: 0, to: 0 },
    seen: () => SEEN,
    recent: () => ['kind == fault', 'domain == 4'],
    onText,
    onApply,
    onClear,
    ...over,
  };
  const show = (next: Partial<FilterEditorProps>): Promise<void> =>
    act(() => render(<FilterEditor {...props} {...next} />, root));
  await show({});
  const content = root.querySelector<HTMLElement>('[role=textbox]');
  const view = content === null ? null : EditorView.findFromDOM(content);
  if (content === null || view === null) throw new Error('no editor');
  const type = (text: string, at = view.state.doc.length): void =>
    view.dispatch({
      changes: { from: at, insert: text },
      selection: { anchor: at + text.length },
      userEvent: 'input.type',
    });
  const press = (key: string, more: KeyboardEventInit = {}): KeyboardEvent => {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
    content.dispatchEvent(event);
    return event;
  };
  const written = (): string => view.state.doc.toString();
  const offered = async (): Promise<readonly string[]> => {
    await vi.waitUntil(() => currentCompletions(view.state).length > 0, { timeout: 30_000 });
    return currentCompletions(view.state).map(({ label }) => label);
  };
  return { root, content, view, show, type, press, written, offered, onText, onApply, onClear };
}

describe('the editor of the filter', () => {
  it('says what it is, what is wrong, and where', async () => {
    const { content, show } = await open({ text: 'kind = map' });
    expect(content.getAttribute('aria-label')).toBe('Filter');
    expect(content.getAttribute('aria-multiline')).toBe('false');
    expect(content.getAttribute('aria-invalid')).toBe('false');
    await show({ text: 'kind = map', wrong: { from: 5, to: 6 }, describedBy: 'problem hint' });
    expect(content.querySelector('.filter-wrong')?.textContent).toBe('=');
    expect(content.getAttribute('aria-invalid')).toBe('true');
    expect(content.getAttribute('aria-describedby')).toBe('problem hint');
    await show({ text: 'kind == ', wrong: { from: 8, to: 8 }, describedBy: 'problem hint' });
    expect(content.querySelector('.filter-missing')).not.toBeNull();
    await show({ text: 'kind == map', wrong: null });
    expect(content.querySelector('.filter-wrong')).toBeNull();
    expect(content.querySelector('.filter-field')?.textContent).toBe('kind');
  });

  it('goes on where the field was, and tells what is written', async () => {
    const { view, type, onText } = await open({ text: 'kind == map', begins: { from: 8, to: 11 } });
    expect(view.state.selection.main).toMatchObject({ from: 8, to: 11 });
    expect(view.hasFocus).toBe(true);
    type(' ');
    expect(onText).toHaveBeenLastCalledWith('kind == map ');
  });

  it('shows what others write, and keeps a space that is being written', async () => {
    const { show, written, onText, type } = await open({ text: 'kind == map' });
    await show({ text: 'refused' });
    expect(written()).toBe('refused');
    expect(onText).not.toHaveBeenCalled();
    type(' ');
    await show({ text: 'refused ' });
    expect(written()).toBe('refused ');
  });

  it('offers what can be written there: the values that the record has seen', async () => {
    const { type, offered, press, written } = await open();
    type('endpoint == v');
    expect(await offered()).toEqual(['"virtio-blk"']);
    press('ArrowDown');
    press('Enter');
    expect(written()).toBe('endpoint == "virtio-blk"');
  });

  it('goes from the field to its operator, and takes the first with Tab', async () => {
    const { type, offered, press, written } = await open();
    type('dom');
    expect(await offered()).toEqual(['domain', 'domain == 4']);
    press('Tab');
    expect(written()).toBe('domain ');
    expect((await offered())[0]).toBe('==');
  });

  it('applies with Enter as long as nothing is chosen in the list', async () => {
    const { type, offered, press, onApply, written, view } = await open();
    type('kind == map');
    await offered();
    expect(press('Enter').defaultPrevented).toBe(true);
    expect(onApply).toHaveBeenCalledOnce();
    expect(written()).toBe('kind == map');
    expect(currentCompletions(view.state)).toEqual([]);
  });

  it('closes its list with Escape, then clears, and leaves the next one to the page', async () => {
    const { type, offered, press, show, onClear, root } = await open();
    const heard = vi.fn();
    root.addEventListener('keydown', heard);
    type('kin');
    // The list is still being made
    press('Escape');
    expect(onClear).toHaveBeenCalledOnce();
    onClear.mockClear();
    type('d');
    await offered();
    press('Escape');
    expect(onClear).not.toHaveBeenCalled();
    press('Escape');
    expect(onClear).toHaveBeenCalledOnce();
    expect(heard).not.toHaveBeenCalled();
    await show({ text: 'kind' });
    await show({ text: '' });
    expect(press('Escape').defaultPrevented).toBe(false);
    expect(heard).toHaveBeenCalledOnce();
  });

  it('leaves Tab to the browser where there is no list', async () => {
    const { press } = await open({ text: 'refused' });
    expect(press('Tab').defaultPrevented).toBe(false);
  });

  it('makes one line of what comes in several', async () => {
    const { type, written, onText } = await open();
    type('kind == map\n&& domain == 3\n');
    expect(written()).toBe('kind == map && domain == 3 ');
    expect(onText).toHaveBeenCalledOnce();
    expect(inOneLine('\n kind == map \r\n\r\n  && refused\n')).toBe('kind == map && refused');
    expect(inOneLine('a '.repeat(100_000))).toHaveLength(65_537);
  });

  it('takes back what was written', async () => {
    const { type, press, written } = await open({ text: 'refused' });
    type(' && kind == map');
    press('z', { ctrlKey: true });
    expect(written()).toBe('refused');
  });
});

describe('whole filters', () => {
  it('are those that were used before, then examples as long as nothing is written', () => {
    const all = wholeFilters('', ['kind == fault', 'domain == 4']).map(({ label }) => label);
    expect(all.slice(0, 3)).toEqual(['kind == fault', 'domain == 4', 'refused']);
    expect(new Set(all).size).toBe(all.length);
    expect(wholeFilters('do', ['kind == fault', 'domain == 4'])).toMatchObject([
      { label: 'domain == 4' },
    ]);
    expect(wholeFilters('domain == 4', ['domain == 4'])).toEqual([]);
  });
});
