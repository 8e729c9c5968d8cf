// The machine's end of the worker: one machine at a time, and an object for each topic of what the page may do with it.

import type { MachineApi } from '../api/api.ts';
import { ConsoleHost } from './console-host.ts';
import { LabHost } from './lab-host.ts';
import { LookHost } from './look-host.ts';
import { MachineLife } from './machine-life.ts';
import { NewsHost } from './news-host.ts';
import { PastHost } from './past-host.ts';
import { PowerHost } from './power-host.ts';
import { RecordingHost } from './recording-host.ts';
import { SavingHost } from './saving-host.ts';
import { ShareHost } from './share-host.ts';
import { ShellHost } from './shell-host.ts';
import { StrayDmaHost } from './stray-dma-host.ts';
import { WhyHost } from './why-host.ts';

/** A machine's API, without a machine until `power.boot`. */
export function createMachineHost(): MachineApi {
  const life = new MachineLife();
  const news = new NewsHost(life);
  return {
    power: new PowerHost(life),
    news,
    console: new ConsoleHost(life),
    shell: new ShellHost(life),
    dma: new StrayDmaHost(life),
    lab: new LabHost(life),
    look: new LookHost(life),
    recording: new RecordingHost(life),
    past: new PastHost(life, news),
    saving: new SavingHost(life, news),
    share: new ShareHost(life),
    why: new WhyHost(life),
  };
}
