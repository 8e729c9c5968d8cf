// What the armed accesses are given of the session.

import { computed } from '@preact/signals';
import type { ArmedPaneProps } from '../components/armed-pane.tsx';
import { whyNoMachine } from '../format/readiness.ts';
import type { MachineSession } from '../session/machine-session.ts';

export function armedProps(session: MachineSession): ArmedPaneProps {
  const { power, armed, selection, moment, iommu } = session;
  return {
    info: power.info,
    noMachine: computed(
      () =>
        whyNoMachine(power.status.value) ?? (power.info.value === null ? 'No PC runs yet' : null),
    ),
    items: armed.items,
    onArm: (order) => {
      moment.look(null);
      void armed.arm(order);
    },
    onCancel: (id) => armed.cancel(id),
    onClear: () => armed.clear(),
    onShow: ({ sequence, result }) => {
      const next = iommu.latest.history?.record.event(sequence + 1)?.event;
      if (result.outcome === 'blocked' && next?.kind === 'faulted') {
        selection.select({ kind: 'event', sequence: sequence + 1 });
      } else if (sequence > 0) moment.look(sequence);
    },
    checkFilter: (text) => session.eventFilter.check(text),
  };
}
