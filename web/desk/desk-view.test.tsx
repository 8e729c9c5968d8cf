// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pane } from '../components/pane.tsx';
import { DeskView } from './desk-view.tsx';
import { Desk } from './desk.ts';
import type { DeskPane } from './desk-pane.ts';
import type { HomePlan } from './home-layout.ts';

const PLAN: HomePlan = {
  kind: 'row',
  parts: [
    [1, { homes: ['left'] }],
    [1, { homes: ['right'] }],
  ],
};

class Kept {
  readonly items = new Map<string, string>();
  getItem(name: string): string | null {
    return this.items.get(name) ?? null;
  }
  setItem(name: string, text: string): void {
    this.items.set(name, text);
  }
  removeItem(name: string): void {
    this.items.delete(name);
  }
}

const FORBIDDEN = {
  getItem: () => {
    throw new Error('forbidden');
  },
  setItem: () => {
    throw new Error('forbidden');
  },
  removeItem: () => {
    throw new Error('forbidden');
  },
};

/** A desk with a console that is kept, and two others; `log` tells which begin and end. */
function shownDesk(storage: ConstructorParameters<typeof Desk>[0]['storage'] = new Kept()) {
  const log: string[] = [];
  const focused: string[] = [];
  function Content({ id }: { readonly id: string }) {
    useLayoutEffect(() => {
      log.push(`${id} begins`);
      return () => void log.push(`${id} ends`);
    }, [id]);
    return (
      <Pane id={id} title={id} note="">
        <p>{id}</p>
      </Pane>
    );
  }
  const pane = (id: string, home: string, isKept = false): DeskPane => ({
    id,
    title: id,
    about: id,
    home,
    isOpen: true,
    isKept,
    isHalf: false,
    isPresent: false,
    render: () => <Content id={id} />,
  });
  const panes = [pane('console', 'left', true), pane('events', 'right'), pane('faults', 'right')];
  const desk = new Desk({
    panes,
    plan: () => PLAN,
    storage,
    onOpen: () => undefined,
    onFocus: (id) => void focused.push(id),
  });
  const root = document.createElement('main');
  root.className = 'layout';
  document.body.replaceChildren(root);
  const hasRoom = signal(true);
  const show = async (only: string | null): Promise<void> => {
    render(<DeskView desk={desk} panes={panes} hasRoom={hasRoom} only={only} />, root);
    await vi.advanceTimersByTimeAsync(50);
  };
  const settle = async (): Promise<void> => void (await vi.advanceTimersByTimeAsync(50));
  const seen = (): readonly string[] =>
    [...root.querySelectorAll<HTMLElement>('.desk-place')]
      .filter((place) => !place.hidden)
      .map((place) => place.dataset['place'] ?? '');
  return { desk, root, log, focused, hasRoom, show, settle, seen };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('the desk', () => {
  it('keeps the console as it is wherever it goes', async () => {
    const { desk, root, log, show, settle, seen, hasRoom } = shownDesk();
    await show('console');
    const element = root.querySelector('#console');
    await show(null);
    expect(seen()).toEqual(['console', 'events']);
    desk.put('console', { kind: 'tabs', of: 'events' });
    await settle();
    desk.front('faults');
    await settle();
    expect(seen()).toEqual(['faults']);
    desk.close('console');
    await settle();
    hasRoom.value = false;
    await settle();
    expect(seen()).toEqual(['events', 'faults']);
    desk.show('console');
    await settle();
    expect(root.querySelector('#console')).toBe(element);
    expect(log.filter((line) => line.startsWith('console'))).toEqual(['console begins']);
  });

  it('ends a pane that is closed or behind another', async () => {
    const { desk, log, show, settle } = shownDesk();
    await show(null);
    expect(log).toEqual(['console begins', 'events begins']);
    desk.front('faults');
    await settle();
    expect(log).toContain('events ends');
    expect(log).toContain('faults begins');
  });

  it('gives all its room to one pane, until another is to be shown', async () => {
    const { desk, root, show, settle, seen, focused } = shownDesk();
    await show(null);
    expect(root.querySelectorAll('[role=separator]')).toHaveLength(1);
    desk.enlarge('events');
    await settle();
    expect(seen()).toEqual(['events']);
    expect(root.querySelectorAll('[role=separator]')).toHaveLength(0);
    desk.show('faults');
    await settle();
    expect(seen()).toEqual(['console', 'faults']);
    expect(focused).toEqual(['events', 'faults']);
  });

  it('tells what to do when all panes are closed', async () => {
    const { desk, root, show, settle, seen } = shownDesk();
    await show(null);
    for (const id of desk.open.value) desk.close(id);
    await settle();
    expect(seen()).toEqual([]);
    const reset = root.querySelector<HTMLElement>('.desk-empty button');
    expect(reset?.textContent).toBe('Reset layout');
    reset?.click();
    await settle();
    expect(seen()).toEqual(['console', 'events']);
  });

  it('remembers its layout, and forgets it when it is told to', () => {
    const storage = new Kept();
    shownDesk(storage).desk.close('events');
    const next = shownDesk(storage).desk;
    expect(next.open.value).toEqual(['console', 'faults']);
    next.reset();
    expect(shownDesk(storage).desk.open.value).toEqual(['console', 'events', 'faults']);
  });

  it('does without a memory that is damaged or forbidden', () => {
    const damaged = new Kept();
    damaged.setItem('viommu.desk', '{"version":1,"layout":{"kind":"group"');
    const all = ['console', 'events', 'faults'];
    expect(shownDesk(damaged).desk.open.value).toEqual(all);
    const { desk } = shownDesk(FORBIDDEN);
    desk.close('events');
    expect(desk.open.value).toEqual(['console', 'faults']);
    desk.reset();
    expect(desk.open.value).toEqual(all);
  });
});
