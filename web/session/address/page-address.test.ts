// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NO_IMAGES as images } from '../../../test/support/no-images.ts';
import { startFakeMachine } from '../../testing/fake-machine.ts';
import { MachineSession } from '../machine-session.ts';
import { requestOf } from './machine-parts.ts';
import { PageAddress } from './page-address.ts';
import { addSessionParts } from './parts.ts';

function open(search: string) {
  history.replaceState(null, '', `/${search}`);
  const session = new MachineSession({
    start: (onBatch) => startFakeMachine(onBatch),
    images,
    asked: requestOf(new URLSearchParams(search)),
    now: () => 0,
    onNextFrame: () => undefined,
  });
  const address = new PageAddress(window);
  addSessionParts(address, session);
  return { session, address };
}

// An address that settles late must not do so in another test's
beforeEach(() => {
  vi.useFakeTimers();
  history.replaceState(null, '', '/');
});
afterEach(() => void vi.useRealTimers());

describe("the page's address", () => {
  it('leads to what it was written for', () => {
    const { session } = open('');
    session.moment.look(12);
    session.selection.select({ kind: 'event', sequence: 11 });
    session.filter.set('kind == map && iova in 0x0..0xffff', 'push');
    session.range.choose({ fromMs: 1500, toMs: 2250.00001 });
    const { search } = location;
    expect(new URLSearchParams(search).get('v')).toBe('1');
    const again = open(search).session;
    expect(again.moment.chosen.value).toBe(12);
    expect(again.selection.chosen.value).toEqual({ kind: 'event', sequence: 11 });
    expect(again.filter.text.value).toBe('kind == map && iova in 0x0..0xffff');
    expect(again.range.chosen.value).toEqual({ fromMs: 1500, toMs: 2250.00001 });
  });

  it('has the range that was chosen in the end, not those on the way', () => {
    const { session, address } = open('');
    session.range.drag({ fromMs: 1000, toMs: 1200 });
    expect(location.search).toBe('');
    session.range.drag({ fromMs: 1000, toMs: 2000 });
    session.range.choose({ fromMs: 1000, toMs: 2000 });
    expect(location.search).toBe('?range=1s..2s&v=1');
    expect(new URL(address.link()).searchParams.get('range')).toBe('1s..2s');
    session.range.choose({ fromMs: 1000, toMs: 3000 });
    history.replaceState(null, '', '/?range=1s..2s&v=1');
    window.dispatchEvent(new PopStateEvent('popstate'));
    expect(session.range.chosen.value).toEqual({ fromMs: 1000, toMs: 2000 });
  });

  it('says what is wrong with a range, until another one is chosen', () => {
    const { session } = open('?range=1s..banana');
    expect(session.range.chosen.value).toBeNull();
    expect(session.range.problem.value).toContain('“1s..banana” is no range of time.');
    session.range.choose({ fromMs: 1, toMs: 2 });
    expect(session.range.problem.value).toBeNull();
    expect(open('?range=9s..2s').session.range.chosen.value).toEqual({ fromMs: 2000, toMs: 9000 });
  });

  it('selects nothing where it makes no sense, and keeps what is not its own', () => {
    const { session } = open('?sel=banana:4&at=-1&iommu=off&plan=%7B%7D');
    expect(session.selection.chosen.value).toBeNull();
    expect(session.moment.chosen.value).toBeNull();
    session.selection.select({ kind: 'endpoint', id: 3 });
    const parameters = new URLSearchParams(location.search);
    expect(Object.fromEntries(parameters)).toEqual({
      iommu: 'off',
      plan: '{}',
      sel: 'endpoint:3',
      v: '1',
    });
  });

  it('goes the way back through what was selected', () => {
    const { session } = open('');
    session.selection.select({ kind: 'endpoint', id: 3 });
    session.selection.select({ kind: 'endpoint', id: 4 });
    history.replaceState(null, '', '/?sel=endpoint:3');
    window.dispatchEvent(new PopStateEvent('popstate'));
    expect(session.selection.chosen.value).toEqual({ kind: 'endpoint', id: 3 });
  });

  it('gives a link for others without going there', () => {
    const { session, address } = open('?iommu=off');
    session.filter.set('refused');
    expect(new URL(address.link({ at: '7', iommu: null })).search).toBe('?filter=refused&at=7&v=1');
    expect(session.moment.chosen.value).toBeNull();
    expect(location.search).toBe('?iommu=off');
  });

  it('leaves out a filter that is too long to be loaded again', () => {
    const { session, address } = open('');
    session.filter.set('('.repeat(2_001), 'push');
    expect(location.search).toBe('');
    session.selection.select({ kind: 'endpoint', id: 3 });
    expect(location.search).toBe('?sel=endpoint%3A3&v=1');
    session.filter.set('('.repeat(2_000), 'push');
    expect(address.link().length).toBeGreaterThan(2_000);
    expect(address.link().length).toBeLessThan(8_000);
  });

  it('stays behind where the browser refuses changes, and follows the next one', () => {
    const { session } = open('');
    const refused = vi.spyOn(history, 'pushState').mockImplementation(() => {
      throw new DOMException('Too many calls', 'SecurityError');
    });
    session.selection.select({ kind: 'endpoint', id: 3 });
    expect(refused).toHaveBeenCalledOnce();
    expect(location.search).toBe('');
    expect(session.selection.chosen.value).toEqual({ kind: 'endpoint', id: 3 });
    refused.mockRestore();
    session.filter.set('refused', 'push');
    expect(new URLSearchParams(location.search).get('sel')).toBe('endpoint:3');
  });

  it.each([
    ['', false],
    ['?at=1', false],
    ['?v=1', false],
    ['?v=2', true],
    ['?v=x', false],
  ])('%j is of a later page: %s', (search, isLater) => {
    expect(open(search).address.isOfLaterPage).toBe(isLater);
  });
});

