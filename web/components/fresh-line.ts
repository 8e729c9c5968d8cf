// A command as it is typed for a person.

/** Ctrl-E and Ctrl-U: to the end of the line, and away with it. What was typed before is no part of the command. */
const CLEAR_LINE = '\u0005\u0015';

/** The keys that run a command, whatever has been typed before. */
export function freshLine(command: string): string {
  return `${CLEAR_LINE}${command}\r`;
}
