// @vitest-environment happy-dom
// Every pane at a moment that has passed shows what it showed while that was the present: one page is told of a machine step by
// step, another goes back to the same moments when all is over. What is shown of later is marked as such, and left out here. A
// new pane of the table is compared, too.

import fc from 'fast-check';
import { render, type JSX } from 'preact';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ENDPOINT, OTHER_ENDPOINT } from '../../test/rigs/iommu-rig.ts';
import { PastRig } from '../../test/rigs/past-rig.ts';
import { countDrawing, type CountedDrawing } from '../../test/support/counted-drawing.ts';
import { pastSteps } from '../../test/support/past-steps.ts';
import { ToldMachine } from '../../test/support/told-machine.ts';
import { toGpa, toIova } from '../../src/memory/address.ts';
import { tableRows } from '../components/bar-table.tsx';
import { PicturePane } from '../components/picture-pane.tsx';
import { ReachFigure } from '../components/reach-figure.tsx';
import { SeeSide } from '../components/see-side.tsx';
import type { Requirement } from '../conformance/requirement.ts';
import type { Locator } from '../model/locator.ts';
import { MachineSession } from '../session/machine-session.ts';
import { NO_IMAGES as images } from '../../test/support/no-images.ts';
import { lanesOf } from '../timebar/lanes.ts';
import { MarkIndex } from '../timebar/mark-index.ts';
import { paneProps } from './pane-props.ts';
import { PANES } from './pane-table.tsx';
import { seeProps } from './see-props.ts';

const SEED = 25;
const MOMENTS = 100;
/** Longer than a page needs to paint. */
const PAINTED_MS = 200;
const ZOOMS = [0, 1, 8, 60, 90];
const BAR_PX = 200;

const RULES: readonly Requirement[] = ['map-overlap', 'would-split', 'unknown-domain'].map(
  (cause, index) => ({
    id: `R${index}`,
    level: 'MUST',
    section: '5.13.6',
    requirement: `The rule of ${cause}.`,
    causes: [cause],
    tests: [],
  }),
);

/** A person's view of a moment. */
interface View {
  readonly sequence: number;
  readonly locator: Locator | null;
  readonly zooms: number;
  readonly isEver: boolean;
}

interface Shown {
  /** By pane. */
  readonly texts: ReadonlyMap<string, string>;
  /** Rows of the list of events that are in sight, up to the moment, by their place. */
  readonly rows: ReadonlyMap<string, string>;
  /** Those of the table of the time bar, up to the moment. */
  readonly bar: readonly unknown[];
  readonly domain: number | null;
}

const OF_DOMAIN: readonly string[] = ['mappings', 'address-map'];
const STATEFUL = PANES.filter((pane) => !('isPresent' in pane));

/** All that shows state, and what a person does to see it. */
class Page {
  readonly session: MachineSession;
  readonly #root = document.createElement('div');
  readonly #drawing: CountedDrawing;

  constructor(machine: ToldMachine, drawing: CountedDrawing) {
    this.#drawing = drawing;
    this.session = new MachineSession({
      start: machine.start,
      images,
      now: () => Date.now(),
      onNextFrame: (callback) => void setTimeout(callback, 16),
      requirements: async () => RULES,
    });
  }

