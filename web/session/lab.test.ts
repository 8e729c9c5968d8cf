import { describe, expect, it } from 'vitest';
import { Emitter } from '../../src/base/emitter.ts';
import type { LabApi, SweepResult } from '../../src/worker/api/lab.ts';
import { Lab } from './lab.ts';

const RESULT: SweepResult = {
  sequence: 1,
  pages: 1,
  accesses: 2,
  leaked: 0,
  wronglyBlocked: 0,
  wrong: [],
  endpoints: [],
};

/** The page's power, with a worker whose sweep ends when a test says so. */
class FakePower {
  readonly restarted = new Emitter<void>();
  readonly connected = new Emitter<void>();
  readonly batches = new Emitter<object>();
  readonly watched: boolean[] = [];
  canWatch = true;
  /** What is armed comes to nothing until it is disarmed. */
  disarms = 0;
  #disarm: () => void = () => undefined;
  end: (result: SweepResult | Error) => void = () => undefined;
  pass: (done: number, of: number) => void = () => undefined;

  get api(): { readonly lab: LabApi } {
    return {
      lab: {
        sweep: (onPass) =>
          new Promise((resolve, reject) => {
            this.pass = onPass;
            this.end = (result) => (result instanceof Error ? reject(result) : resolve(result));
          }),
        arm: () =>
          new Promise((resolve) => {
            this.#disarm = () => resolve(null);
          }),
        disarm: async () => {
          this.disarms += 1;
          this.#disarm();
        },
        schedule: async () => false,
        cancel: async () => undefined,
        watchWindow: async (isOn) => {
          if (!this.canWatch) throw new Error('not fetched');
          this.watched.push(isOn);
        },
        window: async () => null,
      },
    };
  }
}

describe('Lab', () => {
  it('tells how far a sweep is, and what it has found', async () => {
    const power = new FakePower();
    const lab = new Lab(power);
    const run = lab.runSweep();
    power.pass(1, 4);
    expect(lab.sweep.value).toEqual({ kind: 'running', done: 1, of: 4 });
    power.end(RESULT);
    await run;
    expect(lab.sweep.value).toEqual({ kind: 'done', result: RESULT });
  });

  it('tells why there is none, and nothing of a machine that is gone', async () => {
    const power = new FakePower();
    const lab = new Lab(power);
    const run = lab.runSweep();
    power.end(new Error('There is no IOMMU.'));
    await run;
    expect(lab.sweep.value).toEqual({ kind: 'failed', message: 'There is no IOMMU.' });
    const late = lab.runSweep();
    power.restarted.emit();
    power.pass(2, 4);
    power.end(RESULT);
    await late;
    expect(lab.sweep.value).toEqual({ kind: 'none' });
  });

  it('has a fresh worker look on as before', () => {
    const power = new FakePower();
    const lab = new Lab(power);
    lab.watchWindow(true);
    power.connected.emit();
    lab.watchWindow(false);
    expect(power.watched).toEqual([true, true, false]);
  });

  it('takes an armed access back when the machine starts over', async () => {
    const power = new FakePower();
    const lab = new Lab(power);
    const armed = lab.arm(8);
    expect(lab.armed.value).toEqual({ kind: 'armed', endpoint: 8 });

    power.restarted.emit();
    await armed;

    expect([lab.armed.value, power.disarms]).toEqual([{ kind: 'none' }, 1]);
    power.restarted.emit();
    expect(power.disarms).toBe(1);
  });

  it('looks no longer when what looks could not be fetched', async () => {
    const power = new FakePower();
    const lab = new Lab(power);
    power.canWatch = false;

    lab.watchWindow(true);
    await Promise.resolve();
    await Promise.resolve();

    expect(lab.isWatching.value).toBe(false);
  });
});
