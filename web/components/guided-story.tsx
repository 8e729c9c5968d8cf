// The story, beside the picture: what has just happened, what is to be known now, and the one thing to do next.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { STEPS, numberOf, type StepName } from '../story/steps.ts';
import type { StoryAct, StoryAction, StoryView, ToldOutcome } from '../story/words.ts';
import { Pane } from './pane.tsx';

export interface GuidedStoryProps {
  /** Null while it is not told. */
  readonly view: ReadonlySignal<StoryView | null>;
  /** The address that leads to a step. */
  readonly addressOf: (step: StepName) => string;
  readonly onTell: (step: StepName) => void;
  readonly onAct: (act: StoryAct) => void;
  readonly onSkip: () => void;
  readonly onLeave: () => void;
}

/** A sign beside the colour. */
const SIGNS: Readonly<Record<ToldOutcome['tone'], string>> = {
  stopped: '✕',
  changed: '▲',
  done: '✓',
};

/** Four bytes together, as memory is shown: all fit in a line of a phone. */
function inWords(hex: string): string {
  return hex.replaceAll(/(\w\w) (\w\w) (\w\w) (\w\w)/g, '$1$2$3$4');
}

function Outcome({ outcome }: { readonly outcome: ToldOutcome }): JSX.Element {
  const { tone, text, bytes } = outcome;
  return (
    <div class="told" data-tone={tone}>
      <p>
        <span aria-hidden="true">{SIGNS[tone]}</span> {text}
      </p>
      {bytes === null ? null : (
        <dl class="told-bytes">
          <dt>before</dt>
          <dd>{inWords(bytes.before)}</dd>
          <dt>after</dt>
          <dd>{inWords(bytes.after)}</dd>
        </dl>
      )}
    </div>
  );
}

/** On a phone the page scrolls: the story, and the picture below it, come into sight for what is about to happen. */
function bringUp(button: Element): void {
  const { scrollHeight, clientHeight } = document.documentElement;
  if (scrollHeight > clientHeight) button.closest('.pane')?.scrollIntoView({ block: 'start' });
}

/** Stays where it is from step to step, so that a person at the keyboard goes on with one key. */
function ActButton(props: {
  readonly action: StoryAction;
  readonly onAct: (act: StoryAct) => void;
}): JSX.Element {
  const { act, label, reason } = props.action;
  const isDanger = act === 'overreach';
  return (
    <button
      type="button"
      class={isDanger ? 'button button-danger' : 'button button-primary'}
      aria-disabled={reason !== null}
      aria-describedby="guided-note"
      onKeyDown={(event) => {
        // A key that is held down would run through the next step as well
        if (event.repeat) event.preventDefault();
      }}
      onClick={({ detail, currentTarget }) => {
        // And so would a double click
        if (reason !== null || detail > 1) return;
        bringUp(currentTarget);
        props.onAct(act);
      }}
    >
      {label}
    </button>
  );
}

function Places({
  current,
  addressOf,
  onTell,
}: Pick<GuidedStoryProps, 'addressOf' | 'onTell'> & { readonly current: StepName }): JSX.Element {
  return (
    <nav class="story-places" aria-label="Steps of the story">
      {STEPS.map((step) => (
        <a
          href={addressOf(step)}
          aria-label={`Step ${numberOf(step)}`}
          aria-current={step === current ? 'step' : undefined}
          onClick={(event) => {
            // With a modifier key the browser opens the address elsewhere
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            onTell(step);
          }}
        >
          {numberOf(step)}
        </a>
      ))}
    </nav>
  );
}

/** What is read out when something has happened: once, and with what is told now. */
function newsOf({ outcome, place, title }: StoryView): string {
  return outcome === null ? '' : `${outcome.text} Step ${place}: ${title}.`;
}

export function GuidedStory(props: GuidedStoryProps): JSX.Element | null {
  const view = props.view.value;
  if (view === null) return null;
  const { step, place, title, outcome, text, waiting, action } = view;
  const isLast = step === 'back';
  return (
    <Pane
      id="guided"
      title={title}
      note={place}
      tools={
        <button
          type="button"
          class="button button-small"
          aria-label="Leave the story"
          onClick={props.onLeave}
        >
          Leave
        </button>
      }
    >
      <div class="scroll guided-text" tabIndex={0} role="group" aria-label="What is told">
        {outcome === null ? null : <Outcome outcome={outcome} />}
        {text.map((each) => (
          <p>{each}</p>
        ))}
      </div>
      <div class="guided-foot">
        <div class="guided-actions">
          <ActButton action={action} onAct={props.onAct} />
          {isLast ? null : (
            <button type="button" class="button" onClick={props.onSkip}>
              Skip
            </button>
          )}
        </div>
        <div class="guided-actions">
          <p id="guided-note" class="guided-note">
            {waiting ?? action.reason ?? action.cost}
          </p>
          <Places current={step} addressOf={props.addressOf} onTell={props.onTell} />
        </div>
      </div>
      <p class="visually-hidden" aria-live="polite">
        {newsOf(view)}
      </p>
    </Pane>
  );
}
