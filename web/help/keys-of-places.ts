// Keys that do something only where the focus is.

export interface PlaceKeys {
  readonly place: string;
  readonly keys: readonly (readonly [names: readonly string[], text: string])[];
}

export const KEYS_OF_PLACES: readonly PlaceKeys[] = [
  {
    place: 'In the console',
    keys: [
      [['Enter'], 'Type into the PC; every key goes there then'],
      [['Shift+Tab'], 'Leave it'],
    ],
  },
  {
    place: 'Time bar, from anywhere',
    keys: [
      [['W', 'S'], 'Zoom in and out'],
      [['A', 'D'], 'Move along it'],
      [['R'], 'Make a range of what is shown'],
      [['Esc'], 'Drop the range; without one, back to live'],
    ],
  },
  {
    place: 'On the time bar',
    keys: [
      [['←', '→'], 'Previous and next event'],
      [['Page Up', 'Page Down'], 'Far on and far back'],
      [['Home', 'End'], 'The oldest event, and the present'],
    ],
  },
  {
    place: 'On an end of the range',
    keys: [
      [['←', '→'], 'Move it; with Shift farther'],
      [['Home', 'End'], 'To the beginning of the record, and to the present'],
    ],
  },
  {
    place: 'On a map of addresses or memory',
    keys: [
      [['W', 'S'], 'Zoom in and out'],
      [['A', 'D'], 'Move along it'],
      [['Home'], 'All of it'],
      [['Shift+←', 'Shift+→'], 'From one thing to the next; Enter selects'],
    ],
  },
  {
    place: 'In the list of events',
    keys: [
      [['↑', '↓'], 'The event before, and the next'],
      [['Home', 'End'], 'The oldest, and the latest'],
    ],
  },
  {
    place: 'On a border between panes',
    keys: [
      [['←', '→', '↑', '↓'], 'Move the border; with Shift farther'],
      [['Home', 'End'], 'As far as it goes'],
    ],
  },
  {
    place: 'On a tab or in a menu',
    keys: [
      [['←', '→'], 'The tabs beside'],
      [['↑', '↓'], 'Through the menu'],
      [['Esc'], 'Close the menu'],
    ],
  },
];
