// @vitest-environment happy-dom
import { render } from 'preact';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClockContext } from '../components/clock-context.ts';
import { EventsPane } from '../components/events-pane.tsx';
import { MappingsPane } from '../components/mappings-pane.tsx';
import { MomentStrip } from '../components/moment-strip.tsx';
import { TimeBar } from '../components/time-bar.tsx';
import { firstFrom } from '../../src/trace/record/record-search.ts';
import { eventsWithin, TICK_MS } from '../../src/trace/record/time-range.ts';
import { GUEST_TIME, ORDER } from '../format/clock.ts';
import { formatSpan } from '../format/moment-words.ts';
import { useCommandKeys } from '../commands/keys.ts';
import { MachineSession } from '../session/machine-session.ts';
import { PageAddress } from '../session/address/page-address.ts';
import { addSessionParts } from '../session/address/parts.ts';
import { startFakeMachine } from '../testing/fake-machine.ts';
import { paneProps } from './pane-props.ts';
import { timeCommands } from './view-commands.ts';
import { NO_IMAGES as images } from '../../test/support/no-images.ts';

function raise(): never {
  throw new Error('not there');
}

async function run(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/** A session whose machine is up, with what is shown of it. */
async function shownSession(churn = 0) {
  const session = new MachineSession({
    start: (onBatch) => startFakeMachine(onBatch, { churn }),
    images,
    now: () => Date.now(),
    onNextFrame: (callback) => void setTimeout(callback, 16),
  });
  await session.power.start('translated');
  await run(5000);
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  const { timeBar, mappings, events } = paneProps(session);
  const commands = () => timeCommands(session);
  function Shown() {
    useCommandKeys(commands);
    return (
      <>
        <input type="text" />
        <MappingsPane {...mappings} />
        <EventsPane {...events} />
        <TimeBar {...timeBar} />
      </>
    );
  }
  render(<Shown />, root);
  await run(100);
  const textOf = (selector: string): string => root.querySelector(selector)?.textContent ?? '';
  const press = (name: string): void => {
    const found = [...root.querySelectorAll('button')].find((each) => each.textContent === name);
    if (found === undefined) throw new Error(`no button ${name}`);
    found.click();
  };
  const key = async (name: string, target: EventTarget = document.body): Promise<void> => {
    target.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true }));
    await run(100);
  };
  return { session, root, textOf, press, key, moment: () => textOf('.moment-text') };
}

beforeEach(() => {
  vi.useFakeTimers();
  history.replaceState(null, '', '/');
});
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});

