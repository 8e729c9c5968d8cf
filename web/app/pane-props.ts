// What each part of the page is given of the session: values, signals, callbacks.

import { computed } from '@preact/signals';
import { dmaWayOf } from '../../src/machine/plan/dma-way.ts';
import type { AddressMapPaneProps } from '../components/address-map-pane.tsx';
import type { ArmedPaneProps } from '../components/armed-pane.tsx';
import type { ConsolePaneProps } from '../components/console-pane.tsx';
import type { EndpointsPaneProps } from '../components/endpoints-pane.tsx';
import type { EventsPaneProps } from '../components/events-pane.tsx';
import type { FaultsPaneProps } from '../components/faults-pane.tsx';
import type { MappingsPaneProps } from '../components/mappings-pane.tsx';
import type { MemoryMapPaneProps } from '../components/memory-map-pane.tsx';
import type { StatisticsPaneProps } from '../components/statistics-pane.tsx';
import type { TimeBarProps } from '../components/time-bar.tsx';
import type { RecordingNoticeProps } from '../components/recording-controls.tsx';
import type { RoguePaneProps } from '../components/rogue-pane.tsx';
import type { SweepPaneProps } from '../components/sweep-pane.tsx';
import type { WindowPaneProps } from '../components/window-pane.tsx';
import type { TopBarProps } from '../components/top-bar.tsx';
import { listedEvent } from '../model/event-feed.ts';
import type { MachineSession } from '../session/machine-session.ts';
import { armedProps } from './armed-props.ts';
import { attackProps, type AttackProps } from './attack-props.ts';
import { inspectorProps, type InspectorProps } from './inspector-props.ts';

/** The properties of all parts, each made once for a session. */
export interface PaneProps extends InspectorProps, AttackProps {
  readonly topBar: TopBarProps;
  readonly recording: RecordingNoticeProps;
  readonly console: Omit<ConsolePaneProps, 'offersCommands'>;
  readonly rogue: RoguePaneProps;
  readonly faults: FaultsPaneProps;
  readonly endpoints: EndpointsPaneProps;
  readonly mappings: MappingsPaneProps;
  readonly addressMap: AddressMapPaneProps;
  readonly memoryMap: MemoryMapPaneProps;
  readonly events: EventsPaneProps;
  readonly statistics: StatisticsPaneProps;
  readonly sweep: SweepPaneProps;
  readonly window: WindowPaneProps;
  readonly armed: ArmedPaneProps;
  readonly timeBar: TimeBarProps;
}

