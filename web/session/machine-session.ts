// One person's session with the machine, by topics.

import { computed, type ReadonlySignal } from '@preact/signals';
import type { StackFunctions } from '../../src/worker/api/why.ts';
import type { Inspected } from '../inspector/inspected.ts';
import type { MachineModel } from '../model/machine-model.ts';
import type { Exercised } from '../model/requirements-view.ts';
import { reachWords } from '../picture/words.ts';
import { addressSpaceView, type SpaceView } from './address-space.ts';
import { ArmedList } from './armed-list.ts';
import { Attacks, type LoadModule } from './attacks.ts';
import { ConsoleLine } from './console-line.ts';
import { exercisedRules } from './exercised.ts';
import { SelectedRegisters } from './device-registers.ts';
import { EventFilter } from './event-filter.ts';
import { EventRows } from './event-rows.ts';
import { FilterChoice } from './filter-choice.ts';
import { FramePacer, type FramePorts } from './frame-pacer.ts';
import { FunctionNames } from './function-names.ts';
import { GuidedStory } from './guided-story.ts';
import { Hindsight } from './hindsight.ts';
import { inspection } from './inspection.ts';
import { IommuView } from './iommu-view.ts';
import { Lab } from './lab.ts';
import { MemoryMap } from './memory-map.ts';
import { MomentChoice } from './moment-choice.ts';
import { PageAsking } from './page-answers.ts';
import { LookedAt } from './looked-at.ts';
import { Past } from './past.ts';
import { Picture } from './picture.ts';
import { Power, type PowerPorts } from './power.ts';
import { RangeChoice } from './range-choice.ts';
import { RecentFilters } from './recent-filters.ts';
import { RangeStatistics } from './range-statistics.ts';
import { Recordings } from './recordings.ts';
import { NO_REQUIREMENTS, Requirements, type LoadRequirements } from './requirements.ts';
import { SelectionChoice } from './selection.ts';
import { ShownIommu } from './shown-iommu.ts';
import { ShownMoment } from './shown-moment.ts';
import { StackNames } from './stack-names.ts';
import { Stories } from './stories.ts';
import { StrayDma } from './stray-dma.ts';
import { telling, type Told } from './telling.ts';

/** What the session needs from its surroundings. */
export interface SessionPorts extends PowerPorts, FramePorts {
  /** Where the requirements of the specification come from. */
  readonly requirements?: LoadRequirements;
  /** Where the example module comes from. */
  readonly loadModule?: LoadModule;
}

const NO_MODULE: LoadModule = () => Promise.reject(new Error('This page has no example module.'));

export class MachineSession {
  readonly power: Power;
  readonly console: ConsoleLine;
  readonly iommu: IommuView;
  /** What the page looks at: the present, or a moment that has passed. */
  readonly moment: MomentChoice;
  /** What is selected, wherever it is shown. */
  readonly selection: SelectionChoice;
  readonly filter = new FilterChoice();
  /** Those that were in use before. */
  readonly recentFilters = new RecentFilters();
  /** The stretch of time that is counted by itself. */
  readonly range = new RangeChoice();
  /** What the filter says, and whether it is right. */
  readonly eventFilter: EventFilter;
  /** The list of events. */
  readonly rows: EventRows;
  /** What is counted of that stretch. */
  readonly statistics: RangeStatistics;
  /** The IOMMU at that moment. */
  readonly shown: ShownIommu;
  /** The same as the record has it. */
  readonly shownMoment: ShownMoment;
  readonly stories: Stories;
  /** What was mapped too late for an access that was stopped. */
  readonly hindsight: Hindsight;
  /** The driver's function on a stack of the guest's kernel, and all that are on it. */
  readonly drivers: StackNames<string>;
  readonly callers: StackNames<StackFunctions>;
  /** What the inspector shows. */
  readonly inspected: ReadonlySignal<Inspected | null>;
  /** What the registers of the selected device hold. */
  readonly registers: SelectedRegisters;
  /** The fault whose story is told. */
  readonly told: ReadonlySignal<Told | null>;
  /** What the specification requires. */
  readonly requirements: Requirements;
  /** Which of that this record has exercised. */
  readonly exercised: ReadonlySignal<Exercised>;
  readonly stray: StrayDma;
  /** Attacks that take longer than one access. */
  readonly lab: Lab;
  /** Accesses that wait for something to happen. */
  readonly armed: ArmedList;
  /** Attacks by edu. */
  readonly attacks: Attacks;
  readonly recordings: Recordings;
  readonly past: Past;
  readonly picture: Picture;
  /** The address space of the domain that is shown. */
  readonly addressSpace: ReadonlySignal<SpaceView | null>;
  readonly memoryMap: MemoryMap;
  readonly looked: LookedAt;
  /** What an IOMMU does, told step by step. */
  readonly guided: GuidedStory;
  /** For programs that drive the page. */
  readonly asking: PageAsking;
  readonly #pacer: FramePacer;

