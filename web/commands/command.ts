// What can be done on the page, as data: the palette, the sheet of keys and the keys themselves are made of it.

export const COMMAND_GROUPS = [
  'Go to',
  'PC',
  'Try it',
  'Attack',
  'Time',
  'View',
  'Panes',
  'Filters',
  'Endpoints',
  'Domains',
  'Terms',
  'Help',
] as const;

export type CommandGroup = (typeof COMMAND_GROUPS)[number];

export interface Command {
  readonly id: string;
  /** What it does, as an order. */
  readonly title: string;
  readonly group: CommandGroup;
  /** A few words more; they are searched, too. */
  readonly hint?: string;
  /** Keys that do the same wherever the page has the focus, such as `.` and `Mod+k` (Ctrl, on a Mac Command). */
  readonly keys?: readonly string[];
  /** Why it cannot be done now; null when it can. */
  readonly reason?: string | null;
  readonly run: () => void;
}
