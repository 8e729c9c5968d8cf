// Attacks that take longer than one access, and what they show.

import type { ArmedRequest, ArmedShot, ArmedWhen } from '../../lab/armed-access.ts';
import type { SweepResult, SweptEndpoint } from '../../lab/sweep.ts';
import type { LateUnmap, WindowReport } from '../../lab/unmap-window.ts';

export interface ScheduledOrder {
  readonly request: ArmedRequest;
  readonly when: ArmedWhen;
  /** How often the access is made. */
  readonly times: number;
}

export interface LabApi {
  /**
   * Tries every page of the 32-bit space from every endpoint, while the guest stands still. `onPass` is told between two passes.
   * Rejects with an error for the user on a machine without an IOMMU, and while another sweep goes on.
   */
  sweep(onPass: (done: number, of: number) => void): Promise<SweepResult>;
  /**
   * Has an endpoint make an access when a condition holds; the one that was armed before is not made any more. Resolves with it, or
   * with null when it was disarmed or another machine has come. Rejects with an error for the user for one that can not be.
   */
  arm(request: ArmedRequest, when: ArmedWhen): Promise<ArmedShot | null>;
  disarm(): Promise<void>;
  /**
   * Arms an access beside others, under a number of the caller's; `onShot` hears of each time that it is made. A stage is waited for
   * from a start on that is still to come. Resolves when it was made as often as was asked (true), or was cancelled or another machine has
   * come (false). Rejects with an error for the user for one that can not be, and while there is no room for more.
   */
  schedule(id: number, order: ScheduledOrder, onShot: (shot: ArmedShot) => void): Promise<boolean>;
  cancel(id: number): Promise<void>;
  /** Looks for UNMAPs that wait after the driver took them for done, from now on, or no longer. */
  watchWindow(isOn: boolean): Promise<void>;
  /** What was seen since; null while nobody looks. */
  window(): Promise<WindowReport | null>;
}

export type {
  ArmedRequest,
  ArmedShot,
  ArmedWhen,
  LateUnmap,
  SweepResult,
  SweptEndpoint,
  WindowReport,
};
