// @vitest-environment happy-dom
import { render } from 'preact';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeOverlays } from '../app/overlays.tsx';
import { paneProps } from '../app/pane-props.ts';
import { DESK_PLAN, PANES } from '../app/pane-table.tsx';
import { chooseView } from '../app/view-choice.ts';
import { Desk } from '../desk/desk.ts';
import { PageAddress } from '../session/address/page-address.ts';
import { MachineSession } from '../session/machine-session.ts';
import { startFakeMachine } from '../testing/fake-machine.ts';
import { NO_IMAGES as images } from '../../test/support/no-images.ts';
import { readPlace } from './go-to.ts';
import { Palette } from './palette.tsx';
import { search } from './search.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  // What is still to be drawn would be in the next test's way
  await vi.advanceTimersByTimeAsync(100);
  localStorage.clear();
  vi.clearAllTimers();
  vi.useRealTimers();
});

async function run(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/** A page whose machine is up, with its palette open. */
async function openPalette() {
  const session = new MachineSession({
    start: (onBatch) => startFakeMachine(onBatch, {}),
    images,
    now: () => Date.now(),
    onNextFrame: (callback) => void setTimeout(callback, 16),
  });
  await session.power.start('translated');
  await run(5000);
  const choice = chooseView(new PageAddress(window));
  const focused: string[] = [];
  const desk = new Desk({
    panes: PANES,
    plan: () => DESK_PLAN,
    storage: null,
    onOpen: () => choice.onView('inspect'),
    onFocus: (pane) => void focused.push(pane),
  });
  const onTell = vi.fn();
  const panes = paneProps(session);
  const overlays = makeOverlays({ session, choice, desk, panes, onTell });
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  const { all: commands, goTo } = overlays;
  render(<Palette commands={commands} goTo={goTo} onClose={() => undefined} />, root);
  const field = root.querySelector('input');
  if (field === null) throw new Error('no field');
  const options = (): readonly string[] =>
    [...root.querySelectorAll('[role=option]')].map((each) => each.textContent);
  const type = async (text: string): Promise<void> => {
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await run(50);
  };
  const press = async (key: string): Promise<void> => {
    field.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    await run(50);
  };
  return { session, choice, desk, overlays, root, focused, options, type, press };
}

describe('the palette', () => {
  it('lists every command, pane, endpoint and domain, and marks the one that Enter takes', async () => {
    const { options, root, press } = await openPalette();
    const listed = options().join('\n');
    for (const name of ['Pause', 'disk-read', 'Back to live', 'Faults', 'virtio-net', 'Domain 6'])
      expect(listed).toContain(name);
    const active = (): string | null | undefined =>
      root.querySelector('input')?.getAttribute('aria-activedescendant');
    expect(active()).toBe('palette-option-0');
    await press('ArrowDown');
    expect(active()).toBe('palette-option-1');
    await press('ArrowUp');
    await press('ArrowUp');
    expect(root.querySelector('[aria-selected=true]')).toBe(root.querySelector('ul')?.lastChild);
  });

  it('runs what was found by a few letters', async () => {
    const { type, press, options, choice, desk, focused } = await openPalette();
    choice.onView('see');
    desk.close('faults');
    await type('falts');
    expect(options()[0]).toContain('Faults');
    await press('Enter');
    expect(choice.view.value).toBe('inspect');
    expect(desk.open.value).toContain('faults');
    expect(focused).toEqual(['faults']);
  });

  it('selects a device, and shows its pane where there are panes', async () => {
    const { type, press, session, choice, focused } = await openPalette();
    choice.onView('inspect');
    await type('virtio-blk');
    await press('Enter');
    const [block] =
      session.power.info.value?.endpoints.filter((e) => e.name === 'virtio-blk') ?? [];
    expect(session.selection.chosen.value).toEqual({ kind: 'endpoint', id: block?.id });
    expect(focused).toEqual(['endpoints']);
  });

  it('goes to an event, a time and an address', async () => {
    const { type, press, session, options } = await openPalette();
    await type('#3');
    await press('Enter');
    expect(session.moment.chosen.value).toBe(3);
    await type('0 s');
    await press('Enter');
    expect(session.moment.chosen.value).toBe(1);
    session.moment.look(null);
    await type('0xfff00000');
    expect(options()[0]).toContain('0xfff00000 in domain');
    await press('Enter');
    expect(session.selection.chosen.value).toMatchObject({ kind: 'iova', iova: 0xfff0_0000n });
  });

  it('asks for the place that a command wants', async () => {
    const { type, press, session, options, root } = await openPalette();
    await type('go to gpa');
    await press('Enter');
    const field = root.querySelector('input');
    expect(field?.value).toBe('');
    expect(root.querySelector('[role=status]')?.textContent).toContain('in hexadecimal');
    expect(options()).toEqual([]);
    await type('1000');
    expect(options()).toHaveLength(1);
    await type('');
    await press('Backspace');
    expect(options()[0]).toContain('Go to event…');
    await press('Enter');
    await type('3');
    await press('Enter');
    expect(session.moment.chosen.value).toBe(3);
  });

  it('puts a filter in force, those first that were used before', async () => {
    const { type, press, session, options, focused } = await openPalette();
    await type('filters stopped');
    expect(options()[0]).toMatch(/^kind == fault/);
    await press('Enter');
    expect(session.filter.text.value).toBe('kind == fault');
    expect(session.recentFilters.texts.value).toEqual(['kind == fault']);
    expect(focused).toEqual(['events']);
  });

  it('tells what a word means', async () => {
    const { type, press, options, overlays } = await openPalette();
    await type('what is a domain');
    expect(options()[0]).toContain('What is a domain?');
    await press('Enter');
    expect([overlays.open.value, overlays.term.value]).toEqual(['keys', 'domain']);
  });

  it('says why something cannot be done, does not do it, and tells what can be typed', async () => {
    const { type, press, session, options, root } = await openPalette();
    await type('#99999999');
    expect(options()[0]).toContain('The latest is #');
    await press('Enter');
    expect(session.moment.chosen.value).toBeNull();
    await type('no such thing');
    expect(options()).toEqual([]);
    expect(root.querySelector('[role=status]')?.textContent).toContain('Nothing is called');
    expect(root.querySelector('[role=status]')?.textContent).toContain('#1234');
  });

  it('has commands that are told apart, by name and by key', async () => {
    const { overlays } = await openPalette();
    const all = overlays.all();
    const ids = all.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const keys = all.flatMap((command) => command.keys ?? []);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('a text that names a place', () => {
  it.each([
    ['#1234', { kind: 'event', sequence: 1234 }],
    [' 1,234 ', { kind: 'event', sequence: 1234 }],
    ['2.5s', { kind: 'time', timeMs: 2500 }],
    ['30 ms', { kind: 'time', timeMs: 30 }],
    ['0xFFF0_0000', { kind: 'address', address: 0xfff0_0000n, isOf: null }],
    ['fff00000', null],
    ['2.5', null],
    ['0x', null],
    ['0x11112222333344445', null],
    ['disk-read', null],
  ])('%s', (text, place) => {
    expect(readPlace(text)).toEqual(place);
  });

  it.each([
    ['1234', 'event', { kind: 'event', sequence: 1234 }],
    ['2.5', 'time', { kind: 'time', timeMs: 2500 }],
    ['30 ms', 'time', { kind: 'time', timeMs: 30 }],
    ['fff0_0000', 'iova', { kind: 'address', address: 0xfff0_0000n, isOf: 'iova' }],
    ['0x1000', 'gpa', { kind: 'address', address: 0x1000n, isOf: 'gpa' }],
    ['', 'time', null],
    ['2.5s', 'event', null],
    ['disk', 'gpa', null],
  ] as const)('%s where one of %s is asked for', (text, wanted, place) => {
    expect(readPlace(text, wanted)).toEqual(place);
  });
});

describe('searching', () => {
  const named = (title: string, hint = '') =>
    ({ id: title, title, hint, group: 'PC', run: () => undefined }) as const;

  it('finds words in any order, and with a slip', () => {
    const all = [named('Previous fault'), named('Next fault'), named('Read a disk', 'by DMA')];
    expect(search(all, 'fault next').map(({ id }) => id)).toEqual(['Next fault']);
    expect(search(all, 'previuos').map(({ id }) => id)).toEqual(['Previous fault']);
    expect(search(all, 'dma')[0]?.id).toBe('Read a disk');
    expect(search(all, '(.*[').length).toBe(0);
  });

  it('finds what is called so before what only tells of it', () => {
    const all = [named('Show Mappings', 'What is mapped in a domain'), named('What is a domain?')];
    expect(search(all, 'what is a domain').map(({ id }) => id)).toEqual([
      'What is a domain?',
      'Show Mappings',
    ]);
  });

  it('finds names before filters that have the word', () => {
    const filter = { ...named('kind == map'), group: 'Filters' } as const;
    expect(search([filter, named('Show Mappings')], 'map').map(({ id }) => id)).toEqual([
      'Show Mappings',
      'kind == map',
    ]);
  });
});
