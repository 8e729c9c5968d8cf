// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render, type JSX } from 'preact';
import { act } from 'preact/test-utils';
import { describe, expect, it, vi } from 'vitest';
import type { FilterEditorProps } from '../filter-editor/filter-editor.tsx';
import { FilterBar, type FilterBarProps, type FilterShown } from './filter-bar.tsx';

function barProps(over: Partial<FilterBarProps> = {}): FilterBarProps {
  return {
    filter: signal(''),
    filterState: signal<FilterShown>({ kind: 'none' }),
    onFilter: () => undefined,
    recentFilters: signal([]),
    onUsed: () => undefined,
    seen: () => ({ endpoints: [], tasks: [], symbols: [], domains: [] }),
    loadEditor: () => Promise.reject(new Error('no network')),
    ...over,
  };
}

async function shown(text: string, from: number, to: number) {
  const root = document.createElement('div');
  const problem = { from, to, message: 'This is wrong.', expected: [] };
  const state = signal<FilterShown>({ kind: 'invalid', problem, inForce: '' });
  const props = barProps({ filter: signal(text), filterState: state });
  await act(() => render(<FilterBar {...props} />, root));
  return {
    text: root.querySelector('.filter-problem code')?.textContent,
    wrong: root.querySelector('mark')?.textContent,
  };
}

describe('a filter that is wrong', () => {
  it('is shown as it was written, with what is wrong in it', async () => {
    const { text, wrong } = await shown('kind == mop && iova', 8, 11);
    expect(text).toBe('kind == mop && iova');
    expect(wrong).toBe('mop');
  });

  it('is shown around that place when it is long', async () => {
    const { text, wrong } = await shown(
      `${'('.repeat(30_000)}mop${')'.repeat(30_000)}`,
      30_000,
      30_003,
    );
    expect(text).toMatch(/^…\(+mop\)+…$/);
    expect(text?.length).toBeLessThan(500);
    expect(wrong).toBe('mop');
  });

  it('is shown in part when nearly all of it is wrong', async () => {
    const { text } = await shown('x'.repeat(60_000), 0, 60_000);
    expect(text).toMatch(/^x+…$/);
    expect(text?.length).toBeLessThan(500);
  });
});

/** Stands for the editor, and keeps what it is given. */
function fakeEditor() {
  const given: FilterEditorProps[] = [];
  const Editor = (props: FilterEditorProps): JSX.Element => {
    given.push(props);
    return <output>{props.text}</output>;
  };
  return { given, Editor };
}

async function openBar(over: Partial<FilterBarProps>) {
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  const filter = signal(over.filter?.value ?? '');
  const onFilter = vi.fn((text: string) => void (filter.value = text));
  await act(() => render(<FilterBar {...barProps({ ...over, filter, onFilter })} />, root));
  const field = (): HTMLInputElement | null => root.querySelector('input');
  const write = (text: string): Promise<void> =>
    act(() => {
      const input = field();
      if (input === null) throw new Error('no field');
      input.value = text;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    });
  return { root, field, write, filter };
}

describe('the bar of the filter', () => {
  it('is a plain field until somebody writes, and the editor goes on where that was', async () => {
    const { given, Editor } = fakeEditor();
    const loadEditor = vi.fn(() => Promise.resolve(Editor));
    const { root, field } = await openBar({ loadEditor });
    expect(loadEditor).not.toHaveBeenCalled();
    await act(() => field()?.focus());
    expect(loadEditor).toHaveBeenCalledOnce();
    await vi.waitUntil(() => field() === null);
    expect(root.querySelector('output')).not.toBeNull();
    expect(given[0]?.begins).toEqual({ from: 0, to: 0 });
  });

  it('has the editor at once where there is a filter, and leaves the focus where it is', async () => {
    const { given, Editor } = fakeEditor();
    const loadEditor = (): Promise<typeof Editor> => Promise.resolve(Editor);
    const { root } = await openBar({ loadEditor, filter: signal('refused') });
    expect(root.querySelector('output')?.textContent).toBe('refused');
    expect(given[0]?.begins).toBeNull();
  });

  it('waits for a letter that is being put together', async () => {
    const { Editor } = fakeEditor();
    const { field } = await openBar({ loadEditor: () => Promise.resolve(Editor) });
    await act(() => {
      field()?.dispatchEvent(new Event('compositionstart', { bubbles: true }));
      field()?.focus();
    });
    expect(field()).not.toBeNull();
    await act(() => void field()?.dispatchEvent(new Event('compositionend', { bubbles: true })));
    expect(field()).toBeNull();
  });

  it('stays a field that works where the editor can not be fetched, and asks again', async () => {
    const loadEditor = vi.fn(() => Promise.reject(new Error('no network')));
    const { field, write, filter } = await openBar({ loadEditor });
    await act(() => field()?.focus());
    await write('kind == map');
    expect(filter.value).toBe('kind == map');
    await act(() => field()?.blur());
    await act(() => field()?.focus());
    expect(loadEditor.mock.calls.length).toBeGreaterThan(1);
    expect(field()?.value).toBe('kind == map');
  });

  it('takes a filter that only wants to go on for unfinished while it is written', async () => {
    const filterState = signal<FilterShown>({ kind: 'none' });
    const { root, field, write } = await openBar({ filterState });
    const problem = { from: 7, to: 7, message: 'Expected a value.', expected: [] };
    filterState.value = { kind: 'invalid', problem, inForce: '' };
    await write('kind ==');
    expect(root.querySelector('.filter-state')?.textContent).toContain('Unfinished');
    expect(root.querySelector('.filter-problem')).toBeNull();
    await act(() => void field()?.dispatchEvent(new FocusEvent('focusout', { bubbles: true })));
    expect(root.querySelector('.filter-problem')?.textContent).toContain('Expected a value.');
  });

  it('remembers a filter that is right when it is applied', async () => {
    const onUsed = vi.fn();
    const { field } = await openBar({
      onUsed,
      filter: signal('refused'),
      filterState: signal<FilterShown>({ kind: 'valid' }),
    });
    await act(() => {
      field()?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    });
    expect(onUsed).toHaveBeenCalledWith('refused');
  });
});
