// Asks before the PC starts again in another mode: what is in its memory is lost.

import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { IommuMode } from '../../src/worker/api/power.ts';

interface ModeWords {
  readonly label: string;
  readonly question: string;
  readonly text: string;
}

/** How DMA can go. */
export const MODES: Readonly<Record<IommuMode, ModeWords>> = {
  translated: {
    label: 'Translated',
    question: 'Restart with the IOMMU translating?',
    text: 'Every device gets a domain of its own and reaches only the memory that Linux has mapped for it.',
  },
  bypass: {
    label: 'Bypass',
    question: 'Restart with the IOMMU in bypass?',
    text: 'Linux is told to pass DMA through: devices reach all memory, and the IOMMU only counts.',
  },
  off: {
    label: 'Off',
    question: 'Restart without an IOMMU?',
    text: 'The PC has no IOMMU at all. Good for comparing: nothing is checked, nothing is seen.',
  },
};

export interface RestartDialogProps {
  /** Asks while this is a mode. */
  readonly wanted: IommuMode | null;
  /** What the dialog says before it has ever asked. */
  readonly current: IommuMode;
  readonly onClose: () => void;
  /** Starts the machine afresh, in this mode. */
  readonly onStart: (mode: IommuMode) => void;
}

export function RestartDialog(props: RestartDialogProps): JSX.Element {
  const { wanted, current, onClose, onStart } = props;
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    if (wanted !== null) dialog.current?.showModal();
  }, [wanted]);

  const close = (): void => dialog.current?.close();
  const apply = (): void => {
    close();
    if (wanted === null) return;
    onStart(wanted);
  };
  const { question, text } = MODES[wanted ?? current];
  return (
    <dialog class="dialog" ref={dialog} aria-label={question} onClose={onClose}>
      <h2>{question}</h2>
      <p>{text}</p>
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
  );
}
