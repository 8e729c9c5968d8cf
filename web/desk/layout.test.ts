// Whatever is done to a layout, it stays one.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measure, moveTowards, targetAt } from './geometry.ts';
import { layoutOf, type HomePlan } from './home-layout.ts';
import {
  bringToFront,
  close,
  groupsOf,
  hasSamePlaces,
  panesOf,
  place,
  resize,
  shareOut,
  WHOLE,
  type Layout,
  type LayoutNode,
  type Side,
} from './layout.ts';
import { openAtHome, printLayout, readLayout, type PaneHome } from './stored-layout.ts';

const PANES: readonly PaneHome[] = [
  { id: 'console', home: 'machine', isOpen: true },
  { id: 'rogue', home: 'attack', isOpen: true },
  { id: 'faults', home: 'faults', isOpen: true },
  { id: 'story', home: 'faults', isOpen: true },
  { id: 'endpoints', home: 'devices', isOpen: true },
  { id: 'mappings', home: 'tables', isOpen: true },
  { id: 'events', home: 'tables', isOpen: true },
  { id: 'statistics', home: 'tables', isOpen: false },
];
const IDS = PANES.map(({ id }) => id);

const PLAN: HomePlan = {
  kind: 'row',
  parts: [
    [
      500,
      {
        kind: 'column',
        parts: [
          [600, { homes: ['machine'] }],
          [
            400,
            {
              kind: 'row',
              parts: [
                [1, { homes: ['attack'] }],
                [1, { homes: ['faults'] }],
              ],
            },
          ],
        ],
      },
    ],
    [
      500,
      {
        kind: 'column',
        parts: [
          [1, { homes: ['devices'] }],
          [2, { homes: ['tables'] }],
        ],
      },
    ],
  ],
};

const HOME = layoutOf(PLAN, PANES);

/** Says what is wrong with a layout. */
function faultsOf(layout: Layout): readonly string[] {
  const wrong: string[] = [];
  const panes = panesOf(layout);
  if (new Set(panes).size !== panes.length) wrong.push('a pane is there twice');
  if (panes.some((pane) => !IDS.includes(pane))) wrong.push('a pane is not known');
  const check = (node: LayoutNode): void => {
    if (node.kind === 'group') {
      if (!node.tabs.includes(node.front)) wrong.push('the front is no tab of its group');
      return;
    }
    const { parts, children } = node;
    if (children.length < 2) wrong.push('a row or column of one');
    if (parts.length !== children.length) wrong.push('parts and children differ');
    if (parts.reduce((all, part) => all + part, 0) !== WHOLE) wrong.push('parts do not sum up');
    if (!parts.every((part) => Number.isInteger(part) && part > 0)) wrong.push('no whole part');
    if (children.some(({ kind }) => kind === node.kind)) wrong.push('a row in a row');
    children.forEach(check);
  };
  if (layout !== null) check(layout);
  return wrong;
}

const pane = fc.constantFrom(...IDS);
const side = fc.constantFrom<Side>('left', 'right', 'up', 'down');
const fraction = fc.double({ min: 0, max: 1, noNaN: true });

type Step = (layout: Layout) => Layout;

const homeOf = (id: string): PaneHome =>
  PANES.find((each) => each.id === id) ?? { id, home: id, isOpen: true };

const openStep: fc.Arbitrary<Step> = pane.map(
  (id): Step =>
    (layout) =>
      panesOf(layout).includes(id) ? layout : openAtHome(layout, homeOf(id), PANES),
);

/** Moves: whatever is open stays open, and nothing else comes. */
const moveStep: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(pane, side).map(
    ([id, to]): Step =>
      (layout) =>
        moveTowards(layout, id, to),
  ),
  fc.tuple(pane, fraction, fraction).map(([id, x, y]): Step => (layout) => {
    const target = panesOf(layout).includes(id) ? targetAt(layout, id, x, y) : null;
    return target === null ? layout : place(layout, id, target);
  }),
  pane.map(
    (id): Step =>
      (layout) =>
        panesOf(layout).includes(id) ? bringToFront(layout, id) : layout,
  ),
  fc
    .tuple(fc.nat(12), fc.integer({ min: -2000, max: 2000 }))
    .map(([which, by]): Step => (layout) => {
      const { splitters } = measure(layout);
      const splitter = splitters[which % Math.max(1, splitters.length)];
      return splitter === undefined ? layout : resize(layout, splitter.path, splitter.index, by);
    }),
);

const closeStep: fc.Arbitrary<Step> = pane.map(
  (id): Step =>
    (layout) =>
      close(layout, id),
);

const anyLayout: fc.Arbitrary<Layout> = fc
  .array(fc.oneof(openStep, moveStep, closeStep), { maxLength: 40 })
  .map((steps) => steps.reduce<Layout>((layout, step) => step(layout), HOME));

