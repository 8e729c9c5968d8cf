// The end of the dialog: what is to be corrected, or what a start changes; and the start.

import type { JSX } from 'preact';
import type { MachinePlan } from '../../src/machine/plan/machine-plan.ts';
import { planDifferences } from '../../src/machine/plan/plan-differences.ts';
import { shortPlanText } from '../../src/machine/plan/short-plan.ts';
import { labelOf } from './fields.ts';
import type { Checked } from './draft.ts';

export interface FooterProps {
  readonly checked: Checked;
  /** What runs; null when nothing does. */
  readonly running: MachinePlan | null;
  /** Whether there is a session to be saved. */
  readonly canSave: boolean;
  readonly onSave: () => void;
  /** Shows a field. */
  readonly onShow: (path: string) => void;
  readonly onClose: () => void;
}

/** Differences that are told in full. */
const SHOWN = 2;

/** What a start comes to. */
export function startWords(plan: MachinePlan, running: MachinePlan | null): string {
  const how =
    shortPlanText(plan) === '{}'
      ? 'The usual PC starts at its prompt.'
      : 'The PC boots from power-on.';
  if (running === null) return how;
  const differences = planDifferences(running, plan);
  const more = differences.length - SHOWN;
  const list = `${differences.slice(0, SHOWN).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
  return differences.length === 0
    ? `Nothing is changed. ${how} The session that runs now ends.`
    : `Changed: ${list}. ${how} The session that runs now ends.`;
}

function Problems({ checked, onShow }: Pick<FooterProps, 'checked' | 'onShow'>): JSX.Element {
  const paths = new Map(checked.problems.map(({ path }) => [labelOf(path), path]));
  return (
    <p class="machine-told" data-tone="wrong">
      To correct before it can start:{' '}
      {[...paths].map(([label, path], index) => (
        <>
          {index === 0 ? '' : ', '}
          <button type="button" class="link" onClick={() => onShow(path)}>
            {label}
          </button>
        </>
      ))}
    </p>
  );
}

export function Footer(props: FooterProps): JSX.Element {
  const { checked, running, canSave } = props;
  const { plan } = checked;
  return (
    <footer class="machine-footer">
      <div aria-live="polite">
        {plan === null ? (
          <Problems checked={checked} onShow={props.onShow} />
        ) : (
          <p class="machine-told">{startWords(plan, running)}</p>
        )}
      </div>
      <div class="dialog-actions">
        {running === null ? null : (
          <button
            type="button"
            class="button machine-save"
            disabled={!canSave}
            title="Saves a recording of all that has happened since power-on, which can be replayed"
            onClick={props.onSave}
          >
            Save this session
          </button>
        )}
        <button type="button" class="button" onClick={props.onClose}>
          Cancel
        </button>
        <button
          type="submit"
          class="button button-primary"
          disabled={plan === null}
          title={plan === null ? 'Correct what is wrong first' : ''}
        >
          Start this machine
        </button>
      </div>
    </footer>
  );
}
