// The story of what an IOMMU does, told with a visitor's own machine. It goes on by what really happened: pure functions from
// what the machine is and what was heard of it to the step that is told.

import { VIRTIO_IOMMU_FAULT_R_DOMAIN } from '../../src/iommu/protocol/protocol.ts';
import type { BootStage, IommuMode } from '../../src/worker/api/power.ts';
import type { StoryNews } from './news.ts';
import { OVERREACH_ADDRESS } from './overreach.ts';
import { stepAfter, type StepName } from './steps.ts';

/** The machine, as far as the story asks. */
export interface StoryFacts {
  /** Another text for each life of the guest. */
  readonly life: string;
  readonly mode: IommuMode;
  readonly stage: BootStage;
  /** Why the guest cannot be used now, in words; null when it can. */
  readonly notReady: string | null;
  /** The IOMMU's field `bypass`; null without an IOMMU, and while nobody has told. */
  readonly bootBypass: boolean | null;
  /** Bytes that the disk has stored in memory in this life. */
  readonly diskBytes: number;
  /** Whether this is the PC that the visitor had, and none that the story has started. */
  readonly isOwn: boolean;
}

/** What has ended the step before. */
export type StoryOutcome =
  | { readonly kind: 'disk-read'; readonly bytes: number }
  | { readonly kind: 'stopped' | 'taken-away' | 'in-no-domain' | 'back' }
  /** The page in hex. */
  | {
      readonly kind: 'changed' | 'changed-early';
      readonly before: string;
      readonly after: string;
    };

/** A write of the story's, in one life of the guest. */
interface Attempt {
  readonly before: string | null;
  readonly isSent: boolean;
  readonly isWritten: boolean;
  readonly after: string | null;
}

export interface StoryState {
  readonly step: StepName;
  readonly outcome: StoryOutcome | null;
  /** As it was heard of last. */
  readonly life: string;
  readonly mode: IommuMode | null;
  /** What the disk had stored when the step was begun; null until the guest is up. */
  readonly diskBytes: number | null;
  /** Sequence of the latest fault that the story's access has met in this life. */
  readonly fault: number | null;
  readonly attempt: Attempt;
  /** The life before the one in which an early access is to be made; null while none is. */
  readonly awaitedBehind: string | null;
  /** Whether the early access came too late. */
  readonly isLate: boolean;
  /** Whether the step has met another PC than the visitor's own. */
  readonly isOther: boolean;
  /** Whether the visitor's own PC is there in the end. */
  readonly isBack: boolean;
}

const NO_ATTEMPT: Attempt = { before: null, isSent: false, isWritten: false, after: null };

/** What the disk's demo prints when it has read all of the disk (guest-images/rootfs, disk-read). */
const DISK_READ = /^[0-9a-f]{32} {2}\/dev\/vda\b/;

export function beginAt(step: StepName, last?: StoryState): StoryState {
  const { life = '', mode = null, fault = null } = last ?? {};
  return {
    step,
    outcome: null,
    life,
    mode,
    diskBytes: null,
    fault,
    attempt: NO_ATTEMPT,
    awaitedBehind: null,
    isLate: false,
    isOther: false,
    isBack: false,
  };
}

/** The next step, because something has happened. */
function enter(state: StoryState, step: StepName, outcome: StoryOutcome): StoryState {
  return { ...beginAt(step, state), outcome };
}

interface Rules {
  /** What the step makes of the machine as it is. */
  readonly look?: (state: StoryState, facts: StoryFacts) => StoryState;
  /** What it makes of news. */
  readonly hear?: (state: StoryState, news: StoryNews, facts: StoryFacts) => StoryState;
  /** What the device is to do for it now. */
  readonly wants?: (state: StoryState, facts: StoryFacts) => 'read' | 'write' | null;
}

function isStopped(news: StoryNews): boolean {
  return news.kind === 'access' && news.access.outcome === 'blocked' && isOurs(news);
}

function isOurs(news: StoryNews): boolean {
  if (news.kind !== 'access') return false;
  return news.access.access === 'write' && news.access.address === OVERREACH_ADDRESS;
}

/** Whether Linux boots, for an early access, and its driver of the IOMMU is not up. */
function isEarly({ awaitedBehind }: StoryState, facts: StoryFacts, bootBypass: boolean): boolean {
  if (awaitedBehind === null || facts.life === awaitedBehind) return false;
  return facts.mode === 'translated' && facts.stage === 'kernel' && facts.bootBypass === bootBypass;
}

const TOO_LATE: ReadonlySet<BootStage> = new Set(['iommu', 'userspace', 'ready']);

function orLate(state: StoryState, { life, stage }: StoryFacts): StoryState {
  const { awaitedBehind } = state;
  if (awaitedBehind === null || life === awaitedBehind || !TOO_LATE.has(stage)) return state;
  return late(state);
}

function late(state: StoryState): StoryState {
  return { ...state, awaitedBehind: null, isLate: true, attempt: NO_ATTEMPT };
}

/** The page was read: before the write, or behind it. */
function takeRead(attempt: Attempt, bytes: string | null): Attempt {
  return attempt.isWritten ? { ...attempt, after: bytes } : { ...attempt, before: bytes };
}

