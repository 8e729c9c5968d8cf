// Commands that put a filter in force: those that were used before, and some to begin with.

import { EXAMPLE_FILTERS } from '../../src/trace/filter/examples.ts';
import type { Command } from '../commands/command.ts';
import type { PlacePorts } from './place-commands.ts';

/** Filters that were used before and are offered: more than a few would hide all else. */
const MOST_RECENT = 5;

export function filterCommands({ session, desk }: PlacePorts): readonly Command[] {
  const used = session.recentFilters.texts.value.slice(0, MOST_RECENT);
  const examples = EXAMPLE_FILTERS.filter(({ text }) => !used.includes(text));
  const current = session.filter.text.value;
  const command = (text: string, hint: string): Command => ({
    id: `filter ${text}`,
    title: text,
    group: 'Filters',
    hint,
    reason: text === current ? 'It is in force' : null,
    run: () => {
      session.filter.set(text, 'push');
      session.recentFilters.add(text);
      desk.show('events');
    },
  });
  const clear: Command = {
    id: 'no filter',
    title: 'Clear the filter',
    group: 'Filters',
    hint: 'List all events',
    run: () => session.filter.set('', 'push'),
  };
  return [
    ...used.map((text) => command(text, 'Used before')),
    ...examples.map(({ text, about }) => command(text, `Lists ${about}`)),
    ...(current === '' ? [] : [clear]),
  ];
}
