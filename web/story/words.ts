// What the story says at each step, and the one thing that can be done there.

import { formatBytes } from '../format/quantity.ts';
import type { EventStory } from '../../src/worker/api/why.ts';
import { OVERREACH_ADDRESS, OVERREACH_BYTES } from './overreach.ts';
import { numberOf, STEPS, type StepName } from './steps.ts';
import type { StoryFacts, StoryOutcome, StoryState } from './story.ts';

/** What a visitor can have done. */
export type StoryAct =
  | 'read-disk'
  | 'overreach'
  | 'start-translated'
  | 'start-without'
  | 'start-early'
  | 'start-closed'
  | 'start-own'
  | 'inspect';

export interface StoryAction {
  readonly act: StoryAct;
  readonly label: string;
  /** What it takes, and what is lost; null for nothing. */
  readonly cost: string | null;
  /** Why it cannot be done now; null when it can. */
  readonly reason: string | null;
}

/** What has happened, in words. */
export interface ToldOutcome {
  /** `stopped`: at the wall; `changed`: memory was. */
  readonly tone: 'stopped' | 'changed' | 'done';
  readonly text: string;
  /** The page's bytes before and after, in hex. */
  readonly bytes: { readonly before: string; readonly after: string } | null;
}

export interface StoryView {
  readonly step: StepName;
  /** "2 of 7". */
  readonly place: string;
  readonly title: string;
  readonly outcome: ToldOutcome | null;
  readonly text: readonly string[];
  /** What is waited for, with the time it has taken; null when nothing is. */
  readonly waiting: string | null;
  readonly action: StoryAction;
}

/** What is told beside the state. */
export interface StoryDetails {
  /** "372 KiB of 128 MiB"; null while it is not known. */
  readonly reach: string | null;
  /** The device that overreaches. */
  readonly device: string;
  /** Why its access was stopped; null while that is not known. */
  readonly why: EventStory | null;
  /** Why no command can be typed now; null when it can. */
  readonly noCommands: string | null;
  /** Milliseconds since the start was asked for. */
  readonly startedMs: number;
}

const WHERE = `0x${OVERREACH_ADDRESS.toString(16)}`;
/** Most of the time it takes is the guest's own. */
const RESTART = 'Linux boots afresh: some four seconds. What is in the PC’s memory is lost.';
/** On the way from a driver to the IOMMU's queue, and the same for all. */
const PLUMBING = /^(vm_notify|virtqueue_|_*viommu_)/;

const NOT_ASKED =
  'Only what a driver has the kernel map is open to its device, and no driver has asked for this page.';
const BOOTS = 'Linux boots; the story goes on by itself.';
const MORAL =
  'A device reaches the memory that Linux has mapped for it, and nothing else: as long as there is an IOMMU, and its driver is up.';

const TITLES: Readonly<Record<StepName, string>> = {
  see: 'What you see',
  overreach: 'A device overreaches',
  why: 'Why it was stopped',
  without: 'The same without an IOMMU',
  early: 'Before the driver is up',
  closed: 'The same with boot bypass off',
  back: 'What an IOMMU does',
};

function outcomeOf(outcome: StoryOutcome, device: string): ToldOutcome {
  switch (outcome.kind) {
    case 'disk-read': {
      const bytes = formatBytes(outcome.bytes);
      const text = `The disk has stored ${bytes} in memory, and each opening made for that is closed again.`;
      return { tone: 'done', text, bytes: null };
    }
    case 'stopped':
      return {
        tone: 'stopped',
        text: 'Stopped at the wall: memory is as it was, and Linux has a report on its console.',
        bytes: null,
      };
    case 'taken-away':
      return { tone: 'done', text: 'The PC has no IOMMU any more.', bytes: null };
    case 'changed':
      return { tone: 'changed', text: 'Nothing stopped it: the page has changed.', bytes: outcome };
    case 'changed-early': {
      const text = 'There is an IOMMU, and the page has changed all the same.';
      return { tone: 'changed', text, bytes: outcome };
    }
    case 'in-no-domain': {
      const text = `Stopped: ${device} is in no domain yet, so it reaches no memory at all.`;
      return { tone: 'stopped', text, bytes: null };
    }
    case 'back': {
      const text = 'The PC that you had is there again, freshly started.';
      return { tone: 'done', text, bytes: null };
    }
  }
}

/** What a step says, and what can be done there. */
type Told = Pick<StoryView, 'text' | 'action'> & { readonly waiting?: string };

function start(act: StoryAct, label: string): StoryAction {
  return { act, label, cost: RESTART, reason: null };
}

/** The steps that are told with the IOMMU translating. */
const TRANSLATED: ReadonlySet<StepName> = new Set(['see', 'overreach', 'why']);
const NEEDS_IOMMU: Told = {
  text: ['This part of the story needs a PC whose IOMMU translates.'],
  action: start('start-translated', 'Restart with the IOMMU'),
};

type Teller = (state: StoryState, facts: StoryFacts, details: StoryDetails) => Told;

function overreach(label: string, { notReady }: StoryFacts): StoryAction {
  return { act: 'overreach', label, cost: null, reason: notReady };
}

