// Attacks by `edu`, the device that a student programs: what each does, and what to expect of it on this machine.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { IommuState } from '../../src/iommu/events/iommu-event.ts';
import type { IommuMode } from '../../src/worker/api/power.ts';
import {
  ATTACKS,
  countWords,
  eduPlace,
  expectation,
  type Attack,
  type CountedAccesses,
  type EduPlace,
} from './attack-words.ts';
import { Pane } from './pane.tsx';

export interface AttackPaneProps {
  /** ID of edu; null on a machine without it. */
  readonly endpoint: ReadonlySignal<number | null>;
  readonly mode: ReadonlySignal<IommuMode>;
  /** The IOMMU now. */
  readonly device: ReadonlySignal<IommuState | null>;
  /** Why commands cannot be typed now; null when they can. */
  readonly noCommands: ReadonlySignal<string | null>;
  /** What edu did since the last attack; null before one, and where nobody counts. */
  readonly count: ReadonlySignal<(CountedAccesses & { readonly id: string }) | null>;
  /** Why the last one could not be begun; null when it could. */
  readonly problem: ReadonlySignal<string | null>;
  readonly onRun: (attack: Attack) => void;
  /** Shows edu in the picture. */
  readonly onSee: () => void;
  /** Asks for a PC with edu. */
  readonly onLab: () => void;
}

interface CardProps extends AttackPaneProps {
  readonly attack: Attack;
  readonly place: EduPlace | null;
}

function Card({ attack, place, ...props }: CardProps): JSX.Element {
  const { mode, noCommands, count, onRun, onSee } = props;
  const reason = noCommands.value;
  const expected = place === null ? null : expectation(attack.id, place, mode.value);
  const counted = count.value?.id === attack.id && attack.id !== 'info' ? count.value : null;
  const mark = expected?.isSafe === true ? '✓ ' : expected?.isSafe === false ? '! ' : '';
  return (
    <li class="attack">
      <h3>{attack.title}</h3>
      <p>{attack.text}</p>
      {expected === null ? null : (
        <p class="attack-expected" data-safe={String(expected.isSafe)}>
          <b>{mark}On this PC now:</b> {expected.text}
        </p>
      )}
      <div class="attack-tools">
        <button
          type="button"
          class={attack.id === 'info' ? 'button' : 'button button-danger'}
          disabled={reason !== null}
          title={reason ?? `Types into the console: ${attack.command}`}
          aria-label={`Run: ${attack.title}`}
          onClick={() => onRun(attack)}
        >
          Run
        </button>
        {attack.id === 'info' ? null : (
          <button
            type="button"
            class="button"
            aria-label={`See it: ${attack.title}`}
            title="Shows edu in the picture, with its registers beside it"
            onClick={onSee}
          >
            See it
          </button>
        )}
        <code class="attack-command mono">{attack.short}</code>
      </div>
      <p class="attack-count" role="status">
        {counted === null ? null : countWords(counted)}
      </p>
    </li>
  );
}

export function AttackPane(props: AttackPaneProps): JSX.Element {
  const { endpoint, mode, device, problem, onLab } = props;
  const place = eduPlace(mode.value, device.value, endpoint.value);
  return (
    <Pane id="attack" title="Attack" note="By edu, a device for experiments.">
      <div class="lab-body scroll" tabIndex={0} role="group" aria-label="Attacks, scrollable">
        {problem.value === null ? null : (
          <p class="result" data-tone="blocked" role="alert">
            <b>Not begun.</b> {problem.value}
          </p>
        )}
        {endpoint.value === null ? (
          <div class="attack-lab">
            <p>
              These attacks use edu, a PCI device that copies memory on command, as QEMU has it.
              This PC has none: the lab is the same PC with it.
            </p>
            <button type="button" class="button button-primary" onClick={onLab}>
              Start the lab…
            </button>
          </div>
        ) : (
          <ul class="attacks">
            {ATTACKS.map((attack) => (
              <Card key={attack.id} {...props} attack={attack} place={place} />
            ))}
          </ul>
        )}
      </div>
    </Pane>
  );
}
