import { describe, expect, it } from 'vitest';
import type { Mark } from '../trace/record/marks.ts';
import { Recorder } from '../trace/record/recorder.ts';
import { MAX_IN_QUIET, QUIET_MS, RecordNotifications } from './record-notifications.ts';

const WHO = 0x1_0001;

class Setup {
  readonly recorder = new Recorder();
  walks = 0;
  #timeMs = 0;
  readonly notifications = new RecordNotifications(
    this.recorder,
    () => ({ timeMs: this.#timeMs, instructions: 0 }),
    () => {
      this.walks += 1;
      return WHO;
    },
  );

  notify(timeMs: number, queue = 0, endpoint: number | null = 7): void {
    this.pass(timeMs);
    this.notifications.take({ endpoint, queue });
  }

  /** A tick ends. */
  pass(timeMs: number): void {
    this.#timeMs = timeMs;
    this.notifications.pass({ timeMs, instructions: 0 });
  }

  marks(): readonly Mark[] {
    return this.recorder.take().flatMap(({ marks }) => marks);
  }
}

describe('RecordNotifications', () => {
  it('tells of one with who made it, and of those that follow soon by number', () => {
    const setup = new Setup();
    for (let ms = 0; ms < QUIET_MS; ms += 1) setup.notify(ms);
    setup.notify(QUIET_MS);
    expect(setup.marks()).toMatchObject([
      { kind: 'notification', endpoint: 7, queue: 0, count: 1, timeMs: 0, who: WHO },
      { count: QUIET_MS, timeMs: QUIET_MS, who: WHO },
    ]);
    expect(setup.walks).toBe(2);
  });

  it('tells of the last ones when no other comes, without who', () => {
    const setup = new Setup();
    setup.notify(0);
    setup.notify(1);
    setup.notify(2);
    setup.pass(QUIET_MS - 1);
    expect(setup.marks()).toHaveLength(1);
    setup.pass(QUIET_MS);
    setup.pass(QUIET_MS + 1);
    setup.pass(3 * QUIET_MS);
    setup.pass(3 * QUIET_MS + 1);
    const [last, ...more] = setup.marks();
    expect(last).toMatchObject({ count: 2, timeMs: QUIET_MS + 1 });
    expect(last).not.toHaveProperty('who');
    expect(more).toEqual([]);
  });

  it('keeps queues and devices apart', () => {
    const setup = new Setup();
    setup.notify(0, 0);
    setup.notify(0, 1);
    setup.notify(0, 0, null);
    expect(setup.marks()).toMatchObject([
      { endpoint: 7, queue: 0, count: 1 },
      { endpoint: 7, queue: 1, count: 1 },
      { endpoint: null, queue: 0, count: 1 },
    ]);
  });

  it('is bounded whatever a guest writes, and counts what it does not tell', () => {
    const setup = new Setup();
    for (let queue = 0; queue < 0x1_0000; queue += 1) setup.notify(1, queue);
    expect(setup.marks()).toHaveLength(MAX_IN_QUIET);
    let told = MAX_IN_QUIET;
    for (let ms = 2; ms < 5 * QUIET_MS; ms += 1) {
      setup.pass(ms);
      const marks = setup.marks();
      expect(marks.length).toBeLessThanOrEqual(MAX_IN_QUIET);
      for (const mark of marks) told += mark.kind === 'notification' ? mark.count : 0;
    }
    // As many as there may be queues
    expect(told).toBe(64);
  });

  it('begins afresh when the record goes on elsewhere', () => {
    const setup = new Setup();
    setup.notify(500);
    setup.notify(501);
    setup.notifications.forget();
    setup.notify(20);
    expect(setup.marks()).toMatchObject([
      { count: 1, timeMs: 500 },
      { count: 1, timeMs: 20 },
    ]);
  });
});