function whyWords({ device, why }: StoryDetails): readonly string[] {
  if (why === null) {
    return [`${device} tried to write to ${WHERE}, which no mapping in its domain allows.`];
  }
  const callers = why.callers.map(({ sequence, task, functions }) => {
    const by = task ?? 'a task that is not known';
    const above = functions.filter((name) => !PLUMBING.test(name));
    const [via] = above;
    return `#${sequence} came from the task ${by}${via === undefined ? '' : `, by ${via}`}.`;
  });
  return [why.sentence, ...callers, NOT_ASKED];
}

const TELLERS: Readonly<Record<StepName, Teller>> = {
  see: ({ diskBytes }, facts, { reach, noCommands }) => ({
    text: [
      'On the left are the PC’s devices, on the right is its memory. Devices read and write memory by themselves: that is DMA.',
      `Between them stands the IOMMU. Linux puts each device into a domain of its own, and each domain is a wall, open only where Linux has mapped memory.${reach === null || facts.stage !== 'ready' ? '' : ` Now devices can reach ${reach}.`}`,
    ],
    action: {
      act: 'read-disk',
      label: 'Watch a disk being read',
      cost: null,
      reason: noCommands,
    },
    ...(diskBytes !== null && facts.diskBytes > diskBytes
      ? { waiting: 'Linux opens the disk’s wall for each piece of data, and closes it again.' }
      : {}),
  }),
  overreach: (_state, facts, { device }) => ({
    text: [
      `A device may be faulty, or controlled by an attacker. Let the device ${device} write ${OVERREACH_BYTES} bytes to address ${WHERE}, where Linux has mapped nothing for it.`,
    ],
    action: overreach('Let it overreach', facts),
  }),
  why: ({ fault }, facts, details) =>
    fault === null
      ? {
          text: ['Nothing was stopped in this run of the PC: first let the device overreach.'],
          action: overreach('Let it overreach', facts),
        }
      : {
          text: [...whyWords(details), 'And without an IOMMU?'],
          action: start('start-without', 'Restart without the IOMMU'),
        },
  without: ({ attempt }, facts) => {
    if (facts.mode !== 'off') {
      return {
        text: ['This part of the story needs a PC without an IOMMU.'],
        action: start('start-without', 'Restart without the IOMMU'),
      };
    }
    if (attempt.after !== null) {
      return {
        text: ['An earlier access has changed this page already: only a restart clears it.'],
        action: start('start-without', 'Restart once more'),
      };
    }
    const again = overreach('Let it overreach again', facts);
    if (facts.notReady !== null) {
      return {
        text: ['There are no walls: every device can reach all of memory.'],
        action: again,
        waiting: BOOTS,
      };
    }
    return {
      text: [
        `There are no walls: every device can reach all of memory. Have the same device make the same access: ${OVERREACH_BYTES} bytes at ${WHERE}.`,
      ],
      action: again,
    };
  },
  early: (state, _facts, { device }) =>
    early(state, device, {
      text: `An IOMMU protects only when a driver has set it up. Until then this one lets everything through, so that the firmware can read its disk: boot bypass. Restart with the IOMMU, and ${device} overreaches while Linux still boots.`,
      action: start('start-early', 'Restart with the IOMMU'),
    }),
  closed: (state, _facts, { device }) =>
    early(state, device, {
      text: 'The gap can be closed: with boot bypass off, a device that no driver has put into a domain reaches nothing.',
      action: start('start-closed', 'Restart with boot bypass off'),
    }),
  back: ({ isBack }, { isOwn, notReady }) =>
    isBack
      ? {
          text: [
            MORAL,
            'Now look around: Inspect has every request, mapping and fault, and who caused it.',
          ],
          action: { ...start('inspect', 'Look around in Inspect'), cost: null },
        }
      : {
          text: [MORAL],
          action: { ...start('start-own', 'Back to your PC'), reason: isOwn ? notReady : null },
        },
};

/** A step whose access is made while Linux boots. */
function early(
  { awaitedBehind, isLate }: StoryState,
  device: string,
  { text, action }: { readonly text: string; readonly action: StoryAction },
): Told {
  if (awaitedBehind !== null) {
    return {
      text: [`${device} overreaches as soon as Linux boots, before the IOMMU’s driver is up.`],
      action: { ...action, reason: 'The PC is being started' },
      waiting: BOOTS,
    };
  }
  if (!isLate) return { text: [text], action };
  return {
    text: ['The access came too late: the driver was up already.'],
    action: { ...action, label: 'Try again' },
  };
}

export function storyView(state: StoryState, facts: StoryFacts, details: StoryDetails): StoryView {
  const { step, outcome } = state;
  const isOther = TRANSLATED.has(step) && facts.mode !== 'translated';
  const isStale = isOther || (step === 'without' && facts.mode !== 'off');
  const told = isOther ? NEEDS_IOMMU : TELLERS[step](state, facts, details);
  const isStarting = told.waiting !== undefined && facts.notReady !== null;
  const seconds = isStarting ? ` ${Math.floor(details.startedMs / 1000)} s` : '';
  return {
    step,
    place: `${numberOf(step)} of ${STEPS.length}`,
    title: TITLES[step],
    // What has happened on a PC of another mode is not so on this one
    outcome: outcome === null || isStale ? null : outcomeOf(outcome, details.device),
    text: told.text,
    waiting: told.waiting === undefined ? null : `${told.waiting}${seconds}`,
    action: told.action,
  };
}
