// What the page of examples does with its first machine.

import type { EventsDetail, FailureDetail, FaultDetail } from '../embed/protocol.ts';
import type { ViommuMachine } from '../embed/viommu-machine.ts';

declare global {
  interface HTMLElementTagNameMap {
    'viommu-machine': ViommuMachine;
  }
  interface HTMLElementEventMap {
    'viommu-ready': CustomEvent<null>;
    'viommu-fault': CustomEvent<FaultDetail>;
    'viommu-failure': CustomEvent<FailureDetail>;
    'viommu-events': CustomEvent<EventsDetail>;
  }
}

const machine = document.querySelector('viommu-machine');
const said = document.querySelector('#said');

function say(text: string): void {
  if (said !== null) said.textContent = text;
}

machine?.addEventListener('viommu-ready', () => say('The machine is ready.'));
machine?.addEventListener('viommu-fault', ({ detail }) => {
  say(`A ${detail.access} at 0x${detail.address.toString(16)} was stopped.`);
});
machine?.addEventListener('viommu-failure', ({ detail }) => say(detail.message));
let count = 0;
machine?.addEventListener('viommu-events', ({ detail }) => {
  count += detail.events.length + detail.missed;
  const last = detail.events.at(-1)?.event.kind ?? 'none';
  const text = `${count} events since the page was opened; the last is ${last}.`;
  document.querySelector('#count')?.replaceChildren(text);
});

async function askForKernel(): Promise<void> {
  if (machine === null) return;
  try {
    const { output, exitCode } = await machine.run('uname -sr');
    say(`${output.trim()} (exit code ${exitCode})`);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}

document.querySelector('#uname')?.addEventListener('click', () => void askForKernel());
document.querySelector('#read')?.addEventListener('click', () => void machine?.type('disk-read\n'));
