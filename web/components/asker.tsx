// Who in the guest caused an event: the task, and the functions of its kernel.

import type { JSX } from 'preact';
import type { Stack, Who } from '../../src/trace/record/who.ts';
import type { StackFunctions } from '../../src/worker/api/why.ts';
import { makerWords, type MakerWords } from '../format/maker-words.ts';

/** What is known of stacks of the guest's kernel; null while it is not known. */
export interface Namers {
  /** The driver's function. */
  readonly driver: (stack: Stack) => string | null;
  /** All functions. */
  readonly callers: (stack: Stack) => StackFunctions | null;
}

interface AskerProps {
  readonly who: Who;
  readonly namers: Namers;
}

/** The same among facts. */
export function AskerFact(props: AskerProps): JSX.Element | null {
  if (makerOf(props) === null) return null;
  return (
    <dl class="facts">
      <div>
        <dt>Caused</dt>
        <dd>
          <Asker {...props} />
        </dd>
      </div>
    </dl>
  );
}

function makerOf({ who, namers }: AskerProps): MakerWords | null {
  return makerWords(who, who.stack === null ? null : namers.driver(who.stack));
}

/** Nothing where nobody is known. */
export function Asker({ who, namers }: AskerProps): JSX.Element | null {
  const { stack } = who;
  const maker = makerOf({ who, namers });
  if (maker === null) return null;
  const known = stack === null ? null : namers.callers(stack);
  if (known === null || known.functions.length === 0) return <p class="asker">{maker.long}</p>;
  return (
    <details class="asker">
      <summary>{maker.long}</summary>
      <ol class="mono">
        {known.functions.map((name) => (
          <li>{name}</li>
        ))}
      </ol>
      {known.areNamed ? null : (
        <p class="block-note">These are addresses: the guest’s kernel has no symbols.</p>
      )}
    </details>
  );
}
