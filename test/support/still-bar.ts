// A time bar without a record to speak of, whose time a test lets pass.

import { History } from '../../src/trace/replay/history.ts';
import { BarView } from '../../web/timebar/bar-view.ts';
import { PastRig } from '../rigs/past-rig.ts';

export class StillBar {
  nowMs: number;
  readonly view: BarView;
  readonly #rig = new PastRig({ options: {}, reserved: {}, accepts: 0n });

  constructor(nowMs: number) {
    this.nowMs = nowMs;
    const history = new History(this.#rig.record);
    this.view = new BarView(document.createElement('canvas'), {
      history: () => history,
      nowMs: () => this.nowMs,
      pastMs: () => null,
      range: () => null,
      memoryBytes: () => 128 << 20,
      endpoints: () => [],
    });
  }
  /** The record has something new. */
  happen(): void {
    this.#rig.do({ kind: 'probe' });
    this.#rig.do({ kind: 'take' });
  }
}
