// The one place that says which moment the page shows, and leads to others: the present, the events before and behind, the
// faults; or takes the machine there.

import { useComputed, type ReadonlySignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import type { PastNote } from '../../src/worker/api/past.ts';
import type { MachineStatus } from '../../src/worker/api/power.ts';
import { meanwhile, whyUnknown } from '../format/moment-words.ts';
import { formatExact } from '../format/quantity.ts';
import type { MachineClock } from '../model/views.ts';
import { useClock } from './clock-context.ts';

/** What is looked at, as this part needs to know it. */
export type ShownMoment =
  | { readonly kind: 'live' }
  | {
      readonly kind: 'past';
      readonly views: { readonly sequence: number; readonly timeMs: number };
    }
  | {
      readonly kind: 'unknown';
      readonly sequence: number;
      readonly because: Parameters<typeof whyUnknown>[1];
      readonly nearest: number | null;
    };

export interface MomentStripProps {
  readonly history: () =>
    | { readonly record: { event(sequence: number): { readonly timeMs: number } | undefined } }
    | undefined;
  readonly looking: ReadonlySignal<ShownMoment>;
  /** Sequence of the latest event; 0 before the first. */
  readonly latest: ReadonlySignal<number>;
  readonly clock: ReadonlySignal<MachineClock>;
  readonly status: ReadonlySignal<MachineStatus>;
  /** Where the machine itself stands, if it was taken to its past. */
  readonly past: ReadonlySignal<PastNote | null>;
  /** Where it is on its way to, or why it could not be taken there. */
  readonly travel: ReadonlySignal<{ readonly to: number; readonly problem: string | null } | null>;
  /** Null: the present. */
  readonly onLook: (sequence: number | null) => void;
  readonly onStep: (by: 1 | -1) => void;
  readonly onStepFault: (by: 1 | -1) => void;
  readonly onTake: (sequence: number) => void;
  readonly onDismiss: () => void;
  /** Why the last step led nowhere; null when it did not. */
  readonly stepEnd: ReadonlySignal<string | null>;
}

/** The present is the latest event and when that was: an idle PC's clock goes on at one place, where little is to be painted. */
function Live({
  history,
  latest,
  clock,
  status,
}: Pick<MomentStripProps, 'history' | 'latest' | 'clock' | 'status'>): JSX.Element {
  const words = useClock();
  const ran = useComputed(() => {
    const timeMs = history()?.record.event(latest.value)?.timeMs;
    return words.span(timeMs ?? clock.value.ranMs);
  });
  // The words of a trace come after the first frame; a signal's text goes on without this component
  const time = words.isTime ? ran : null;
  const event = useComputed(() => (latest.value === 0 ? '' : `#${formatExact(latest.value)}`));
  const hasEvents = useComputed(() => latest.value > 0);
  return (
    <p class="moment-text">
      {status.value === 'trace' ? (
        <b class="moment-end">End of the trace</b>
      ) : (
        <b class="moment-live">Live</b>
      )}
      <span class="quiet">
        <span class="moment-word">{hasEvents.value ? 'event ' : ''}</span>
        {event}
        {words.isTime && hasEvents.value ? ', ' : ''}
        {time}
      </span>
    </p>
  );
}

interface PastProps extends Pick<
  MomentStripProps,
  'clock' | 'status' | 'past' | 'onLook' | 'onTake'
> {
  readonly sequence: number;
  readonly timeMs: number;
}

function Past(props: PastProps): JSX.Element {
  const { clock, status, past, sequence, timeMs, onLook, onTake } = props;
  const words = useClock();
  const ago = useComputed(() => words.span(clock.value.ranMs - timeMs));
  const canTake = status.value === 'running' || status.value === 'paused';
  const isTrace = status.value === 'trace';
  return (
    <>
      <p class="moment-text">
        <b>
          Looking at event #{formatExact(sequence)}, {ago} {isTrace ? 'before the end' : 'ago'}.
        </b>{' '}
        <span>
          {words.isTime ? `At ${words.at(timeMs)}. ` : ''}
          {meanwhile(status.value, past.value)}
        </span>
      </p>
      <span class="moment-buttons">
        <button type="button" class="button button-small" onClick={() => onLook(null)}>
          {isTrace ? 'To the end' : 'Back to live'}
        </button>
        {isTrace ? null : (
          <button
            type="button"
            class="button button-small"
            disabled={!canTake}
            title="The PC itself goes back to this event, and can go on from there in another way"
            onClick={() => onTake(sequence)}
          >
            Take the whole machine there
          </button>
        )}
      </span>
    </>
  );
}

interface SteppersProps extends Pick<MomentStripProps, 'onStep' | 'onStepFault'> {
  readonly isLive: boolean;
}

interface StepProps {
  readonly name: string;
  /** The key that does the same. */
  readonly shortcut: string;
  readonly sign: '‹' | '›';
  readonly isDisabled?: boolean;
  readonly onStep: () => void;
}

function Step({ name, shortcut, sign, isDisabled = false, onStep }: StepProps): JSX.Element {
  return (
    <button
      type="button"
      class="button button-small"
      aria-label={name}
      aria-keyshortcuts={shortcut}
      title={`${name} (${shortcut})`}
      disabled={isDisabled}
      onClick={onStep}
    >
      {sign}
    </button>
  );
}

function Steppers({ isLive, onStep, onStepFault }: SteppersProps): JSX.Element {
  const next = { sign: '›', isDisabled: isLive } as const;
  return (
    <div class="moment-steps" role="group" aria-label="Step through the past">
      <Step name="Previous event" shortcut="," sign="‹" onStep={() => onStep(-1)} />
      <span class="moment-word" aria-hidden="true">
        Event
      </span>
      <Step name="Next event" shortcut="." sign="›" onStep={() => onStep(1)} />
      <Step name="Previous fault" shortcut="[" sign="‹" onStep={() => onStepFault(-1)} />
      <span aria-hidden="true">
        <span class="moment-cross">✕</span> <span class="moment-word">Fault</span>
      </span>
      <Step name="Next fault" shortcut="]" {...next} onStep={() => onStepFault(1)} />
    </div>
  );
}

/** Only what a person has done is read out, and not how time passes. */
function spoken(moment: ShownMoment): string {
  if (moment.kind === 'live') return 'Live.';
  if (moment.kind === 'unknown') return whyUnknown(moment.sequence, moment.because);
  return `Looking at event #${formatExact(moment.views.sequence)}, in the past.`;
}

/** What there is to say, by what is looked at. */
function Said(props: MomentStripProps): JSX.Element {
  const { travel, onDismiss, onLook, ...others } = props;
  const moment = props.looking.value;
  const way = travel.value;
  if (way !== null) {
    return (
      <>
        <p class="moment-text">
          {way.problem ?? `Taking the PC to event #${formatExact(way.to)} …`}
        </p>
        {way.problem === null ? null : (
          <button type="button" class="button button-small" onClick={onDismiss}>
            Close
          </button>
        )}
      </>
    );
  }
  if (moment.kind === 'live') return <Live {...others} />;
  if (moment.kind === 'past') {
    const { sequence, timeMs } = moment.views;
    return <Past {...others} onLook={onLook} sequence={sequence} timeMs={timeMs} />;
  }
  const { nearest } = moment;
  return (
    <>
      <p class="moment-text">{whyUnknown(moment.sequence, moment.because)}</p>
      <span class="moment-buttons">
        {nearest === null ? null : (
          <button type="button" class="button button-small" onClick={() => onLook(nearest)}>
            Look at #{formatExact(nearest)}, the oldest kept
          </button>
        )}
        <button type="button" class="button button-small" onClick={() => onLook(null)}>
          Back to live
        </button>
      </span>
    </>
  );
}

export interface MomentHeadProps extends MomentStripProps {
  readonly tools: ComponentChildren;
}

export function MomentStrip({ tools, ...props }: MomentHeadProps): JSX.Element {
  const moment = props.looking.value;
  return (
    <div class="moment" data-moment={moment.kind}>
      <p class="visually-hidden" role="status">
        {spoken(moment)}
      </p>
      <Said {...props} />
      <p class="moment-end-note" role="status">
        {props.stepEnd.value}
      </p>
      <div class="moment-side">
        <Steppers
          isLive={moment.kind === 'live'}
          onStep={props.onStep}
          onStepFault={props.onStepFault}
        />
        {tools}
      </div>
    </div>
  );
}
