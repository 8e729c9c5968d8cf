// @vitest-environment happy-dom
import { render, type ComponentChild } from 'preact';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventsPane } from '../components/events-pane.tsx';
import { MachineSession } from '../session/machine-session.ts';
import { startFakeMachine, type FakeOptions } from '../testing/fake-machine.ts';
import { NO_IMAGES as images } from '../../test/support/no-images.ts';
import { paneProps } from './pane-props.ts';

async function newSession(options: FakeOptions = {}): Promise<MachineSession> {
  const session = new MachineSession({
    start: (onBatch) => startFakeMachine(onBatch, options),
    images,
    now: () => Date.now(),
    onNextFrame: (callback) => void setTimeout(callback, 16),
  });
  await session.power.start('translated');
  return session;
}

function show(content: ComponentChild): HTMLElement {
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  render(content, root);
  return root;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});

/** Lets the machine run and the page paint. */
async function run(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

describe('the feed', () => {
  it('renders a screen of lines however many events there are, and filters by kind', async () => {
    const session = await newSession({ churn: 40 });
    const root = show(<EventsPane {...paneProps(session).events} />);
    await run(8_000);
    expect(session.iommu.latest.feed.count('map')).toBeGreaterThan(2_000);
    expect(root.querySelectorAll('.feed-line').length).toBeLessThan(100);
    const { sequence } = session.iommu.latest.state ?? { sequence: 0 };
    const index = [...root.querySelectorAll('.feed-line')].at(-1)?.getAttribute('aria-rowindex');
    expect(Number(index)).toBeGreaterThan(sequence - 1_000);
    const chip = [...root.querySelectorAll<HTMLButtonElement>('.chip')].find((each) =>
      each.textContent?.startsWith('Map'),
    );
    chip?.click();
    await vi.dynamicImportSettled();
    await run(500);
    expect(session.filter.text.value).toBe('kind == map');
    expect(chip?.getAttribute('aria-pressed')).toBe('true');
    expect(root.querySelectorAll('.feed-line[data-kind=map]').length).toBeGreaterThan(5);
    expect(root.querySelectorAll('.feed-line:not([data-kind=map])')).toHaveLength(0);
    expect(root.querySelector('.feed-none')).toBeNull();
    session.filter.set('by("nobody")');
    await run(500);
    expect(root.querySelectorAll('.feed-line')).toHaveLength(0);
    expect(root.querySelector('.feed-none')?.textContent).toBe('No event passes the filter.');
    expect(root.querySelector('.feed-resume')).toBeNull();
  });
});

describe('a line of the feed', () => {
  it('says who made the request, and all of it when it is picked', async () => {
    const session = await newSession();
    const root = show(<EventsPane {...paneProps(session).events} />);
    await run(8_000);
    const line = root.querySelector<HTMLElement>('.feed-line[data-kind=map]');
    expect(line?.querySelector('.feed-maker')?.textContent).toBe('dd · fake_map_page');
    expect(root.querySelector('.feed-picked')).toBeNull();
    const feet = (): number => root.querySelectorAll('.pane-foot').length;
    const before = feet();
    line?.click();
    await run(100);
    // No line comes, under which the row would slide
    expect([before, feet()]).toEqual([1, 1]);
    expect(root.querySelector('.feed-picked')?.textContent).toMatch(
      /^#\d+: Domain \d+: 0x.* to 0x.*, by dd \(pid 83\), fake_map_page Look at this moment$/,
    );
    const chosen = session.selection.chosen.value;
    expect(chosen?.kind).toBe('event');
    expect(root.querySelectorAll('.feed-line[aria-selected=true]')).toHaveLength(1);
    line?.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
    await run(100);
    expect(chosen?.kind === 'event' && chosen.sequence === session.moment.chosen.value).toBe(true);
  });

  it('is not chosen by a press that marks text in it', async () => {
    const session = await newSession();
    const root = show(<EventsPane {...paneProps(session).events} />);
    await run(8_000);
    const text = root.querySelector('.feed-line[data-kind=map] .feed-text');
    if (text === null) throw new Error('no text');
    getSelection()?.selectAllChildren(text);
    text.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    await run(100);
    expect(session.selection.chosen.value).toBeNull();
    expect(getSelection()?.toString()).toBe(text.textContent);
    expect(root.querySelector('.feed-resume')).not.toBeNull();
    getSelection()?.removeAllRanges();
    text.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    await run(100);
    expect(session.selection.chosen.value?.kind).toBe('event');
  });

  it('is chosen by keys, and the list stands still from then on until it is told to follow', async () => {
    const session = await newSession({ churn: 2 });
    const root = show(<EventsPane {...paneProps(session).events} />);
    await run(8_000);
    const grid = root.querySelector<HTMLElement>('[role=grid]');
    const press = async (key: string): Promise<number> => {
      grid?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      await run(500);
      const chosen = session.selection.chosen.value;
      return chosen?.kind === 'event' ? chosen.sequence : 0;
    };
    const follow = (): string => root.querySelector('.feed-resume')?.textContent ?? '';
    expect(follow()).toBe('');
    const from = await press('ArrowUp');
    expect(from).toBeGreaterThan(100);
    expect(follow()).toMatch(/^Follow · \d+ new$/);
    expect(await press('ArrowUp')).toBe(from - 1);
    expect(await press('ArrowDown')).toBe(from);
    expect(root.querySelector('#event-selected')?.textContent).toContain('MAP');
    expect(grid?.getAttribute('aria-activedescendant')).toBe('event-selected');
    root.querySelector<HTMLElement>('.feed-resume')?.click();
    await run(2_000);
    expect(root.querySelector('#event-selected')).toBeNull();
    expect(grid?.getAttribute('aria-activedescendant')).toBeNull();
    expect(await press('Home')).toBe(1);
    await press('End');
    expect(follow()).toBe('');
  });
});
