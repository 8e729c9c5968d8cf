// What a page offers to programs that drive it from outside, as `window.viommu`: what the machine is doing, without
// reading pixels.

import type { IommuState } from '../../iommu/events/iommu-event.ts';
import type { ConsoleApi } from './console.ts';
import type { BootStage, MachineStatus } from './power.ts';
import type { StrayDmaApi } from './stray-dma.ts';

export interface PageHandle extends StrayDmaApi, Pick<ConsoleApi, 'type'> {
  status(): MachineStatus;
  stage(): BootStage;
  /** All that the serial console has printed since the machine's start, as far as it is kept. */
  consoleText(): string;
  /** The same from a position on (the first character ever has 0), and the position of its end. */
  consoleFrom(position: number): { readonly text: string; readonly end: number };
  /** What is wrong in words, or null. */
  failure(): string | null;
  /** The device as of the latest batch; null without one. */
  state(): IommuState | null;
  /** The session so far, as the bytes of a recording. Rejects with an error for the user. */
  saveRecording(): Promise<readonly number[]>;
  /** Resolves when everything received so far is on the screen. */
  waitForIdle(): Promise<void>;
}

declare global {
  var viommu: PageHandle | undefined;
}
