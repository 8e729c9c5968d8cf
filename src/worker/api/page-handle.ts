// What a page offers to programs that drive it from outside, as `window.viommu`: what the machine is doing, without
// reading pixels.

import type { IommuState } from '../../iommu/events/iommu-event.ts';
import type { ConsoleApi } from './console.ts';
import type { PageQuestions, PageReply } from './page-questions.ts';
import type { BootStage, MachineFailure, MachineStatus } from './power.ts';
import type { StrayDmaApi } from './stray-dma.ts';

export interface PageHandle extends StrayDmaApi, Pick<ConsoleApi, 'type'> {
  status(): MachineStatus;
  stage(): BootStage;
  /** All that the serial console has printed since the machine's start, as far as it is kept. */
  consoleText(): string;
  /** The same from a position on (the first character ever has 0), and the position of its end. */
  consoleFrom(position: number): { readonly text: string; readonly end: number };
  /** What is wrong in words, or null, and of which kind it is. */
  failure(): string | null;
  failureKind(): MachineFailure['kind'] | null;
  /** Another text for each life of the guest: each power-on, and each place in time that it was taken to. */
  life(): string;
  /** The device as of the latest batch; null without one. */
  state(): IommuState | null;
  /** Asks the guest itself; resolves with its refusal, too. */
  ask<Q extends keyof PageQuestions>(question: Q, asked: PageQuestions[Q]): Promise<PageReply<Q>>;
  /** Resolves when everything received so far is on the screen. */
  waitForIdle(): Promise<void>;
}

declare global {
  var viommu: PageHandle | undefined;
}
