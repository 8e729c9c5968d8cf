// The border between the page and the machine's worker: an interface for each topic, plain data both ways.
//
// A call is written down once, in its topic; the worker offers objects that implement the topics, and the page gets them.

import type { ConsoleApi } from './console.ts';
import type { LabApi } from './lab.ts';
import type { LookApi } from './look.ts';
import type { NewsApi } from './news.ts';
import type { PastApi } from './past.ts';
import type { PowerApi } from './power.ts';
import type { RecordingApi } from './recording.ts';
import type { SavingApi } from './saving.ts';
import type { ShareApi } from './share.ts';
import type { ShellApi } from './shell.ts';
import type { StrayDmaApi } from './stray-dma.ts';
import type { WhyApi } from './why.ts';

/** The machine as the page sees it: few and coarse calls. */
export interface MachineApi {
  readonly power: PowerApi;
  readonly news: NewsApi;
  readonly console: ConsoleApi;
  readonly shell: ShellApi;
  readonly dma: StrayDmaApi;
  readonly lab: LabApi;
  readonly look: LookApi;
  readonly why: WhyApi;
  readonly recording: RecordingApi;
  readonly past: PastApi;
  readonly saving: SavingApi;
  readonly share: ShareApi;
}
