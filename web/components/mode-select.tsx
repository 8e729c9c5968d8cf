// How the guest's DMA is set up. Another mode is another boot, so it asks first.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { IommuMode } from '../../src/worker/api/power.ts';
import { MODES, RestartDialog } from './restart-dialog.tsx';

const ORDER: readonly IommuMode[] = ['translated', 'bypass', 'off'];

export interface ModeSelectProps {
  readonly mode: ReadonlySignal<IommuMode>;
  /** Starts the machine afresh, in this mode. */
  readonly onStart: (mode: IommuMode) => void;
}

export function ModeSelect({ mode: chosen, onStart }: ModeSelectProps): JSX.Element {
  const current = chosen.value;
  const [wanted, setWanted] = useState<IommuMode | null>(null);
  return (
    <>
      <label class="mode">
        <span>IOMMU</span>
        <select
          class="field"
          value={wanted ?? current}
          onChange={(event) => {
            const { value } = event.currentTarget;
            const next = ORDER.find((each) => each === value);
            if (next !== undefined && next !== current) setWanted(next);
          }}
        >
          {ORDER.map((mode) => (
            <option value={mode}>{MODES[mode].label}</option>
          ))}
        </select>
      </label>
      <RestartDialog
        wanted={wanted}
        current={current}
        onClose={() => setWanted(null)}
        onStart={onStart}
      />
    </>
  );
}
