// Writes down what a machine does: its IOMMU's events with the requests they came from, and what else is worth a line.

import type { Dispose } from '../base/emitter.ts';
import type { IommuWatcher } from '../iommu/events/event-recorder.ts';
import { VIRTIO_IOMMU_T_ATTACH } from '../iommu/protocol/protocol.ts';
import { MAX_LINE } from '../trace/record/marks.ts';
import type { Recorder, RecordTime } from '../trace/record/recorder.ts';
import { BootWatch, type GuestStage } from './boot-watch.ts';
import type { EndpointNotification } from './who-view.ts';
import type { PowerEvent } from './power-event.ts';
import { RecordCounters, type Counted } from './record-counters.ts';
import { RecordDoorbells, type Rung } from './record-doorbells.ts';
import { RecordNotifications } from './record-notifications.ts';
import { RecordSamples, type Sampled } from './record-samples.ts';
import { RecordWho, type Walker } from './record-who.ts';
import type { MachineAccess } from './rogue-access.ts';
import type { Place } from './timeline/place.ts';

/** What is written down of a machine. */
export interface RecordedMachine {
  readonly iommu: RecordedIommu | undefined;
  readonly console: { onOutput(listener: (bytes: Uint8Array) => void): Dispose };
  readonly who: Walker & {
    onNotification(listener: (notification: EndpointNotification) => void): Dispose;
    learn(): void;
  };
  /** Whether the guest is amid an instruction: what happens then is its doing. */
  readonly isInTick: boolean;
  readonly ranMs: number;
  readonly instructions: number;
  watch(watcher: IommuWatcher): Dispose;
  onPower(listener: (event: PowerEvent) => void): Dispose;
  onAccess(listener: (access: MachineAccess) => void): Dispose;
  onLeave(listener: (place: Place) => void): Dispose;
  onMove(listener: (place: Place) => void): Dispose;
  onTick(listener: () => void): Dispose;
  onTickFollowed(listener: () => void): Dispose;
}

interface RecordedIommu extends Counted, Sampled, Rung {
  readonly sequence: number;
}

/** Lines of the console as they end. */
class ConsoleLines {
  readonly #decoder = new TextDecoder();
  #line = '';

  take(bytes: Uint8Array, onLine: (line: string) => void): void {
    const parts = this.#decoder.decode(bytes, { stream: true }).replaceAll('\r', '').split('\n');
    for (const [index, part] of parts.entries()) {
      // What no mark keeps of a line need not be kept here.
      if (this.#line.length < MAX_LINE) this.#line += part;
      if (index === parts.length - 1) return;
      onLine(this.#line);
      this.#line = '';
    }
  }
}

export interface TapOptions {
  /** Without it nobody looks into the guest for who asks. */
  readonly withWho?: boolean;
  /** The latest stage that is recorded already, of a machine that has come from elsewhere; null where there is none. */
  readonly stageSoFar?: () => string | null;
}

/** Has a recorder written by a machine until it is told to end. */
export function tapMachine(
  machine: RecordedMachine,
  recorder: Recorder,
  { withWho = true, stageSoFar = () => null }: TapOptions = {},
): Dispose {
  let [lines, watch] = [new ConsoleLines(), new BootWatch()];
  let stage: GuestStage = watch.stage;
  // A prompt of a guest that has been at its prompt is no news
  let mayBeKnown = true;
  const who = new RecordWho(machine.who, recorder);
  const now = (): RecordTime => ({ timeMs: machine.ranMs, instructions: machine.instructions });
  const counters = new RecordCounters(recorder);
  const samples = new RecordSamples(recorder, now);
  const doorbells = new RecordDoorbells(recorder, now);
  const notifications = new RecordNotifications(recorder, now, () =>
    withWho ? who.now(machine.instructions) : 0,
  );
  const whoNow = (instructions: number): number =>
    withWho && machine.isInTick ? who.now(instructions) : 0;
  const takeConsole = (bytes: Uint8Array): void => {
    lines.take(bytes, (line) => recorder.mark({ kind: 'console', line }, now()));
    watch.take(bytes);
    if (watch.stage === stage) return;
    ({ stage } = watch);
    const isKnown = mayBeKnown && stageSoFar() === stage;
    mayBeKnown = false;
    if (!isKnown) recorder.mark({ kind: 'stage', stage }, now());
  };
  const forget = (): void => {
    who.forget();
    [lines, watch] = [new ConsoleLines(), new BootWatch()];
    ({ stage } = watch);
    mayBeKnown = false;
    notifications.forget();
    samples.forget();
    doorbells.forget();
  };
  const pass = (): void => {
    doorbells.follow(machine.iommu);
    // A busy guest ends a tick in less than a millisecond, and hardly any brings something
    if (machine.ranMs < Math.min(notifications.dueMs, samples.dueMs, counters.dueMs)) return;
    const time = now();
    notifications.pass(time);
    samples.pass(machine.iommu, time);
    counters.pass(machine.iommu, time.timeMs, time.instructions);
  };
  const disposals = [
    machine.watch({
      request: (answered) => {
        // The guest's kernel runs, and who asks for what comes will be wanted
        if (withWho && answered.type === VIRTIO_IOMMU_T_ATTACH) machine.who.learn();
        const { ranMs, instructions } = machine;
        recorder.addRequest(answered, ranMs, instructions, whoNow(instructions));
      },
      other: (event) => {
        const context = { ...now(), who: whoNow(machine.instructions) };
        recorder.add(event, context);
        // Another device, which has counted nothing
        if (event.kind === 'power-cycled') counters.look(machine.iommu, context);
        else counters.pass(machine.iommu, context.timeMs, context.instructions);
      },
    }),
    machine.who.onNotification((notification) => notifications.take(notification)),
    machine.onTick(pass),
    // A replay has the record that the run had
    machine.onTickFollowed(pass),
    machine.onLeave(() => samples.leave()),
    () => doorbells.end(),
    machine.console.onOutput(takeConsole),
    machine.onPower((what) => {
      if (what === 'power-cycled') forget();
      else recorder.mark({ kind: 'power', what }, now());
    }),
    machine.onAccess(({ request, result }) => {
      const { endpoint, address, length, access } = request;
      const { outcome } = result;
      const isBypass = result.outcome === 'completed' && result.isBypass;
      const fault = outcome === 'blocked' ? (machine.iommu?.sequence ?? null) : null;
      recorder.mark(
        { kind: 'access', endpoint, address, length, access, outcome, isBypass, fault },
        now(),
      );
    }),
    machine.onMove(({ sequence }) => {
      recorder.goTo(sequence, now());
      forget();
      mayBeKnown = true;
      counters.forget();
      counters.look(machine.iommu, now());
    }),
  ];
  return () => {
    for (const dispose of disposals) dispose();
  };
}