  constructor(ports: SessionPorts) {
    this.#pacer = new FramePacer(ports);
    this.power = new Power(ports);
    this.console = new ConsoleLine(this.power);
    this.iommu = new IommuView(this.power, this.#pacer, ports.now);
    const { now, onNextFrame } = ports;
    this.rows = new EventRows({
      latest: this.iommu.latest,
      pacer: this.#pacer,
      now,
      onNextFrame,
    });
    this.eventFilter = new EventFilter({
      filter: this.filter,
      rows: this.rows,
      history: () => this.iommu.latest.history,
      load: () => import('./filter-engine.ts'),
      functions: new FunctionNames(this.power),
      frame: this.#pacer.frame,
    });
    this.moment = new MomentChoice(this.iommu.latest, this.#pacer, {
      besideListed: (sequence, by) =>
        this.eventFilter.isInForce ? this.rows.beside(sequence, by) : null,
      selected: () => this.selection.event,
      select: (sequence) => this.selection.select({ kind: 'event', sequence }, 'replace'),
    });
    this.statistics = new RangeStatistics({
      latest: () => this.iommu.latest,
      pacer: this.#pacer,
      range: this.range.chosen,
      looking: this.moment.looking,
      nowMs: () => this.power.clock.peek().ranMs,
      load: () => import('./statistics-engine.ts'),
      now,
      onNextFrame,
    });
    this.selection = new SelectionChoice((sequence) => this.#domainOf(sequence));
    this.filter.moved.on(() => this.moment.forgetEnd());
    this.selection.moved.on(() => this.moment.forgetEnd());
    this.selection.shown.subscribe((shown) => this.iommu.select(shown));
    this.shown = new ShownIommu(this.iommu, this.moment);
    this.stories = new Stories(this.power, ports);
    this.power.batches.on(() => this.stories.want(this.iommu.latest.faults));
    this.drivers = new StackNames(this.power, (api, stacks) => api.why.drivers(stacks));
    this.callers = new StackNames(this.power, (api, stacks) => api.why.functions(stacks));
    this.shown.faults.subscribe(({ list }) => this.stories.want(list));
    this.stray = new StrayDma(this.power, () => this.iommu.latest);
    this.lab = new Lab(this.power);
    this.armed = new ArmedList(this.power);
    this.attacks = new Attacks({
      power: this.power,
      device: this.iommu.device,
      loadModule: ports.loadModule ?? NO_MODULE,
    });
    this.registers = new SelectedRegisters({ power: this.power, looking: this.moment.looking });
    this.recordings = new Recordings(this.power, ports.images);
    this.past = new Past(this.power);
    const { power } = this;
    const pacer = this.#pacer;
    const latest = (): MachineModel => this.iommu.latest;
    const { looking } = this.moment;
    this.shownMoment = new ShownMoment({ power, pacer, latest, now: ports.now, looking });
    const isLive = computed(() => looking.value.kind !== 'past');
    const { faults } = this.shown;
    const shown = this.shownMoment;
    this.picture = new Picture({ power, pacer, latest, shown, isLive, faults });
    this.stray.made.on((access) => this.picture.tell(access));
    const { domain } = this.shown;
    this.addressSpace = addressSpaceView({ shown, latest, domain, faults });
    const { chosen } = this.selection;
    const { device } = this.shown;
    this.inspected = inspection({ chosen, shown, device, latest });
    const until = computed(() => {
      const { value } = looking;
      return value.kind === 'past' ? value.views.sequence : Infinity;
    });
    const hindsight = new Hindsight({ latest, pacer, until, faults });
    this.hindsight = hindsight;
    this.told = telling({ chosen, faults, stories: this.stories.all, latest, hindsight });
    this.exercised = exercisedRules({ latest, pacer, until });
    this.requirements = new Requirements(ports.requirements ?? NO_REQUIREMENTS);
    const { picture } = this;
    this.memoryMap = new MemoryMap({ power, pacer, picture, shown, latest, now: ports.now });
    this.looked = new LookedAt(this.power);
    this.guided = new GuidedStory({
      power: this.power,
      stray: this.stray,
      stories: this.stories,
      latest: () => this.iommu.latest,
      reach: computed(() => {
        const shown = this.picture.view.value;
        return shown === null ? null : reachWords(shown.scene);
      }),
    });
    this.asking = new PageAsking(this.power, ports.images);
    this.now = ports.now;
    this.onNextFrame = ports.onNextFrame;
  }

  /** The page's clock, the one changes of mappings are stamped with. */
  readonly now: () => number;
  /** Calls back before the next frame is painted: for what moves. */
  readonly onNextFrame: FramePorts['onNextFrame'];

  /** Whether a person has done something with the machine that would be lost with it. */
  get isUsed(): boolean {
    return this.console.isUsed || this.stray.isUsed;
  }

  /** Counts frames in which there was something new to be seen. */
  get frame(): ReadonlySignal<number> {
    return this.#pacer.frame;
  }

  /** Looks at the present and counts all that is kept: what was chosen of the time before is of no use to the next life. */
  beginAnew(): void {
    this.moment.look(null);
    this.range.choose(null, 'replace');
    const chosen = this.selection.chosen.peek();
    const isLasting = chosen?.kind === 'endpoint' || chosen?.kind === 'domain';
    if (!isLasting) this.selection.select(null, 'replace');
  }

  /** Shows an endpoint's domain and makes it the one that goes astray. */
  pickEndpoint(id: number): void {
    this.stray.pick(id);
    this.selection.select({ kind: 'endpoint', id });
  }

  #domainOf(sequence: number): number | null {
    const event = this.iommu.latest.history?.record.event(sequence)?.event;
    return event !== undefined && 'domain' in event ? event.domain : null;
  }

  /** Takes the whole machine to where an event had just happened, which is its present then. */
  async takeMachine(sequence: number): Promise<void> {
    if (await this.past.goTo(sequence)) this.moment.look(null);
  }

  /** Resolves when everything received so far has been rendered. */
  async painted(): Promise<void> {
    await this.#pacer.painted();
  }
}