  async open(): Promise<void> {
    const { session } = this;
    await session.power.start('translated');
    const panes = paneProps(session);
    const nothing = (): void => undefined;
    const story = { addressOf: () => '', onTell: nothing, onLeave: nothing };
    const see = seeProps(session, { onInspect: nothing, onAttack: nothing, story });
    function All(): JSX.Element {
      return (
        <>
          <div data-pane="figure">
            <ReachFigure {...see.figure} />
          </div>
          <div data-pane="picture">
            <PicturePane {...see.picture} />
          </div>
          <div data-pane="side">
            <SeeSide {...see.side} />
          </div>
          {STATEFUL.map(({ id, render: pane }) => (
            <div data-pane={id} key={id}>
              {pane(panes, 'inspect')}
            </div>
          ))}
        </>
      );
    }
    document.body.replaceChildren(this.#root);
    render(<All />, this.#root);
    await this.run(PAINTED_MS);
    // Panes that come later, and what they load in their turn
    for (let load = 0; load < 2; load += 1) {
      await vi.dynamicImportSettled();
      await this.run(PAINTED_MS);
    }
    for (const id of ['address-map', 'memory-map', 'picture']) this.#button(id, 'Table').click();
    // What is folded has grown with what the page has seen
    this.#button('address-map', 'Fold gaps').click();
  }

  close(): void {
    render(null, this.#root);
  }

  async run(ms: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
    while (this.#drawing.frame());
  }

  async show({ sequence, locator, zooms, isEver }: View): Promise<Shown> {
    const { session } = this;
    const map = this.#root.querySelector('.map-stage');
    map?.dispatchEvent(new FocusEvent('blur'));
    // What has no domain of its own leaves that of the last selection in sight: the page's choice, and no part of the moment
    session.selection.select(null);
    session.selection.select(locator);
    session.memoryMap.setEver(isEver);
    await this.run(PAINTED_MS);
    this.#button('address-map', 'All').click();
    const key = (name: string, shiftKey = false): void => {
      map?.dispatchEvent(new KeyboardEvent('keydown', { key: name, shiftKey, bubbles: true }));
    };
    if (zooms > 0) key('ArrowRight', true);
    for (let zoom = 0; zoom < zooms; zoom += 1) key('w');
    do await this.run(PAINTED_MS);
    while (!this.#isCountedTo(sequence));
    return {
      texts: this.#texts(),
      rows: this.#rows(),
      bar: this.#bar(sequence),
      domain: session.shown.domain.peek(),
    };
  }

  /** Statistics rest between two counts. */
  #isCountedTo(sequence: number): boolean {
    const { counted, isCurrent, progress } = this.session.statistics.view.peek();
    return isCurrent && progress === null && counted?.figures.span.end === sequence + 1;
  }

  #texts(): Shown['texts'] {
    const panes = this.#root.querySelectorAll('[data-pane]');
    return new Map(
      [...panes].map((pane) => {
        const id = pane.getAttribute('data-pane') ?? '';
        // Its rows are compared one by one: other ones may be in sight
        const parts = id === 'events' ? pane.querySelectorAll('.rate, .chips') : [pane];
        return [id, [...parts].map(wordsOf).join('')];
      }),
    );
  }

  #rows(): Shown['rows'] {
    const rows = this.#root.querySelectorAll('.feed-line:not([data-time=later])');
    return new Map([...rows].map((row) => [row.getAttribute('data-index') ?? '', wordsOf(row)]));
  }

  #bar(sequence: number): Shown['bar'] {
    const { history } = this.session.iommu.latest;
    if (history === undefined) return [];
    const endMs = history.record.event(sequence)?.timeMs ?? 0;
    const marks = new MarkIndex(history.record);
    marks.update();
    const lanes = lanesOf(history, marks, { startMs: 0, endMs, width: BAR_PX });
    return tableRows(lanes).filter(({ toMs }) => toMs <= endMs);
  }

  #button(pane: string, name: string): HTMLButtonElement {
    const buttons = this.#root.querySelectorAll<HTMLButtonElement>(`#${pane} header button, #${pane} .totals button`); // oxfmt-ignore
    const found = [...buttons].find((each) => each.textContent === name);
    if (found === undefined) throw new Error(`no button ${name} in ${pane}`);
    return found;
  }
}

/** What is shown, but of later and that it is not the present; news are read out wherever a person looks. */
function wordsOf(element: Element): string {
  return element.innerHTML
    .replaceAll(/ up to the moment you look at|(?: &amp;&amp; )?sequence (?:<|&lt;)= \d+/g, '')
    .replaceAll(/<p class="visually-hidden".*?<\/p>/g, '')
    .replaceAll(/<span class="later">.*?<\/span>/g, '');
}

/** Where two texts part. */
function differing(one: string, other: string): readonly [string, string] | null {
  if (one === other) return null;
  let at = 0;
  while (one[at] === other[at]) at += 1;
  return [one.slice(Math.max(0, at - 80), at + 200), other.slice(Math.max(0, at - 80), at + 200)];
}

/** Numbers below 1, the same each time. */
function randoms(): () => number {
  const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const list = fc.sample(unit, { seed: SEED, numRuns: 5_000 });
  let next = 0;
  return () => list[next++ % list.length] ?? 0;
}

function anyOf<T>(list: readonly T[], random: () => number): T | undefined {
  return list[Math.floor(random() * list.length)];
}