function changeOf({ before, after }: Attempt): { before: string; after: string } | null {
  return before !== null && after !== null && before !== after ? { before, after } : null;
}

const RULES: Readonly<Record<StepName, Rules>> = {
  see: {
    look: (state, { notReady, diskBytes }) =>
      state.diskBytes === null && notReady === null ? { ...state, diskBytes } : state,
    hear: (state, news, { diskBytes }) => {
      if (isStopped(news)) return enter(state, 'why', { kind: 'stopped' });
      const isRead = news.kind === 'line' && DISK_READ.test(news.text);
      const bytes = diskBytes - (state.diskBytes ?? diskBytes);
      return isRead && bytes > 0 ? enter(state, 'overreach', { kind: 'disk-read', bytes }) : state;
    },
  },
  overreach: {
    hear: (state, news) => (isStopped(news) ? enter(state, 'why', { kind: 'stopped' }) : state),
  },
  why: {
    look: (state, { mode }) =>
      mode === 'off' && state.mode !== null && state.mode !== 'off'
        ? enter(state, 'without', { kind: 'taken-away' })
        : state,
  },
  without: {
    hear: (state, news) => {
      const { attempt } = state;
      if (news.kind === 'access' && attempt.before !== null && isOurs(news)) {
        const isWritten = news.access.outcome === 'completed';
        return { ...state, attempt: { ...attempt, isWritten: attempt.isWritten || isWritten } };
      }
      if (news.kind !== 'read') return state;
      const read = takeRead(attempt, news.bytes);
      const change = changeOf(read);
      return change === null
        ? { ...state, attempt: read }
        : enter(state, 'early', { kind: 'changed', ...change });
    },
    wants: ({ attempt }, { mode, notReady }) => {
      if (mode !== 'off' || notReady !== null) return null;
      if (attempt.before === null) return 'read';
      return attempt.isWritten && attempt.after === null ? 'read' : null;
    },
  },
  early: {
    look: orLate,
    hear: (state, news) => {
      const { attempt, awaitedBehind } = state;
      if (awaitedBehind === null) return state;
      if (news.kind === 'sent') return { ...state, attempt: { ...attempt, isSent: true } };
      if (news.kind === 'access' && attempt.before !== null && isOurs(news)) {
        const { outcome, isBypass } = news.access;
        const isWritten = outcome === 'completed' && isBypass;
        return isWritten ? { ...state, attempt: { ...attempt, isWritten } } : late(state);
      }
      if (news.kind !== 'read') return state;
      if (news.bytes === null) return late(state);
      const read = takeRead(attempt, news.bytes);
      const change = changeOf(read);
      return change === null
        ? { ...state, attempt: read }
        : enter(state, 'closed', { kind: 'changed-early', ...change });
    },
    wants: (state, facts) => {
      if (!isEarly(state, facts, true)) return null;
      const { before, isSent, isWritten, after } = state.attempt;
      if (before === null) return 'read';
      if (!isSent) return 'write';
      return isWritten && after === null ? 'read' : null;
    },
  },
  closed: {
    look: orLate,
    hear: (state, news) => {
      if (state.awaitedBehind === null) return state;
      if (news.kind === 'sent') {
        return { ...state, attempt: { ...state.attempt, isSent: true } };
      }
      if (news.kind !== 'access' || !isOurs(news)) return state;
      return news.reason === VIRTIO_IOMMU_FAULT_R_DOMAIN
        ? enter(state, 'back', { kind: 'in-no-domain' })
        : late(state);
    },
    wants: (state, facts) =>
      isEarly(state, facts, false) && !state.attempt.isSent ? 'write' : null,
  },
  back: {
    look: (state, { isOwn, notReady }) => {
      if (state.isBack || !isOwn || notReady !== null) return state;
      return { ...state, isBack: true, outcome: state.isOther ? { kind: 'back' } : state.outcome };
    },
  },
};

/** Goes on by what the machine is now and what was heard of it since, in that order. */
export function goOn(state: StoryState, facts: StoryFacts, news: readonly StoryNews[]): StoryState {
  let now = state;
  if (now.life !== facts.life) {
    now = { ...now, diskBytes: null, fault: null, attempt: NO_ATTEMPT };
  }
  now = noted(RULES[now.step].look?.(now, facts) ?? now, facts);
  for (const each of news) {
    if (each.kind === 'access' && isStopped(each)) now = { ...now, fault: each.access.fault };
    now = RULES[now.step].hear?.(now, each, facts) ?? now;
  }
  return now;
}

function noted(state: StoryState, { life, mode, isOwn }: StoryFacts): StoryState {
  const isOther = state.isOther || !isOwn;
  const isKnown = state.life === life && state.mode === mode && state.isOther === isOther;
  return isKnown ? state : { ...state, life, mode, isOther };
}

/** What the device is to do for the story now. */
export function wanted(state: StoryState, facts: StoryFacts): 'read' | 'write' | null {
  return RULES[state.step].wants?.(state, facts) ?? null;
}

/** The machine is about to be started for an early access. */
export function awaitEarly(state: StoryState): StoryState {
  return { ...state, awaitedBehind: state.life, isLate: false, attempt: NO_ATTEMPT };
}

/** The next step, although nothing has happened. */
export function skip(state: StoryState): StoryState {
  return beginAt(stepAfter(state.step), state);
}
