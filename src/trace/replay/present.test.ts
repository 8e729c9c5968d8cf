import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PastRig } from '../../../test/rigs/past-rig.ts';
import { pastDevice, pastSteps } from '../../../test/support/past-steps.ts';
import { History } from './history.ts';
import { startOf } from './live-mappings.ts';
import type { MappingColumns } from './lifetime.ts';

/** The mappings of the latest moment by domain, as `Present` and as `Moment` tell of them. */
function latest(history: History): readonly [present: unknown, moment: unknown] {
  const moment = history.at(history.record.lastSequence);
  if (!moment.isKnown) return [null, null];
  const domains = moment.domains.map(({ id }) => id);
  const { present } = history;
  return [
    domains.map((id) => present.ids(id, 1000).map((each) => history.lifetime(each))),
    domains.map((id) => moment.mappings(id, 0n, 1000)),
  ];
}

describe('Present', () => {
  it('has the mappings of the latest moment, wherever the device went back to', () => {
    fc.assert(
      fc.property(pastDevice, pastSteps('lose'), (options, steps) => {
        const rig = new PastRig(options);
        const history = new History(rig.record);
        for (const step of steps) {
          rig.do(step);
          rig.take();
          const [present, moment] = latest(history);
          expect(present).toEqual(moment);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('is what a listener hears of coming and going', () => {
    fc.assert(
      fc.property(pastDevice, pastSteps('lose', 'save', 'go-back'), (options, steps) => {
        const rig = new PastRig(options);
        const heard = new Set<string>();
        const name = (columns: MappingColumns, at: number): string =>
          `${columns.domain[at]} ${startOf(columns, at)}`;
        const history = new History(rig.record, {
          listener: {
            onBorn: (columns, at) => void heard.add(name(columns, at)),
            onEnded: (columns, at) => void heard.delete(name(columns, at)),
          },
        });
        for (const step of steps) rig.do(step);
        rig.take();
        const { present } = history;
        const domains = [...new Set([...heard].map((each) => Number(each.split(' ')[0])))];
        const alive = domains.flatMap((id) =>
          present.ids(id, 1000).map((each) => {
            const { domain, virtStart } = history.lifetime(each) ?? {};
            return `${domain} ${virtStart}`;
          }),
        );
        expect(alive.toSorted()).toEqual([...heard].toSorted());
        expect(domains.map((id) => present.ids(id, 1))).toEqual(
          domains.map((id) => present.ids(id, 1000).slice(0, 1)),
        );
      }),
      { numRuns: 50 },
    );
  });
});
