// Goes the way of a log: what the host did is done again at the ticks where it was done, as fast as it can.

import type { Board } from './board.ts';
import type { GuestLoop } from './guest-loop.ts';
import type { HostInputs } from './host-inputs.ts';
import type { LoggedInput } from './recording/input.ts';
import type { RunLog } from './recording/run-log.ts';
import type { MachineAccess } from './rogue-access.ts';
import { rogueDma } from './rogue-dma.ts';
import type { PowerWish } from './power-event.ts';
import type { Way } from './run-state.ts';
import { giveFile } from './v86/given-file.ts';
import { forgetCode } from './v86/emulator-image.ts';
import { HOST_TIMERS } from './v86/host-timers.ts';

/** Milliseconds of the host's that are followed before the host may look after everything else. */
const SLICE_MS = 20;

/** What is used of the run that goes there. */
interface FollowedRun {
  /** Another one after a power cycle. */
  readonly board: Board;
  readonly loop: GuestLoop;
  readonly log: RunLog;
  readonly inputs: Pick<HostInputs, 'deliver'>;
  settle(): Promise<void>;
}

/** How a log is followed. */
interface Course {
  /** Whether to stand still: asked at the start, after each tick and after each input. */
  readonly isThere: () => boolean;
  /** Does what was done to the power here, by the guest if nothing is said. */
  readonly takePower: (wish?: PowerWish) => Promise<void>;
  /** A tick has ended, with all that the shared folder answers. */
  readonly onTick: () => void;
  /** An access was made again. */
  readonly onAccess: (access: MachineAccess) => void;
}

/** Follows a log from where the run stands. Resolves with whether it got there before the way ended. */
export async function follow(
  run: FollowedRun,
  { inputs, ticks }: Way,
  course: Course,
): Promise<boolean> {
  const { isThere, takePower, onTick } = course;
  let next = run.log.inputs.length;
  let sliceEnd = HOST_TIMERS.now() + SLICE_MS;
  while (!isThere()) {
    const input = inputs[next];
    if (input !== undefined && input.tick <= run.loop.ticks) {
      await redo(run, input, course);
      next += 1;
      continue;
    }
    if (run.loop.ticks >= ticks) return false;
    run.loop.step();
    await run.settle();
    onTick();
    await takePower();
    if (HOST_TIMERS.now() < sliceEnd) continue;
    await new Promise<void>((resolve) => HOST_TIMERS.soon(resolve));
    sliceEnd = HOST_TIMERS.now() + SLICE_MS;
  }
  return true;
}

/** Does what the host did here before. */
async function redo(
  run: FollowedRun,
  logged: LoggedInput,
  { takePower, onAccess }: Course,
): Promise<void> {
  const { input, idleUs } = logged;
  run.loop.passIdle(idleUs);
  run.log.addInput(logged);
  const { emulator } = run.board;
  switch (input.kind) {
    case 'console':
    case 'agent':
      run.inputs.deliver(input);
      break;
    case 'access': {
      const { request } = input;
      onAccess({ request, result: emulator.onGuestTime(() => rogueDma(run.board, request)) });
      break;
    }
    case 'power-cycle':
      await takePower('reboot');
      break;
    case 'forget-code':
      forgetCode(emulator);
      break;
    case 'file':
      emulator.onGuestTime(() => giveFile(emulator.cpu, input.name, input.bytes));
      break;
  }
}
