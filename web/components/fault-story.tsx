// The story of one stopped access: its cause in a sentence, what led to it step by step, and the rule.

import type { JSX } from 'preact';
import { sectionOf } from '../inspector/inspected.ts';
import type { FaultTale } from '../inspector/fault-tale.ts';
import { dmesgLine, faultTitle } from '../format/iommu-words.ts';
import { formatExact } from '../format/quantity.ts';
import { reasonsOf } from '../conformance/requirement.ts';
import type { RequirementsView } from '../model/requirements-view.ts';
import { Asker, type Namers } from './asker.tsx';
import { useClock } from './clock-context.ts';
import { LinkedWords, type Select } from './linked-words.tsx';

export interface FaultStoryProps {
  readonly tale: FaultTale;
  readonly requirements: RequirementsView;
  readonly namers: Namers;
  readonly onSelect: Select;
  /** Shows the moment after an event. */
  readonly onLook: (sequence: number) => void;
  /** Shows rules among all of them, with their tests. */
  readonly onRule: (text: string) => void;
}

type RuleProps = Pick<FaultStoryProps, 'tale' | 'requirements' | 'onRule'>;

/** Where the rule stands, and what it says in short. */
function Rule({ tale, requirements, onRule }: RuleProps): JSX.Element {
  const { cause, clause } = tale;
  const list = requirements.kind === 'ready' ? requirements.list : [];
  const rules = cause === null ? [] : reasonsOf(list, { cause, clause });
  return (
    <>
      <p class="fault-why">
        The rule:{' '}
        <button type="button" class="thing" onClick={() => onRule(sectionOf(clause))}>
          {clause}
        </button>
        .
      </p>
      {rules.length === 0 ? null : (
        <ul class="tale-rules">
          {rules.map(({ id, requirement }) => (
            <li key={id}>
              {requirement}{' '}
              <button type="button" class="thing mono" onClick={() => onRule(id)}>
                {id}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

export function FaultStory(props: FaultStoryProps): JSX.Element {
  const { tale, requirements, namers, onSelect, onLook } = props;
  const { fault, timeMs, sentence, steps } = tale;
  const { sequence } = fault;
  const clock = useClock();
  return (
    <article class="tale" aria-label={`Fault #${formatExact(sequence)}`}>
      <p class="fault-head">
        <span class="badge badge-blocked">{faultTitle(fault)}</span>
        <span class="fault-time" title={clock.title}>
          {clock.at(timeMs)}
        </span>
      </p>
      <p class="fault-what">{sentence}</p>
      <ol class="tale-steps" aria-label="What led to it">
        {steps.map((step) => (
          <li key={step.sequence} data-self={step.sequence === sequence}>
            <p>
              <span class="tale-when">{step.when}</span>{' '}
              <LinkedWords words={step.words} onSelect={onSelect} />
            </p>
            <Asker who={step.who} namers={namers} />
          </li>
        ))}
      </ol>
      <Rule tale={tale} requirements={requirements} onRule={props.onRule} />
      <p class="fault-report">
        {fault.isReported ? (
          <>
            Reported to Linux. Its log says: <code>{dmesgLine(fault)}</code>
          </>
        ) : (
          <>
            <b>Not reported:</b> Linux had left no room for the message, so it does not know.
          </>
        )}
      </p>
      <p class="tale-tools">
        <button
          type="button"
          class="button button-small"
          title="Shows the IOMMU as it was then, in all panes"
          onClick={() => onLook(sequence)}
        >
          Look at this moment
        </button>
      </p>
    </article>
  );
}
