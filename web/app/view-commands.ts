// Commands for what is looked at: moments, views, panes.

import { rangeBetween, TICK_MS } from '../../src/trace/record/time-range.ts';
import type { Command } from '../commands/command.ts';
import type { Desk } from '../desk/desk.ts';
import type { MachineSession } from '../session/machine-session.ts';
import { theme, toggleTheme } from '../theme.ts';
import { PANES } from './pane-table.tsx';
import type { ViewChoice } from './view-choice.ts';

/** Through the past, event by event and fault by fault. */
export function timeCommands(session: MachineSession): readonly Command[] {
  const { moment, power } = session;
  const sequence = moment.chosen.value;
  const isLive = sequence === null;
  const atEnd = isLive ? 'The page shows the present' : null;
  const status = power.status.value;
  const cannotTake = status === 'running' || status === 'paused' ? null : 'The PC does not run';
  const noEvents = moment.latest.value === 0 ? 'There are no events yet' : null;
  return [
    {
      id: 'live',
      title: 'Back to live',
      group: 'Time',
      hint: 'Show the present',
      keys: ['l', 'L'],
      reason: atEnd,
      run: () => moment.look(null),
    },
    {
      id: 'previous event',
      title: 'Previous event',
      group: 'Time',
      hint: 'Of those that the filter lets through; from the one that is selected',
      keys: [','],
      reason: noEvents,
      run: () => moment.step(-1),
    },
    {
      id: 'next event',
      title: 'Next event',
      group: 'Time',
      hint: 'Of those that the filter lets through; from the one that is selected',
      keys: ['.'],
      reason: noEvents,
      run: () => moment.step(1),
    },
    {
      id: 'previous fault',
      title: 'Previous fault',
      group: 'Time',
      keys: ['['],
      reason: noEvents,
      run: () => moment.stepFault(-1),
    },
    {
      id: 'next fault',
      title: 'Next fault',
      group: 'Time',
      keys: [']'],
      reason: atEnd,
      run: () => moment.stepFault(1),
    },
    {
      id: 'take',
      title: 'Take the whole machine there',
      group: 'Time',
      hint: 'The PC itself goes back to the moment that is looked at',
      reason: isLive ? 'Look at a past moment first' : cannotTake,
      run: () => {
        if (sequence !== null) void session.takeMachine(sequence);
      },
    },
    ...rangeCommands(session),
  ];
}

/** The range that is counted, from and to the moment that is looked at. */
function rangeCommands({ moment, power, range, iommu }: MachineSession): readonly Command[] {
  const chosen = range.chosen.value;
  const looking = moment.looking.value;
  const noEvents = moment.latest.value === 0 ? 'There are no events yet' : null;
  // After the event that is looked at: it belongs to what was before
  const hereMs = (): number =>
    looking.kind === 'past' ? looking.views.timeMs + TICK_MS : power.clock.peek().ranMs;
  const firstMs = (): number => {
    const record = iommu.latest.history?.record;
    return record?.event(record.firstSequence)?.timeMs ?? 0;
  };
  return [
    {
      id: 'range from here',
      title: 'Range from here on',
      group: 'Time',
      hint: 'The range begins after the event that is looked at',
      keys: ['i'],
      reason: noEvents ?? (looking.kind === 'past' ? null : 'Look at a past moment first'),
      run: () => {
        const endMs = chosen?.toMs ?? 0;
        const toMs = endMs > hereMs() ? endMs : power.clock.peek().ranMs;
        range.choose(rangeBetween(hereMs(), toMs));
      },
    },
    {
      id: 'range up to here',
      title: 'Range up to here',
      group: 'Time',
      hint: 'The range ends with the event that is looked at',
      keys: ['o'],
      reason: noEvents,
      run: () => {
        const fromMs = chosen !== null && chosen.fromMs < hereMs() ? chosen.fromMs : firstMs();
        range.choose(rangeBetween(fromMs, hereMs()));
      },
    },
    {
      id: 'no range',
      title: 'Drop the range',
      group: 'Time',
      hint: 'Count all that is kept',
      reason: chosen === null ? 'There is no range' : null,
      run: () => range.choose(null),
    },
  ];
}

/** Views, panes, colours. */
export function viewCommands(choice: ViewChoice, desk: Desk): readonly Command[] {
  const view = choice.view.value;
  return [
    {
      id: 'see',
      title: 'See',
      group: 'View',
      hint: 'The picture of what devices can reach',
      reason: view === 'see' ? 'It is shown' : null,
      run: () => choice.onView('see'),
    },
    {
      id: 'inspect',
      title: 'Inspect',
      group: 'View',
      hint: 'All there is, in panes',
      reason: view === 'inspect' ? 'It is shown' : null,
      run: () => choice.onView('inspect'),
    },
    {
      id: 'theme',
      title: theme.value === 'dark' ? 'Light theme' : 'Dark theme',
      group: 'View',
      run: toggleTheme,
    },
    ...PANES.map(({ id, title, about }): Command => ({
      id: `pane ${id}`,
      title: `Show ${title}`,
      group: 'Panes',
      hint: about,
      run: () => desk.show(id),
    })),
    {
      id: 'all panes',
      title: 'Show all panes',
      group: 'Panes',
      hint: 'The enlarged pane goes back to its place',
      reason: desk.large.value === null ? 'No pane is enlarged' : null,
      run: () => desk.enlarge(null),
    },
    {
      id: 'reset layout',
      title: 'Reset layout',
      group: 'Panes',
      hint: 'All panes as they were at first',
      run: () => desk.reset(),
    },
  ];
}