describe("the machine in the page's address", () => {
  async function settled(): Promise<string> {
    await vi.advanceTimersByTimeAsync(300);
    return location.search;
  }

  it('follows what is chosen, with the names of the files that it needs', async () => {
    const { session } = open('');
    await session.power.switchMode('off');
    expect(await settled()).toBe('?iommu=off&v=1');
    await session.power.choose({ plan: 'e30', iommu: null, names: { kernel: 'my &=bzImage' } });
    const asked = new URLSearchParams(await settled());
    expect(asked.get('plan')).toBe('e30');
    expect(requestOf(asked)).toEqual({ ...session.power.asked.value });
    await session.power.switchMode('translated');
    expect(new URLSearchParams(await settled()).get('iommu')).toBe('translated');
    await session.power.startUsual();
    expect(await settled()).toBe('');
    await session.power.switchMode('translated');
    expect(await settled()).toBe('');
  });

  it('stays as it was written when the page is opened', async () => {
    open('?plan=%7B%22memoryMiB%22:96%7D&iommu=translated');
    expect(await settled()).toBe('?plan=%7B%22memoryMiB%22:96%7D&iommu=translated');
  });

  it('is put right when the way back leads to another one', async () => {
    const { session } = open('');
    await session.power.switchMode('off');
    await settled();
    history.replaceState(null, '', '/?iommu=bypass&sel=endpoint:3');
    window.dispatchEvent(new PopStateEvent('popstate'));
    expect(new URLSearchParams(await settled()).get('iommu')).toBe('off');
    expect(session.power.asked.value.iommu).toBe('off');
  });
});

describe('whose mappings are shown', () => {
  it('is the domain of what was selected last and has one', () => {
    const { session } = open('');
    const { selection } = session;
    selection.select({ kind: 'domain', id: 4 });
    expect(selection.shown.value).toEqual({ kind: 'domain', id: 4 });
    selection.select({ kind: 'event', sequence: 999 });
    expect(selection.shown.value).toEqual({ kind: 'domain', id: 4 });
    selection.select({ kind: 'endpoint', id: 1 });
    expect(selection.shown.value).toEqual({ kind: 'endpoint', id: 1 });
    selection.select(null);
    expect(selection.shown.value).toEqual({ kind: 'none' });
  });
});
