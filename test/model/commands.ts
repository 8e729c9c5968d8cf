// The model test itself: any device, any commands, the naive model beside it.

import fc from 'fast-check';
import { DMA_COMMANDS } from './dma-commands.ts';
import { lifeCommands } from './life-commands.ts';
import { NaiveIommu } from './naive-iommu.ts';
import { canPresent } from './naive-regions.ts';
import { QUEUE_COMMANDS, takeEvents } from './queue-commands.ts';
import { RAM_BYTES, Rig, type MakeStore } from './rig.ts';
import { acceptedOf, ENDPOINT_IDS, scenario, type Scenario } from './scenario.ts';
import { compare, compareLines, compareStates, type Step } from './step.ts';
import type { Tally } from './tally.ts';

const MAX_COMMANDS = 300;

export interface ModelTest {
  readonly makeStore: MakeStore;
  /** Where a snapshot may be restored. */
  readonly stores: readonly MakeStore[];
  readonly tally: Tally;
}

type Commands = Iterable<fc.Command<NaiveIommu, Rig>>;

function commandsFor(stores: readonly MakeStore[]) {
  const step: fc.Arbitrary<Step> = fc.oneof(
    ...QUEUE_COMMANDS,
    ...DMA_COMMANDS,
    ...lifeCommands(stores),
  );
  return fc.commands([step], { maxCommands: MAX_COMMANDS, size: 'max' });
}

/** Model and device with their endpoints and a started driver. */
function setUp(
  { config, regions, accepts }: Scenario,
  { makeStore, tally }: ModelTest,
): { model: NaiveIommu; real: Rig } {
  const model = new NaiveIommu(config, RAM_BYTES, (rule) => tally.count(rule));
  const rig = new Rig(config, makeStore, tally);
  ENDPOINT_IDS.forEach((id, index) => {
    const own = regions[index] ?? [];
    const isPossible = canPresent(own, config.probeSize);
    tally.count(`endpoint: ${isPossible ? 'added' : 'refused'}`);
    if (!isPossible) compare(`adding endpoint ${id}`, isRefused(rig, id, own), true);
    const others = own.filter(({ kind }) => kind !== 'msi');
    const kept = [own, others, []].find((each) => canPresent(each, config.probeSize)) ?? [];
    rig.addEndpoint(id, kept);
    model.addEndpoint(id, kept);
  });
  const features = acceptedOf(config, accepts);
  rig.start(features);
  model.reset();
  model.start(features);
  compareLines('events of the start', rig.events, model.events);
  rig.events = [];
  model.events = [];
  return { model, real: rig };
}

function isRefused(rig: Rig, id: number, regions: Scenario['regions'][number]): boolean {
  try {
    rig.addEndpoint(id, regions);
    return false;
  } catch (error) {
    return error instanceof RangeError;
  }
}

function play(test: ModelTest, choice: Scenario, commands: Commands): void {
  const both = setUp(choice, test);
  fc.modelRun(() => both, commands);
  compareStates(both.model, both.real);
  if (both.model.isRunning) takeEvents({ model: both.model, rig: both.real });
}

/** What tells device and model apart. */
export interface Difference {
  /** The error, the device, the fewest commands that lead there, seed and path. */
  readonly text: string;
  /** Which run of the seed it was, from 0 on. */
  readonly run: number;
}

/** Many runs of any commands on any device; undefined when none finds a difference. */
export function findDifference(
  test: ModelTest,
  parameters: fc.Parameters<[Scenario, Commands]>,
): Difference | undefined {
  const property = fc.property(scenario, commandsFor(test.stores), (choice, commands) =>
    play(test, choice, commands),
  );
  const { counterexample, seed, counterexamplePath } = fc.check(property, parameters);
  if (counterexample === null) return undefined;
  const [choice, commands] = counterexample;
  // Once more, so that each command tells of this run
  const error = errorOf(() => play(test, choice, commands));
  const lines = [...commands].map((command) => `  ${String(command)}`);
  const device = `on ${fc.stringify(choice)}`;
  const path = counterexamplePath ?? '';
  const text = [error, device, ...lines, `seed ${seed}, path ${path}`].join('\n');
  return { text, run: Number(path.split(':')[0]) };
}

function errorOf(work: () => void): string {
  try {
    work();
    return 'The failure does not come again: something is kept between runs';
  } catch (error) {
    return error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error);
  }
}
