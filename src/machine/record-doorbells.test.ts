import { expect, it } from 'vitest';
import { Recorder } from '../trace/record/recorder.ts';
import { DOORBELL_QUIET_MS, RecordDoorbells, type Rung } from './record-doorbells.ts';

const MESSAGE = Uint8Array.of(0x31, 0x40, 0, 0);

function played() {
  const recorder = new Recorder();
  let timeMs = 0;
  const doorbells = new RecordDoorbells(recorder, () => ({ timeMs, instructions: 0 }));
  const bell = () => {
    const rung: Rung & { heard: number; ring(endpoint: number): void } = {
      heard: 0,
      doorbell: () => {
        rung.heard += 1;
      },
      ring: (endpoint) => rung.doorbell?.(endpoint, 0xfee0_1000n, MESSAGE),
    };
    return rung;
  };
  const marks = () =>
    [...recorder.take()]
      .flatMap((batch) => batch.marks)
      .map((mark) =>
        mark.kind === 'doorbell' ? [mark.endpoint, mark.address, mark.data] : [mark.kind],
      );
  const pass = (ms: number): void => {
    timeMs += ms;
  };
  return { doorbells, bell, marks, pass };
}

it('tells of one interrupt message of each endpoint in a while', () => {
  const { doorbells, bell, marks, pass } = played();
  const iommu = bell();
  doorbells.follow(iommu);
  for (const endpoint of [40, 40, 41]) iommu.ring(endpoint);
  pass(DOORBELL_QUIET_MS - 1);
  iommu.ring(40);
  pass(1);
  iommu.ring(40);
  expect(marks()).toEqual([
    [40, 0xfee0_1000n, 0x4031],
    [41, 0xfee0_1000n, 0x4031],
    [40, 0xfee0_1000n, 0x4031],
  ]);
});

it('hears the IOMMU that there is, and none in the end', () => {
  const { doorbells, bell, marks } = played();
  const [before, after] = [bell(), bell()];
  doorbells.follow(before);
  doorbells.follow(after);
  before.ring(1);
  after.ring(2);
  doorbells.forget();
  after.ring(2);
  doorbells.end();
  doorbells.forget();
  after.ring(2);
  expect(marks()).toHaveLength(2);
  // Whatever is told: each goes where it is to go
  expect([before.heard, after.heard]).toEqual([1, 3]);
});
