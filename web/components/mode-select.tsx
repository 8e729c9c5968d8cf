// How the guest's DMA is set up. Another mode is another boot: to choose one and to apply it are two things.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { IommuMode } from '../../src/worker/api/power.ts';
import { MODES } from './restart-dialog.tsx';

const ORDER: readonly IommuMode[] = ['translated', 'bypass', 'off'];

export interface ModeSelectProps {
  readonly mode: ReadonlySignal<IommuMode>;
  /** Whether Linux unmaps in batches, later. */
  readonly isLazy: ReadonlySignal<boolean>;
  /** Starts the machine afresh, in this mode. */
  readonly onStart: (mode: IommuMode) => void;
}

interface ChoicesProps {
  readonly chosen: IommuMode;
  readonly onChoose: (mode: IommuMode) => void;
}

function Choices({ chosen, onChoose }: ChoicesProps): JSX.Element {
  return (
    <fieldset class="modes">
      <legend class="visually-hidden">Mode</legend>
      {ORDER.map((mode) => (
        <label class="mode">
          <input
            type="radio"
            name="iommu-mode"
            aria-label={MODES[mode].label}
            aria-describedby={`mode-${mode}`}
            checked={mode === chosen}
            onChange={() => onChoose(mode)}
          />
          <span>
            <b>{MODES[mode].label}</b>
            <span id={`mode-${mode}`} class="mode-text">
              {MODES[mode].text}
            </span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

export function ModeSelect({ mode, isLazy, onStart }: ModeSelectProps): JSX.Element {
  const current = mode.value;
  const [chosen, setChosen] = useState(current);
  const dialog = useRef<HTMLDialogElement>(null);

  const open = (): void => {
    setChosen(current);
    dialog.current?.showModal();
  };
  const close = (): void => dialog.current?.close();
  const apply = (event: Event): void => {
    event.preventDefault();
    if (chosen === current) return;
    close();
    onStart(chosen);
  };

  return (
    <>
      <button type="button" class="button" aria-haspopup="dialog" onClick={open}>
        IOMMU: {isLazy.value ? 'Lazy' : MODES[current].label}
      </button>
      <dialog class="dialog" ref={dialog} aria-labelledby="mode-title">
        <form onSubmit={apply}>
          <h2 id="mode-title">What the IOMMU does</h2>
          <Choices chosen={chosen} onChoose={setChosen} />
          <p class="quiet">
            {isLazy.value
              ? 'Translated, and Linux unmaps in batches (lazy): a device still reaches what was just given back. Machine… changes that.'
              : 'Lazy unmapping is chosen under Machine….'}
          </p>
          <p>
            With another mode the PC is switched off and boots again. What is in its memory is lost.
          </p>
          <div class="dialog-actions">
            <button type="button" class="button" onClick={close}>
              Cancel
            </button>
            <button
              type="submit"
              class="button button-primary"
              disabled={chosen === current}
              title={chosen === current ? 'The PC runs in this mode already' : ''}
            >
              Restart
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
