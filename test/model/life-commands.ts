// Commands of the world around: configuration space, the host's bypass switch, resets and drivers that come back,
// snapshots, interrupts.

import fc from 'fast-check';
import { VIRTIO_IOMMU_F_BYPASS_CONFIG } from './naive-numbers.ts';
import type { NaiveIommu } from './naive-iommu.ts';
import { hasAccepted, hasOffered } from './naive-state.ts';
import type { MakeStore } from './rig.ts';
import { acceptance, acceptedOf, VIRTIO_F_EVENT_IDX, weighted } from './scenario.ts';
import { compare, compareLines, compareStates, Step, type Act } from './step.ts';

const INTERRUPT_USED = 1;
const INTERRUPT_CONFIG = 2;
const OFFSET_OF_BYPASS = 36;

const always = fc.constant(null);

const configRead: fc.Arbitrary<Step> = fc
  .record({ offset: fc.nat({ max: 43 }), width: fc.constantFrom(1, 2, 4) })
  .map(
    ({ offset, width }) =>
      new Step('read configuration', ({ model, rig, say }) => {
        say(`read ${width} bytes of configuration at ${offset}`);
        const bytes = model.configuration();
        let value = 0;
        for (let index = 0; index < width; index += 1) {
          value += (bytes[offset + index] ?? 0) * 256 ** index;
        }
        compare('configuration', rig.mmio.readConfig(offset, width), value);
      }),
  );

const configWrite: fc.Arbitrary<Step> = fc
  .record({
    offset: fc.oneof(
      { weight: 4, arbitrary: fc.constant(OFFSET_OF_BYPASS) },
      { weight: 1, arbitrary: fc.nat({ max: 43 }) },
    ),
    width: weighted<1 | 2 | 4>([
      [1, 6],
      [2, 1],
      [4, 1],
    ]),
    value: weighted([
      [0, 4],
      [1, 4],
      [2, 1],
      [0xff, 1],
    ]),
  })
  .map(
    ({ offset, width, value }) =>
      new Step('write configuration', ({ model, rig, say }) => {
        say(`write ${value} to ${width} bytes of configuration at ${offset}`);
        rig.mmio.writeConfig(offset, width, value);
        model.writeConfig(offset, width, value);
        model.configuration().forEach((byte, index) => {
          compare('configuration', rig.mmio.readConfig(index, 1), byte);
        });
      }),
  );

const hostBypass: fc.Arbitrary<Step> = fc.boolean().map(
  (isBypass) =>
    new Step(
      'the host sets bypass',
      ({ model, rig, say }) => {
        say(`the host sets bypass to ${isBypass}`);
        rig.iommu.setBypass(isBypass);
        model.changeBypassByHost(isBypass);
      },
      ({ state }) => hasOffered(state, VIRTIO_IOMMU_F_BYPASS_CONFIG),
    ),
);

const interrupts: fc.Arbitrary<Step> = always.map(
  () =>
    new Step(
      'take interrupts',
      ({ model, rig }) => {
        // With EVENT_IDX it is the ring that says whether the driver wants to know
        const isCounted = !hasAccepted(model.state, VIRTIO_F_EVENT_IDX);
        const mask = isCounted ? INTERRUPT_USED | INTERRUPT_CONFIG : INTERRUPT_CONFIG;
        const used = model.interrupts.used ? INTERRUPT_USED : 0;
        const config = model.interrupts.config ? INTERRUPT_CONFIG : 0;
        compare('interrupts', rig.mmio.takeInterrupts() & mask, (used | config) & mask);
        model.interrupts = { used: false, config: false };
      },
      (model) => model.isRunning,
    ),
);

const deviceReset: fc.Arbitrary<Step> = always.map(
  () =>
    new Step('device reset', ({ model, rig }) => {
      rig.stop();
      model.reset();
    }),
);

const systemReset: fc.Arbitrary<Step> = always.map(
  () =>
    new Step('system reset', ({ model, rig }) => {
      rig.systemReset();
      model.reset();
      model.systemReset();
    }),
);

/** A driver starts, after another or where none is. */
function starting(isPossible: (model: NaiveIommu) => boolean): fc.Arbitrary<Step> {
  return acceptance.map(
    (accepts) =>
      new Step(
        'start a driver',
        ({ model, rig, say }) => {
          const features = acceptedOf(model.state.config, accepts);
          say(`a driver starts with features 0x${features.toString(16)}`);
          rig.start(features);
          model.reset();
          model.start(features);
        },
        isPossible,
      ),
  );
}

const remember: fc.Arbitrary<Step> = always.map(
  () =>
    new Step('save', ({ model, rig }) => {
      rig.remembered = rig.save();
      model.remember();
    }),
);

/** Back to the saved moment, a look around, and forth again. */
function travel({ model, rig }: Act): void {
  const then = model.remembered;
  if (rig.remembered === undefined || then === undefined) return;
  const now = rig.save();
  rig.iommu.restore(rig.remembered);
  // What the driver negotiated is the transport's, which stays where it is
  const state = { ...then.state, features: model.state.features };
  compareLines('saved state', rig.describe(), model.describe(state, then.sequence));
  rig.iommu.restore(now);
  compareStates(model, rig);
}

const travelling: fc.Arbitrary<Step> = always.map(
  () => new Step('restore and return', travel, (model) => model.remembered !== undefined),
);

const stateComparison: fc.Arbitrary<Step> = always.map(
  () => new Step('compare states', ({ model, rig }) => compareStates(model, rig)),
);

/** Commands with their weights; a snapshot is restored into a device with any of the stores. */
export function lifeCommands(stores: readonly MakeStore[]) {
  const rebuild = fc.constantFrom(...stores).map(
    (makeStore) =>
      new Step('restore into another device', ({ model, rig }) => {
        rig.rebuild(makeStore);
        compareStates(model, rig);
      }),
  );
  return [
    { weight: 6, arbitrary: configRead },
    { weight: 10, arbitrary: configWrite },
    { weight: 8, arbitrary: hostBypass },
    { weight: 6, arbitrary: interrupts },
    { weight: 3, arbitrary: deviceReset },
    { weight: 1, arbitrary: systemReset },
    { weight: 1, arbitrary: starting(() => true) },
    { weight: 60, arbitrary: starting((model) => !model.isRunning) },
    { weight: 4, arbitrary: remember },
    { weight: 4, arbitrary: travelling },
    { weight: 3, arbitrary: rebuild },
    { weight: 10, arbitrary: stateComparison },
  ] as const;
}
