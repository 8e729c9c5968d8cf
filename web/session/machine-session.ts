// One person's session with the machine, by topics.

import { ConsoleLine } from './console-line.ts';
import { Drivers } from './drivers.ts';
import { FramePacer, type FramePorts } from './frame-pacer.ts';
import { IommuView } from './iommu-view.ts';
import { PageAsking } from './page-answers.ts';
import { Past } from './past.ts';
import { Power, type PowerPorts } from './power.ts';
import { Recordings } from './recordings.ts';
import { Stories } from './stories.ts';
import { StrayDma } from './stray-dma.ts';

/** What the session needs from its surroundings. */
export interface SessionPorts extends PowerPorts, FramePorts {}

export class MachineSession {
  readonly power: Power;
  readonly console: ConsoleLine;
  readonly iommu: IommuView;
  readonly stories: Stories;
  readonly drivers: Drivers;
  readonly stray: StrayDma;
  readonly recordings: Recordings;
  readonly past: Past;
  /** For programs that drive the page. */
  readonly asking: PageAsking;
  readonly #pacer: FramePacer;

  constructor(ports: SessionPorts) {
    this.#pacer = new FramePacer(ports);
    this.power = new Power(ports);
    this.console = new ConsoleLine(this.power);
    this.iommu = new IommuView(this.power, this.#pacer, ports.now);
    this.stories = new Stories(this.power);
    this.power.batches.on(() => this.stories.want(this.iommu.latest.faults));
    this.drivers = new Drivers(this.power);
    this.stray = new StrayDma(this.power, () => this.iommu.latest);
    this.recordings = new Recordings(this.power, ports.images);
    this.past = new Past(this.power);
    this.asking = new PageAsking(this.power, ports.images);
    this.now = ports.now;
  }

  /** The page's clock, the one changes of mappings are stamped with. */
  readonly now: () => number;

  /** Shows an endpoint's domain and makes it the one that goes astray. */
  pickEndpoint(id: number): void {
    this.stray.pick(id);
    this.iommu.select({ kind: 'endpoint', id });
  }

  /** Resolves when everything received so far has been rendered. */
  async painted(): Promise<void> {
    await this.#pacer.painted();
  }
}
