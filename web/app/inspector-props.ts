// What the inspector and the story of a fault are given of the session.

import type { InspectorPaneProps } from '../components/inspector-pane.tsx';
import type { RulesPaneProps } from '../components/rules-pane.tsx';
import { SEND_ROGUE } from '../components/rogue-words.ts';
import type { StoryPaneProps } from '../components/story-pane.tsx';
import type { MachineSession } from '../session/machine-session.ts';

export interface InspectorProps {
  readonly inspector: InspectorPaneProps;
  readonly story: StoryPaneProps;
  readonly rules: RulesPaneProps;
}

export function inspectorProps(session: MachineSession): InspectorProps {
  const { power, stories, drivers, callers, selection, moment, requirements, iommu } = session;
  const { registers } = session;
  const onSelect: InspectorPaneProps['onSelect'] = (locator) => selection.select(locator);
  const onLook = (sequence: number): void => moment.look(sequence);
  const onRule = (text: string): void => requirements.seek(text);
  const onWantRules = (): void => requirements.want();
  const names = { driver: drivers.namer, callers: callers.namer };
  return {
    inspector: {
      ...names,
      inspected: session.inspected,
      stories: stories.all,
      requirements: requirements.view,
      registers: registers.view,
      onWatchRegisters: (endpoint) => registers.watch(endpoint),
      onAsk: (sequence) => stories.tell(sequence),
      onWantRules,
      onSelect,
      onLook,
      onRule,
      onClose: () => selection.select(null),
    },
    story: {
      ...names,
      told: session.told,
      requirements: requirements.view,
      onWantRules,
      latest: iommu.faults,
      info: power.info,
      mode: power.mode,
      isAnnouncing: false,
      tryIt: SEND_ROGUE,
      onRule,
      onFollow: () => selection.select(null),
      onSelect,
      onLook,
    },
    rules: {
      requirements: requirements.view,
      exercised: session.exercised,
      query: requirements.query,
      onSearch: (text) => requirements.search(text),
      onWant: onWantRules,
    },
  };
}
