// What the page of examples does with its first machine.

import type { FailureDetail, FaultDetail } from '../embed/protocol.ts';
import type { ViommuMachine } from '../embed/viommu-machine.ts';

declare global {
  interface HTMLElementTagNameMap {
    'viommu-machine': ViommuMachine;
  }
  interface HTMLElementEventMap {
    'viommu-ready': CustomEvent<null>;
    'viommu-fault': CustomEvent<FaultDetail>;
    'viommu-failure': CustomEvent<FailureDetail>;
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
document.querySelector('#read')?.addEventListener('click', () => void machine?.type('disk-read\n'));