/** Something that there is to be selected. */
function anyLocator(session: MachineSession, random: () => number): Locator | null {
  const { rows, domain } = session.shown.watched.peek();
  const row = anyOf(rows, random);
  const sequence = session.iommu.latest.history?.record.lastSequence ?? 1;
  const id = anyOf(session.shown.device.peek()?.domains ?? [], random)?.id;
  const general: readonly (Locator | null)[] = [
    null,
    { kind: 'endpoint', id: random() < 0.5 ? ENDPOINT : OTHER_ENDPOINT },
    { kind: 'event', sequence: 1 + Math.floor(random() * sequence) },
    ...(id === undefined ? [] : ([{ kind: 'domain', id }] as const)),
  ];
  if (row === undefined || domain === null) return anyOf(general, random) ?? null;
  const iova = toIova(row.start);
  const ofMapping: readonly Locator[] = [
    { kind: 'mapping', domain, iova, id: row.id },
    { kind: 'iova', domain, iova },
    { kind: 'page', gpa: toGpa(row.phys) },
  ];
  return anyOf([...general, ...ofMapping], random) ?? null;
}

function anyView(session: MachineSession, sequence: number, random: () => number): View {
  return {
    sequence,
    locator: anyLocator(session, random),
    zooms: anyOf(ZOOMS, random) ?? 0,
    isEver: random() < 0.4,
  };
}

/** Elements have a size, and say so at once. */
class SizedObserver {
  readonly #callback: () => void;

  constructor(callback: () => void) {
    this.#callback = callback;
  }

  observe(): void {
    this.#callback();
  }

  disconnect(): void {
    // Nothing is heard of later
  }
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  vi.stubGlobal('ResizeObserver', SizedObserver);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(700);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(240);
});
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('a moment that has passed', () => {
  it('is shown by every pane as it was shown when it was the present', async () => {
    const drawing = countDrawing();
    const rig = new PastRig({ options: {}, reserved: {}, accepts: 0x57n });
    const random = randoms();
    // Where nothing was stopped yet, the present says what to do about that
    rig.do({ kind: 'attach', endpoint: ENDPOINT, domain: 0, flags: 0 });
    rig.do({ kind: 'access', endpoint: ENDPOINT, base: 0, from: 0 });
    const steps = fc
      .sample(pastSteps('lose', 'save', 'go-back', 'take', 'pause', 'master'), {
        seed: SEED,
        numRuns: 12,
      })
      .flat();

    const machine = new ToldMachine(rig);
    const live = new Page(machine, drawing);
    await live.open();
    const accesses = new Map([ENDPOINT, OTHER_ENDPOINT].map((id) => [id, 0]));
    const moments: (Shown & { readonly view: View })[] = [];
    for (let told = Date.now(); moments.length < MOMENTS;) {
      rig.do({ kind: 'wait', ms: Date.now() - told });
      told = Date.now();
      for (const step of steps.splice(0, 1 + Math.floor(random() * 6))) rig.do(step);
      // A moment is an event: each is told of with one at least
      rig.do({ kind: 'probe' });
      for (const [id, count] of accesses) accesses.set(id, count + Math.floor(random() * 3));
      machine.tell(accesses);
      await live.run(PAINTED_MS);
      const view = anyView(live.session, rig.sequence, random);
      moments.push({ view, ...(await live.show(view)) });
    }
    live.close();

    const over = new ToldMachine(rig);
    const past = new Page(over, drawing);
    await past.open();
    over.tell(accesses);
    // Reasons are looked for a few at a time
    do await past.run(PAINTED_MS);
    while (!past.session.exercised.value.isComplete);
    let ofSameDomain = 0;
    for (const { view, texts, rows, bar, domain } of moments.toSorted(() => random() - 0.5)) {
      past.session.moment.look(view.sequence);
      const shown = await past.show(view);
      // Which domain is shown while none is selected is the page's choice, and no part of the moment
      const isSame = shown.domain === domain;
      ofSameDomain += Number(isSame);
      for (const [pane, text] of texts) {
        if (isSame || !OF_DOMAIN.includes(pane))
          expect(differing(shown.texts.get(pane) ?? '', text), pane).toEqual(null);
      }
      const both = [...shown.rows].filter(([index]) => rows.has(index));
      expect(both.length).toBeGreaterThan(0);
      expect(shown.bar).toEqual(bar);
      expect(new Map(both)).toEqual(new Map(both.map(([index]) => [index, rows.get(index)])));
    }
    expect(ofSameDomain).toBeGreaterThan(MOMENTS / 2);
    past.close();
  });
});