/** `onMachine` shows what the machine is made of, `onPane` one of Inspect's panes, `onPicture` See. */
export function paneProps(
  session: MachineSession,
  onMachine: () => void = () => undefined,
  onPane: (id: string) => void = () => undefined,
  onPicture: () => void = () => undefined,
): PaneProps {
  const { power, console, iommu, stories, drivers, stray, recordings, past, moment } = session;
  const { status, progress, failure, info, clock, mode, notReady, noCommands, restarted } = power;
  const { selection, isCounted } = iommu;
  const { device, domain, changes, watched, activity, feed, faults } = session.shown;
  const { chosen } = session.selection;
  const onLook: TimeBarProps['onLook'] = (sequence) => moment.look(sequence);
  const onSelect: ConsolePaneProps['onSelect'] = (wanted) =>
    session.selection.select(wanted.kind === 'none' ? null : wanted);
  const onChoose: MappingsPaneProps['onChoose'] = (locator) => session.selection.select(locator);
  const onType = (text: string): void => void console.type(text);
  const onPause = (): void => void power.pause();
  const onResume = (): void => void power.resume();
  const onPick = (endpoint: number): void => session.pickEndpoint(endpoint);
  const isLazy = computed(() => {
    const machine = info.value;
    return machine !== null && dmaWayOf(machine.iommu, machine.plan.append) === 'lazy';
  });
  const event: EventsPaneProps['event'] = (sequence) =>
    listedEvent(iommu.latest.history?.record, sequence);
  return {
    ...inspectorProps(session),
    ...attackProps(session, onPicture),
    topBar: {
      status,
      past: past.note,
      progress,
      failure,
      clock,
      mode,
      isLazy,
      onPause,
      onResume,
      onMachine,
      canRecord: recordings.isReady,
      onSave: () => recordings.saveFile(),
      onOpen: (file) => {
        session.beginAnew();
        void recordings.open(file);
      },
      onReset: () => {
        session.beginAnew();
        void power.reset();
      },
      onStart: (wanted) => {
        session.beginAnew();
        void power.switchMode(wanted);
      },
    },
    recording: {
      label: 'Recording',
      notice: recordings.notice,
      onDismiss: () => recordings.dismiss(),
    },
    console: {
      status,
      past: past.note,
      onReturn: () => void past.toEnd(),
      progress,
      failure,
      info,
      noCommands,
      restarted: console.restarted,
      onResume,
      onSelect,
      onType,
      output: console.transcript,
      queuedInput: console.queuedInput,
      refusedInput: console.refusedInput,
      onResize: (columns, rows) => void console.resize(columns, rows),
      onRestart: () => void power.restart(),
      onUsual: () => void power.startUsual(),
      onMachine,
    },
    rogue: {
      info,
      mode,
      // An access by hand is made to the machine, which is in its present
      device: iommu.device,
      notReady,
      restarted,
      left: past.left,
      onPick,
      endpoint: stray.endpoint,
      onSend: (request) => stray.send(request),
      findMapped: (endpoint, access) => stray.findMapped(endpoint, access),
      findFault: (endpoint, address) =>
        iommu.faults.value.list.find(
          ({ fault }) => fault.endpoint === endpoint && fault.address === address,
        )?.fault.sequence ?? null,
      onSelect: (locator) => session.selection.select(locator),
    },
    sweep: {
      sweep: session.lab.sweep,
      notReady,
      onSweep: () => void session.lab.runSweep(),
    },
    armed: armedProps(session),
    window: {
      info,
      notReady,
      armed: session.lab.armed,
      onArm: (endpoint) => void session.lab.arm(endpoint),
      onDisarm: () => session.lab.disarm(),
      report: session.lab.window,
      isWatching: session.lab.isWatching,
      onWatch: (isOn) => session.lab.watchWindow(isOn),
    },
    faults: {
      faults,
      latest: iommu.faults,
      stories: stories.all,
      later: session.hindsight.ofShown,
      info,
      mode,
      failure,
      notReady: noCommands,
      onType,
      chosen: session.selection.chosen,
      onSelect: (locator) => session.selection.select(locator),
    },
    endpoints: { info, device, mode, selection, failure, activity, isCounted, onPick, onSelect },
    mappings: { device, watched, domain, info, mode, failure, chosen, onSelect, onChoose },
    addressMap: {
      view: session.addressSpace,
      device,
      domain,
      changes,
      info,
      mode,
      failure,
      chosen,
      stories: stories.all,
      drivers: drivers.namer,
      eventOf: event,
      now: session.now,
      onNextFrame: session.onNextFrame,
      onSelect,
      onChoose,
    },
    memoryMap: {
      memory: session.memoryMap.view,
      chosen,
      onNextFrame: session.onNextFrame,
      onEver: (isEver) => session.memoryMap.setEver(isEver),
      onChoose,
    },
    events: {
      feed,
      status,
      mode,
      info,
      drivers: drivers.namer,
      onLook,
      chosen,
      onSelect: (locator, move) => session.selection.select(locator, move),
      event,
      rows: session.rows.view,
      groups: session.rows.groups,
      onGroup: (group) => session.rows.toggle(group),
      kinds: session.eventFilter.kinds,
      onKinds: (kinds) => void session.eventFilter.toggleKinds(kinds),
      filter: session.filter.text,
      filterState: session.eventFilter.state,
      onFilter: (text, move) => session.filter.set(text, move),
      recentFilters: session.recentFilters.texts,
      onUsed: (text) => session.recentFilters.add(text),
      seen: () => session.eventFilter.seen,
      loadEditor: async () => {
        session.eventFilter.prepare();
        return (await import('../filter-editor/filter-editor.tsx')).FilterEditor;
      },
    },
    statistics: {
      statistics: session.statistics.view,
      info,
      drivers: drivers.namer,
      areDriversAsked: drivers.isAsking,
      onWatch: () => session.statistics.watch(),
      onLead: (lead) => {
        if (lead.kind === 'select') session.selection.select(lead.locator);
        else {
          session.filter.set(lead.text, 'push');
          onPane('events');
        }
      },
      onCopy: (text) => navigator.clipboard.writeText(text),
    },
    timeBar: {
      history: () => iommu.latest.history,
      frame: session.frame,
      info,
      looking: moment.looking,
      latest: moment.latest,
      clock,
      status,
      past: past.note,
      travel: past.travel,
      onLook,
      onScrub: (sequence) => moment.look(sequence, 'replace'),
      onStep: (by) => moment.step(by),
      stepEnd: moment.end,
      onStepFault: (by) => moment.stepFault(by),
      onTake: (sequence) => void session.takeMachine(sequence),
      onDismiss: () => past.dismiss(),
      range: session.range.chosen,
      rangeProblem: session.range.problem,
      onRange: (range, move) => session.range.choose(range, move),
      onDragRange: (range) => session.range.drag(range),
      onDismissRange: () => session.range.dismiss(),
      onCount: () => onPane('statistics'),
    },
  };
}
