import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PastRig } from '../../test/rigs/past-rig.ts';
import { expectSame } from '../../test/support/expect-same.ts';
import { pastDevice, pastSteps } from '../../test/support/past-steps.ts';
import { History } from '../../src/trace/replay/history.ts';
import { bucketEdges, MIN_SPAN_MS, zoomAxis } from './axis.ts';
import { lanesOf } from './lanes.ts';
import { MarkIndex } from './mark-index.ts';

const SEED = 14;
const WIDTH = 200;
const ENDPOINT = 1;

/** A record of random requests, with counters and console lines among them. */
function recorded(rig: PastRig, steps: Parameters<PastRig['do']>[0][], sizes: readonly number[]) {
  const looked: { readonly timeMs: number; readonly bytes: number }[] = [];
  const lines: number[] = [];
  let bytes = 0;
  let lastMs = 0;
  for (const [index, step] of steps.entries()) {
    rig.do(step);
    lastMs = Math.max(lastMs, rig.sequence / 100 + (index % 3));
    const at = { timeMs: lastMs, instructions: 0 };
    const size = sizes[index % sizes.length] ?? 0;
    if (size % 2 === 0) {
      bytes += size;
      looked.push({ timeMs: at.timeMs, bytes });
      const counts = { translated: 1, bypassed: 0, bypassedBytes: 0, blocked: 0, blockedBytes: 0 };
      const endpoints = [{ id: ENDPOINT, ...counts, translatedBytes: bytes }];
      rig.recorder.mark({ kind: 'counters', endpoints, domains: [] }, at);
    } else {
      lines.push(at.timeMs);
      rig.recorder.mark({ kind: 'console', line: 'a line' }, at);
    }
  }
  rig.take();
  return { looked, lines };
}

describe('lanesOf', () => {
  it('counts each event, byte and line of any axis in exactly one bucket', () => {
    let counted = 0;
    fc.assert(
      fc.property(
        pastDevice,
        pastSteps('lose', 'go-back', 'save', 'pause'),
        fc.array(fc.nat(5000), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(20),
        (options, steps, sizes, place, zoom) => {
          const rig = new PastRig(options);
          const history = new History(rig.record);
          const { looked, lines } = recorded(rig, steps, sizes);
          const { record } = rig;
          const marks = new MarkIndex(record);
          marks.update();
          const limits = { startMs: 0, endMs: record.lastSequence / 100 + 3 };
          const whole = { ...limits, width: WIDTH };
          const axis = zoomAxis(whole, limits, 2 ** -zoom, place * WIDTH);
          const lanes = lanesOf(history, marks, axis);
          const times = Array.from(
            { length: record.lastSequence },
            (_, index) => record.event(index + 1)?.timeMs ?? NaN,
          );
          for (let at = 0; at < lanes.tally.count; at += 1) {
            const [from, to] = [lanes.edges[at] ?? 0, lanes.edges[at + 1] ?? 0];
            const isInside = (timeMs: number): boolean => timeMs >= from && timeMs < to;
            const events = times.filter(isInside).length;
            expectSame((lanes.bounds[at + 1] ?? 0) - (lanes.bounds[at] ?? 0), events);
            expectSame(lanes.lines[at], lines.filter(isInside).length);
            const before = (timeMs: number): number =>
              looked.filter((each) => each.timeMs < timeMs).at(-1)?.bytes ?? 0;
            const dma = lanes.dma.find(({ endpoint }) => endpoint === ENDPOINT)?.bytes[at] ?? 0;
            expectSame(dma, before(to) - before(from));
            counted += events;
          }
        },
      ),
      { seed: SEED },
    );
    expect(counted).toBeGreaterThan(1000);
  });
});

describe('bucketEdges', () => {
  it('has buckets of a power of two of ticks that stand still while the axis moves', () => {
    const axis = { startMs: 12.3, endMs: 45.6, width: 1000 };
    const edges = bucketEdges(axis);
    const moved = bucketEdges({ ...axis, startMs: 13.3, endMs: 46.6 });
    const inBoth = [...edges].filter((edge) => edge > 14 && edge < 45);
    expect([...moved]).toEqual(expect.arrayContaining(inBoth));
    const ticks = Math.round(((edges[1] ?? 0) - (edges[0] ?? 0)) * 100_000);
    expect(Math.log2(ticks) % 1).toBe(0);
    expect(edges[0]).toBeLessThanOrEqual(axis.startMs);
    expect(edges.at(-1)).toBeGreaterThanOrEqual(axis.endMs);
  });

  it('is never more than there are pixels, down to a microsecond', () => {
    for (let span = 86_400_000; span >= MIN_SPAN_MS; span /= 3) {
      const edges = bucketEdges({ startMs: 1000, endMs: 1000 + span, width: 1000 });
      expect(edges.length).toBeLessThanOrEqual(503);
      expect(edges.length).toBeGreaterThan(99);
    }
  });
});
