// The page's end of `<viommu-machine>`: does what the page around it asks for, and tells what happened.

import { computed, effect } from '@preact/signals';
import { VIRTIO_IOMMU_FAULT_F_WRITE } from '../../src/iommu/protocol/protocol.ts';
import type { CommandResult } from '../../src/shell/command-shell.ts';
import type { MachineSession } from '../session/machine-session.ts';
import type { Opening } from '../session/opening.ts';
import { until } from '../session/until.ts';
import { EventTeller } from './event-teller.ts';
import type { EmbedAnswer, EmbedCall, EmbedNews, EmbedQuestion, FaultDetail } from './protocol.ts';

export function serveEmbedding(port: MessagePort, machine: MachineSession, opening: Opening): void {
  const tell = (news: EmbedNews): void => port.postMessage(news);
  const teller = new EventTeller((detail) => tell({ kind: 'event', name: 'events', detail }));
  port.addEventListener('message', ({ data }: MessageEvent<EmbedQuestion>) => {
    const { id, call } = data;
    answer(call, { machine, opening, teller }).then(
      (answered) => tell({ kind: 'answer', id, answer: answered }),
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        tell({ kind: 'refusal', id, message });
      },
    );
  });
  port.start();
  tellEvents(machine, opening, tell);
  effect(() => {
    const shown = opening.trace.value?.session ?? machine;
    void shown.frame.value;
    teller.look(shown.iommu.latest.history?.record);
  });
}

interface Asked {
  readonly machine: MachineSession;
  readonly opening: Opening;
  readonly teller: EventTeller;
}

const DONE: EmbedAnswer = { kind: 'done' };

/** Resolves with what was asked for. Rejects with an error for the user. */
async function answer(call: EmbedCall, asked: Asked): Promise<EmbedAnswer> {
  const { machine, opening, teller } = asked;
  const { power, console } = machine;
  const shown = opening.trace.peek()?.session ?? machine;
  switch (call.what) {
    case 'type':
      await console.type(call.text.replaceAll('\n', '\r'));
      break;
    case 'run':
      return { kind: 'result', result: await runCommand(machine, opening, call.command) };
    case 'listen':
      teller.listen(call.isOn);
      break;
    case 'pause':
      await power.pause();
      break;
    case 'resume':
      await power.resume();
      break;
    case 'goTo':
      shown.moment.look(call.sequence);
      break;
    case 'open':
      await opening.open(new File([call.file], call.name));
      break;
    case 'state':
      return { kind: 'state', state: shown.iommu.latest.state };
  }
  return DONE;
}

/** Runs a command when the guest is up. */
async function runCommand(
  { power }: MachineSession,
  opening: Opening,
  command: string,
): Promise<CommandResult> {
  if (opening.trace.peek() !== null) throw new Error('This is a trace: nothing runs.');
  await until(computed(() => power.status.value === 'failed' || isUp(power)));
  if (power.api === null || !isUp(power)) throw new Error('The PC does not run.');
  return power.api.shell.run(command);
}

function isUp({ progress, status }: MachineSession['power']): boolean {
  const isThere = status.value !== 'failed' && status.value !== 'restoring';
  return progress.value.stage === 'ready' && isThere;
}

function tellEvents(
  machine: MachineSession,
  opening: Opening,
  tell: (news: EmbedNews) => void,
): void {
  let wasReady = false;
  let lastFault = 0;
  effect(() => {
    const { power, iommu } = opening.trace.value?.session ?? machine;
    const isReady = isUp(power);
    if (isReady && !wasReady) tell({ kind: 'event', name: 'ready', detail: null });
    wasReady = isReady;
    const { list } = iommu.faults.value;
    for (const { fault } of list.filter((each) => each.fault.sequence > lastFault).toReversed()) {
      const detail: FaultDetail = {
        sequence: fault.sequence,
        endpoint: fault.endpoint,
        address: fault.address,
        access: (fault.flags & VIRTIO_IOMMU_FAULT_F_WRITE) === 0 ? 'read' : 'write',
      };
      tell({ kind: 'event', name: 'fault', detail });
    }
    lastFault = list[0]?.fault.sequence ?? 0;
  });
  effect(() => {
    const failure = machine.power.failure.value;
    if (failure === null) return;
    const { kind, message } = failure;
    tell({ kind: 'event', name: 'failure', detail: { kind, message } });
  });
}
