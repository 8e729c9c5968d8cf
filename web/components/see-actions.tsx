// What a visitor can do to the picture: have devices work, let one overreach, take the IOMMU away.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Emitter } from '../../src/base/emitter.ts';
import type { IommuMode, MachineInfo } from '../../src/worker/api/power.ts';
import type { RogueRequest, RogueResult } from '../../src/worker/api/stray-dma.ts';
import { overreachOf } from '../story/overreach.ts';
import type { StepName } from '../story/steps.ts';
import { freshLine } from './fresh-line.ts';
import { RestartDialog } from './restart-dialog.tsx';
import { formEndpoint, ResultView } from './rogue-pane.tsx';
import { useOutcome } from './use-outcome.ts';

/** What takes the IOMMU away, or puts it back. */
export const OTHER_MODE: Readonly<
  Record<IommuMode, { readonly mode: IommuMode; readonly label: string }>
> = {
  translated: { mode: 'off', label: 'Take the IOMMU away' },
  bypass: { mode: 'translated', label: 'Turn translation on' },
  off: { mode: 'translated', label: 'Put the IOMMU back' },
};

/** The button that does that. */
export const OVERREACH = 'Let a device overreach';

export interface SeeActionsProps {
  readonly info: ReadonlySignal<MachineInfo | null>;
  readonly mode: ReadonlySignal<IommuMode>;
  /** Why the guest cannot be used now; null when it can. */
  readonly notReady: ReadonlySignal<string | null>;
  /** Why its commands cannot be typed now; null when they can. */
  readonly noCommands: ReadonlySignal<string | null>;
  /** The endpoint a person has picked; null until then. */
  readonly endpoint: ReadonlySignal<number | null>;
  /** ID of edu; null on a machine without it. */
  readonly edu: ReadonlySignal<number | null>;
  /** Has it attack the kernel. */
  readonly onAttack: () => void;
  /** The machine starts from nothing, or is taken elsewhere in time. */
  readonly left: Pick<Emitter<void>, 'on'>;
  readonly onType: (text: string) => void;
  readonly onSend: (request: RogueRequest) => Promise<RogueResult>;
  /** Starts the machine afresh, in this mode. */
  readonly onStart: (mode: IommuMode) => void;
  /** The step of the story that is told; null while none is. */
  readonly storyStep: ReadonlySignal<StepName | null>;
  readonly onTell: () => void;
}

function CommandButton(props: {
  readonly command: string;
  readonly label: string;
  readonly reason: string | null;
  readonly onType: (text: string) => void;
}): JSX.Element {
  const { command, label, reason, onType } = props;
  return (
    <button
      type="button"
      class="button"
      disabled={reason !== null}
      title={reason ?? `Types ${command} into the console`}
      onClick={() => onType(freshLine(command))}
    >
      {label}
    </button>
  );
}

export function SeeActions(props: SeeActionsProps): JSX.Element {
  const { onType } = props;
  const { outcome, send } = useOutcome(props);
  const [wanted, setWanted] = useState<IommuMode | null>(null);
  const mode = props.mode.value;
  const reason = props.notReady.value;
  const noCommands = props.noCommands.value;
  const endpoint = formEndpoint(props.info.value, props.endpoint.value);
  const other = OTHER_MODE[mode];

  const overreach = (): void => {
    if (endpoint !== null) send(overreachOf(endpoint, 'write'));
  };

  return (
    <section class="pane pane-actions" aria-label="Try it">
      <div class="actions">
        <CommandButton
          command="disk-read"
          label="Read a disk"
          reason={noCommands}
          onType={onType}
        />
        <CommandButton command="net-ping" label="Ping" reason={noCommands} onType={onType} />
        <button
          type="button"
          class="button button-danger"
          disabled={reason !== null || endpoint === null}
          title={reason ?? 'A device writes to an address that nobody has given it'}
          onClick={overreach}
        >
          {OVERREACH}
        </button>
        {props.edu.value === null ? null : (
          <button
            type="button"
            class="button button-danger"
            disabled={noCommands !== null}
            title={
              noCommands ?? 'Types dma-attack: edu reads the kernel’s memory, and changes its name'
            }
            onClick={props.onAttack}
          >
            Attack by edu
          </button>
        )}
        <button type="button" class="button" onClick={() => setWanted(other.mode)}>
          {other.label}
        </button>
      </div>
      <div class="actions-foot">
        <div class="actions-result" aria-live="polite">
          {outcome.kind === 'none' ? (
            <p class="quiet">{noCommands ?? 'Every button acts on this PC, now.'}</p>
          ) : (
            <ResultView mode={mode} outcome={outcome} />
          )}
        </div>
        {props.storyStep.value === null ? (
          <button type="button" class="link" onClick={props.onTell}>
            Tell me the story
          </button>
        ) : null}
      </div>
      <RestartDialog
        wanted={wanted}
        current={mode}
        onClose={() => setWanted(null)}
        onStart={props.onStart}
      />
    </section>
  );
}
