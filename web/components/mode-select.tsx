// How the guest's DMA is set up. Another mode is another boot, so it asks first.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { IommuMode } from '../../src/worker/api/power.ts';

interface ModeWords {
  readonly mode: IommuMode;
  readonly label: string;
  readonly question: string;
  readonly text: string;
}

const MODES: readonly ModeWords[] = [
  {
    mode: 'translated',
    label: 'Translated',
    question: 'Restart with the IOMMU translating?',
    text: 'Every device gets a domain of its own and reaches only the memory that Linux has mapped for it.',
  },
  {
    mode: 'bypass',
    label: 'Bypass',
    question: 'Restart with the IOMMU in bypass?',
    text: 'Linux is told to pass DMA through: devices reach all memory, and the IOMMU only counts.',
  },
  {
    mode: 'off',
    label: 'Off',
    question: 'Restart without an IOMMU?',
    text: 'The PC has no IOMMU at all. Good for comparing: nothing is checked, nothing is seen.',
  },
];

/** Keeps the mode in the address, so that a link or a reload starts the same machine. */
function rememberMode(mode: IommuMode): void {
  const url = new URL(location.href);
  // Without a plan in the address that mode goes without saying.
  if (mode === 'translated' && !url.searchParams.has('plan')) url.searchParams.delete('iommu');
  else url.searchParams.set('iommu', mode);
  history.replaceState(null, '', url);
}

export interface ModeSelectProps {
  readonly mode: ReadonlySignal<IommuMode>;
  /** Starts the machine afresh, in this mode. */
  readonly onStart: (mode: IommuMode) => void;
}

export function ModeSelect({ mode: chosen, onStart }: ModeSelectProps): JSX.Element {
  const current = chosen.value;
  const [wanted, setWanted] = useState<IommuMode | null>(null);
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    if (wanted !== null) dialog.current?.showModal();
  }, [wanted]);

  const close = (): void => dialog.current?.close();
  const apply = (): void => {
    close();
    if (wanted === null) return;
    rememberMode(wanted);
    onStart(wanted);
  };
  const words = MODES.find((each) => each.mode === (wanted ?? current));

  return (
    <>
      <label class="mode">
        <span>IOMMU</span>
        <select
          class="field"
          value={wanted ?? current}
          onChange={(event) => {
            const { value } = event.currentTarget;
            const next = MODES.find((each) => each.mode === value)?.mode;
            if (next !== undefined && next !== current) setWanted(next);
          }}
        >
          {MODES.map(({ mode, label }) => (
            <option value={mode}>{label}</option>
          ))}
        </select>
      </label>
      <dialog
        class="dialog"
        ref={dialog}
        aria-labelledby="mode-question"
        onClose={() => setWanted(null)}
      >
        <h2 id="mode-question">{words?.question}</h2>
        <p>{words?.text}</p>
        <p>The PC is switched off and boots again. What is in its memory is lost.</p>
        <div class="dialog-actions">
          <button type="button" class="button" onClick={close}>
            Cancel
          </button>
          <button type="button" class="button button-primary" onClick={apply}>
            Restart
          </button>
        </div>
      </dialog>
    </>
  );
}