it('the last event of a trace without times has nothing behind it', async () => {
  const { session, root, moment } = await shownSession();
  const { timeBar } = paneProps(session);
  // The words of a trace come after the first frame
  for (const clock of [GUEST_TIME, ORDER]) {
    render(
      <ClockContext.Provider value={clock}>
        <MomentStrip {...timeBar} tools={null} />
      </ClockContext.Provider>,
      root,
    );
  }
  await run(100);
  expect(moment()).toMatch(/^Liveevent #[\d,]+$/);
});

it('of the present is the latest event and when that was, however long ago', async () => {
  const { session, moment } = await shownSession();
  const { record } = session.iommu.latest.history ?? raise();
  const { timeMs } = record.event(record.lastSequence) ?? raise();
  const words = `Liveevent #${record.lastSequence}, ${formatSpan(timeMs)}`;
  expect(moment()).toBe(words);
  await run(5000);
  expect(session.power.clock.value.ranMs).toBeGreaterThan(timeMs + 5000);
  expect(moment()).toBe(words);
});

describe('a past moment', () => {
  it('is shown by the panes while the PC goes on, until they are back to the present', async () => {
    const { session, textOf, press, moment } = await shownSession(1);
    session.selection.select({ kind: 'domain', id: 5 });
    session.moment.look(20);
    await run(500);
    expect(moment()).toMatch(
      /^Looking at event #20, \d+\.\d s ago\. At \d+\.\d{3} s\. The PC goes on\.$/,
    );
    expect(session.shown.feed.value.moment).toBe(20);
    const mapped = session.shown.device.value?.domains.map(({ mappings }) => mappings);
    const before = textOf('.totals');
    await run(2000);
    expect(textOf('.totals')).toBe(before);
    expect(session.shown.device.value?.domains.map(({ mappings }) => mappings)).toEqual(mapped);
    expect(session.iommu.device.value?.sequence).toBeGreaterThan(100);
    press('Back to live');
    await run(100);
    expect(moment()).toMatch(/^Live/);
    expect(textOf('.totals')).not.toBe(before);
  });

  it('is a line in the list of events, between what was before and what came later', async () => {
    const { session, root, textOf, press } = await shownSession();
    root.querySelectorAll<HTMLElement>('.feed-line')[2]?.click();
    await run(100);
    press('Look at this moment');
    await run(100);
    expect(textOf('.feed-picked')).toContain(`#${session.moment.chosen.value}: `);
    session.moment.look(3);
    await run(100);
    expect(textOf('.feed-line[aria-current=true]')).toContain('ATTACH');
    const times = [...root.querySelectorAll('.feed-line')].map((line) =>
      line.getAttribute('data-time'),
    );
    expect(times.slice(0, 5)).toEqual([null, null, 'now', 'later', 'later']);
  });

  it('is reached and left by keys, but not by those that a person types into a field', async () => {
    const { session, root, key } = await shownSession();
    const latest = session.iommu.device.value?.sequence ?? 0;
    const field = root.querySelector('input') ?? root;
    await key(',', field);
    expect(session.moment.chosen.value).toBeNull();
    await key(',');
    await key(',');
    expect(session.moment.chosen.value).toBe(latest - 2);
    await key('.');
    expect(session.moment.chosen.value).toBe(latest - 1);
    await key('Escape');
    expect(session.moment.chosen.value).toBeNull();
    await session.stray.send({ endpoint: 4098, address: 0n, length: 4, access: 'write' });
    await run(100);
    await key('[');
    expect(session.moment.chosen.value).toBe(latest + 1);
    await key(']');
    expect(session.moment.chosen.value).toBe(latest + 1);
    await key('l');
    expect(session.moment.chosen.value).toBeNull();
  });

  it('that has not happened yet is said to, and comes when it happens', async () => {
    const { session, press, moment } = await shownSession(1);
    const { sequence } = session.iommu.device.value ?? { sequence: 0 };
    session.moment.look(sequence + 100);
    await run(50);
    expect(moment()).toMatch(/^Event #\d+ has not happened yet\. This is the present\.$/);
    await run(3000);
    expect(moment()).toMatch(/^Looking at event #\d+/);
    session.moment.look(10_000_000);
    await run(100);
    press('Back to live');
    await run(100);
    expect(moment()).toMatch(/^Live/);
  });

  it('becomes the present of the whole machine when that is taken there', async () => {
    const { session, press, moment } = await shownSession();
    session.moment.look(20);
    await run(100);
    press('Take the whole machine there');
    await run(500);
    expect(session.past.note.value?.sequence).toBe(20);
    expect(session.moment.chosen.value).toBeNull();
    expect(moment()).toMatch(/^Live/);
  });

  it('stands in the address, which leads back to it', async () => {
    const { session } = await shownSession();
    history.replaceState(null, '', '/?at=12');
    addSessionParts(new PageAddress(window), session);
    expect(session.moment.chosen.value).toBe(12);
    session.moment.look(20);
    expect(location.search).toBe('?at=20&v=1');
    session.moment.step(1);
    await run(1000);
    expect(location.search).toBe('?at=21&v=1');
    session.moment.look(null);
    expect(location.search).toBe('');
    history.replaceState(null, '', '/?at=nonsense');
    window.dispatchEvent(new PopStateEvent('popstate'));
    expect(session.moment.chosen.value).toBeNull();
    history.replaceState(null, '', '/?at=30');
    window.dispatchEvent(new PopStateEvent('popstate'));
    expect(session.moment.chosen.value).toBe(30);
  });
});

describe('a step', () => {
  it('goes from the event that is selected, through what the filter lets through, and says where that ends', async () => {
    const { session, key, textOf } = await shownSession();
    const record = session.iommu.latest.history?.record ?? raise();
    const kindOf = (sequence: number | null) => record.event(sequence ?? 0)?.event.kind;
    const selected = () => session.selection.chosen.value;
    session.selection.select({ kind: 'event', sequence: 20 });
    await key('.');
    expect(session.moment.chosen.value).toBe(21);
    expect(selected()).toEqual({ kind: 'event', sequence: 21 });
    session.filter.set('kind == attach');
    await vi.dynamicImportSettled();
    await run(300);
    await key(',');
    const before = session.moment.chosen.value ?? 0;
    expect(kindOf(before)).toBe('attached');
    expect(selected()).toEqual({ kind: 'event', sequence: before });
    for (let step = 0; step < 20; step += 1) await key(',');
    expect(textOf('.moment-end-note')).toBe('The filter lets no earlier event through.');
    const first = session.moment.chosen.value ?? 0;
    expect(kindOf(first)).toBe('attached');
    await key('.');
    expect(textOf('.moment-end-note')).toBe('');
    for (let step = 0; step < 20; step += 1) await key('.');
    expect(textOf('.moment-end-note')).toBe('The filter lets no later event through.');
    session.filter.set('');
    await run(300);
    expect(textOf('.moment-end-note')).toBe('');
    session.selection.select(null);
    session.moment.look(1);
    await run(300);
    await key(',');
    expect(session.moment.chosen.value).toBe(1);
    expect(textOf('.moment-end-note')).toBe('No earlier event is kept.');
    session.moment.look(null);
    await key('.');
    expect(textOf('.moment-end-note')).toBe('There is no later event yet.');
  });
});

describe('a range of time', () => {
  it('begins and ends by keys with the events that are looked at, and is dropped before the past is left', async () => {
    const { session, key, root } = await shownSession(1);
    const record = session.iommu.latest.history?.record ?? raise();
    const timeOf = (sequence: number): number => record.event(sequence)?.timeMs ?? raise();
    /** The last event of the same time. */
    const lastOf = (sequence: number): number =>
      firstFrom(record, timeOf(sequence) + TICK_MS / 2) - 1;
    const events = () => eventsWithin(record, session.range.chosen.value ?? raise());
    await key('i');
    expect(session.range.chosen.value).toBeNull();
    const { lastSequence } = record;
    session.moment.look(lastSequence - 10);
    await key('o');
    expect(events()).toEqual({ first: 1, end: lastOf(lastSequence - 10) + 1 });
    session.moment.look(20);
    await key('i');
    const [first, last] = [lastOf(20) + 1, lastOf(lastSequence - 10)];
    expect(first).toBeLessThan(last);
    expect(events()).toEqual({ first, end: last + 1 });
    const end = root.querySelector('[aria-label="End of the range"]') ?? raise();
    await key('Home', end);
    expect(session.range.chosen.value?.toMs).toBeLessThan(timeOf(last));
    await key('Escape');
    expect(session.range.chosen.value).toBeNull();
    expect(session.moment.chosen.value).toBe(20);
    await key('Escape');
    expect(session.moment.chosen.value).toBeNull();
  });
});
