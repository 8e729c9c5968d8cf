// Brings a guest to the stage of its life at which it is swept.

import type { GuestSession } from '../../guest/guest-session.ts';
import { GUEST_STAGES } from '../../machine/boot-watch.ts';
import type { SweepStage } from './sweep-arguments.ts';

/** What the guest does at the stage `load`, and events of its IOMMU until it is swept amid that. */
const LOAD = 'disk-read virtio & disk-read ide & net-ping 3; wait';
const LOAD_EVENTS = 300;
/** What is used of a session. */
export type ReachingSession = Pick<
  GuestSession,
  'start' | 'stage' | 'onTick' | 'waitForBoot' | 'run'
> & { readonly iommu: { state(): { readonly sequence: number } } };

/** Lets the guest come to a stage, and has `look` look at it there, while it stands still. */
export async function reach(
  session: ReachingSession,
  stage: SweepStage,
  look: () => Promise<void>,
): Promise<void> {
  if (stage === 'load') {
    await session.waitForBoot();
    const load = session.run(LOAD);
    // One whose IOMMU hears of no buffer, as in bypass, is swept when it is done
    await Promise.race([untilEvents(session, LOAD_EVENTS), load]);
    await look();
    await load;
    return;
  }
  if (stage !== 'firmware') {
    session.start();
    await untilStage(session, stage);
  }
  await look();
}

/** Resolves in the tick in which the guest comes to a stage. */
async function untilStage(session: ReachingSession, stage: SweepStage): Promise<void> {
  const order = GUEST_STAGES.findIndex((each) => each === stage);
  const isThere = (): boolean => GUEST_STAGES.indexOf(session.stage) >= order;
  const arrived = new Promise<void>((resolve) => {
    const dispose = session.onTick(() => {
      if (!isThere()) return;
      dispose();
      resolve();
    });
  });
  // A guest that fails on the way is told by the wait for its prompt
  await Promise.race([arrived, session.waitForBoot()]);
}

async function untilEvents(session: ReachingSession, events: number): Promise<void> {
  const { sequence } = session.iommu.state();
  await new Promise<void>((resolve) => {
    const dispose = session.onTick(() => {
      if (session.iommu.state().sequence < sequence + events) return;
      dispose();
      resolve();
    });
  });
}
