// The page's end of `<viommu-machine>`: does what the page around it asks for, and tells what happened.

import { effect } from '@preact/signals';
import { VIRTIO_IOMMU_FAULT_F_WRITE } from '../../src/iommu/protocol/protocol.ts';
import type { IommuState } from '../../src/iommu/events/iommu-event.ts';
import type { MachineSession } from '../session/machine-session.ts';
import type { Opening } from '../session/opening.ts';
import type { EmbedCall, EmbedNews, EmbedQuestion, FaultDetail } from './protocol.ts';

export function serveEmbedding(port: MessagePort, machine: MachineSession, opening: Opening): void {
  const tell = (news: EmbedNews): void => port.postMessage(news);
  port.addEventListener('message', ({ data }: MessageEvent<EmbedQuestion>) => {
    const { id, call } = data;
    answer(call, machine, opening).then(
      (state) => tell({ kind: 'answer', id, state }),
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        tell({ kind: 'refusal', id, message });
      },
    );
  });
  port.start();
  tellEvents(machine, opening, tell);
}

/** Resolves with the state if that was asked for. Rejects with an error for the user. */
async function answer(
  call: EmbedCall,
  machine: MachineSession,
  opening: Opening,
): Promise<IommuState | null> {
  const { power, console } = machine;
  const shown = opening.trace.peek()?.session ?? machine;
  switch (call.what) {
    case 'type':
      await console.type(call.text.replaceAll('\n', '\r'));
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
      return shown.iommu.latest.state;
  }
  return null;
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
    const status = power.status.value;
    const isReady =
      power.progress.value.stage === 'ready' && status !== 'failed' && status !== 'restoring';
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