describe('a layout', () => {
  it('stays one in any sequence of moves, closings and openings', () => {
    fc.assert(
      fc.property(anyLayout, (layout) => {
        expect(faultsOf(layout)).toEqual([]);
      }),
    );
  });

  it('loses no pane and gains none by a move', () => {
    fc.assert(
      fc.property(anyLayout, moveStep, (layout, move) => {
        expect([...panesOf(move(layout))].sort()).toEqual([...panesOf(layout)].sort());
      }),
    );
  });

  it('fills its room, with no group over another', () => {
    fc.assert(
      fc.property(anyLayout, fraction, fraction, (layout, x, y) => {
        const hits = measure(layout).groups.filter(
          ({ rect }) =>
            x > rect.left &&
            x < rect.left + rect.width &&
            y > rect.top &&
            y < rect.top + rect.height,
        );
        expect(hits.length).toBeLessThanOrEqual(1);
        const area = measure(layout).groups.reduce(
          (all, { rect }) => all + rect.width * rect.height,
          0,
        );
        expect(area).toBeCloseTo(layout === null ? 0 : 1);
      }),
    );
  });

  it('is the same after it was kept and read', () => {
    fc.assert(
      fc.property(anyLayout, (layout) => {
        expect(readLayout(printLayout(layout, PANES), PANES)).toEqual(layout);
      }),
    );
  });

  it('shares out whole parts, none of them without room', () => {
    const weights = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(weights, (given) => {
        const parts = shareOut(given);
        expect(parts.reduce((all, part) => all + part, 0)).toBe(WHOLE);
        expect(Math.min(...parts)).toBeGreaterThanOrEqual(Math.min(60, Math.floor(1000 / 20)));
      }),
    );
  });
});

describe('moving a pane', () => {
  const fronts = (layout: Layout): readonly string[] => groupsOf(layout).map(({ front }) => front);

  it('takes it out of its tabs, past its neighbour, and at the edge along all of it', () => {
    expect(fronts(HOME)).toEqual(['console', 'rogue', 'faults', 'endpoints', 'mappings']);
    const out = moveTowards(HOME, 'events', 'right');
    expect(fronts(out)).toEqual(['console', 'rogue', 'faults', 'endpoints', 'mappings', 'events']);
    const past = moveTowards(HOME, 'rogue', 'right');
    expect(fronts(past)).toEqual(['console', 'faults', 'rogue', 'endpoints', 'mappings']);
    const along = moveTowards(HOME, 'console', 'left');
    expect(along).toMatchObject({ kind: 'row', children: { 0: { tabs: ['console'] } } });
    expect(moveTowards(along, 'console', 'left')).toBe(along);
  });

  it('puts a closed pane back among those of its home', () => {
    const closed = close(HOME, 'events');
    expect(panesOf(closed)).not.toContain('events');
    const opened = openAtHome(closed, homeOf('events'), PANES);
    expect(groupsOf(opened).at(-1)).toEqual({
      kind: 'group',
      tabs: ['mappings', 'events'],
      front: 'events',
    });
  });

  it('does nothing for a pane that is let go of where it stands', () => {
    expect(targetAt(HOME, 'console', 0.25, 0.3)).toBeNull();
    expect(hasSamePlaces(place(HOME, 'console', { kind: 'tabs', of: 'console' }), HOME)).toBe(true);
    expect(targetAt(HOME, 'console', 0.75, 0.7)).toEqual({ kind: 'tabs', of: 'mappings' });
  });
});

describe('a kept layout', () => {
  it('that is anything at all becomes a layout or none', () => {
    const node = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 5 },
        fc.anything(),
        fc.record({
          kind: fc.constant('group'),
          tabs: fc.array(fc.oneof(pane, fc.string(), fc.integer())),
          front: fc.oneof(pane, fc.anything()),
        }),
        fc.record({
          kind: fc.constantFrom('row', 'column'),
          children: fc.array(tie('node'), { maxLength: 4 }),
          parts: fc.array(fc.oneof(fc.double(), fc.anything()), { maxLength: 4 }),
        }),
      ),
    })).node;
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      node.map((layout) => {
        try {
          return JSON.stringify({ version: 1, known: IDS, layout });
        } catch {
          return 'null';
        }
      }),
    );
    fc.assert(
      fc.property(text, (kept) => {
        const layout = readLayout(kept, PANES);
        expect(layout === undefined ? [] : faultsOf(layout)).toEqual([]);
      }),
    );
  });

  it('is not used when it is of another version, or nothing of it is left', () => {
    expect(readLayout('{"version":2,"layout":null}', PANES)).toBeUndefined();
    const gone = { kind: 'group', tabs: ['gone'], front: 'gone' };
    expect(readLayout(JSON.stringify({ version: 1, layout: gone }), PANES)).toBeUndefined();
    expect(readLayout(JSON.stringify({ version: 1, known: IDS, layout: null }), PANES)).toBeNull();
  });

  it('loses panes that there are no more, and gets those that are new behind the others', () => {
    const layout = { kind: 'group', tabs: ['gone', 'faults', 'mappings'], front: 'gone' };
    const known = IDS.filter((id) => id !== 'story');
    const kept = JSON.stringify({ version: 1, known, layout });
    expect(readLayout(kept, PANES)).toEqual({
      kind: 'group',
      tabs: ['faults', 'mappings', 'story'],
      front: 'faults',
    });
  });
});
