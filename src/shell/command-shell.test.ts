import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { CommandError, CommandShell } from './command-shell.ts';

const RAW = false;
const TERMINAL = true;

function shell(hasTerminal: boolean): { readonly shell: CommandShell; readonly sent: string[] } {
  const sent: string[] = [];
  return { shell: new CommandShell((text) => sent.push(text), hasTerminal), sent };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Runs a command in the host's own sh, which reads the same lines as a guest's would. */
function runOnHost(command: string): { exitCode: number; output: string } | undefined {
  const { shell: guest, sent } = shell(RAW);
  guest.start(command);
  const { stdout } = spawnSync('sh', ['-s'], { input: sent.join('') });
  guest.take(stdout);
  return guest.result;
}

describe('CommandShell', () => {
  it.each([
    ['echo hello', 0, 'hello\n'],
    ['printf "no newline"', 0, 'no newline'],
    ['exit 3', 3, ''],
    ['echo out; echo err >&2; false', 1, 'out\nerr\n'],
    ['echo \'single\' "double $((1 + 1))" `echo tick` \\\\', 0, 'single double 2 tick \\\n'],
    ['for i in 1 2; do\n  echo "line $i"\ndone', 0, 'line 1\nline 2\n'],
    ['echo "tab\there ! % ä € ☂"', 0, 'tab\there ! % ä € ☂\n'],
    ['cat', 0, ''],
    ['true &', 0, ''],
    ['echo 100% \\036', 0, /100% /],
  ])('runs %j with its exit code and output', (command, exitCode, output) => {
    const result = runOnHost(command);
    expect(result?.exitCode).toBe(exitCode);
    expect(result?.output).toEqual(
      typeof output === 'string' ? output : expect.stringMatching(output),
    );
  });

  it('reports an unfinished quote as the shell does and is not stuck in it', () => {
    expect(runOnHost('echo "oops')?.exitCode).toBe(2);
  });

  it('runs a command longer than an edited line', () => {
    const word = 'x'.repeat(1500);
    expect(runOnHost(`echo '${word}'`)?.output).toBe(`${word}\n`);
  });

  it('sends nothing but printable characters and ends of lines', () => {
    const { shell: guest, sent } = shell(TERMINAL);
    guest.start('echo "\t\u0003 ☂"');
    expect(sent.join('')).toMatch(/^[ -~\n]+$/);
  });

  it('tells output from the echo of its own input and from what came before', () => {
    const { shell: guest, sent } = shell(TERMINAL);
    guest.start('ls');
    guest.take(bytes(`late output\r\n# ${sent.join('')}\u001eB1;file\r\n\u001eE1;0;# `));
    expect(guest.result).toEqual({ exitCode: 0, output: 'file\n' });
  });

  it('finds marks that arrive byte by byte', () => {
    const { shell: guest } = shell(RAW);
    guest.start('x');
    for (const byte of bytes('\u001eB1;a\u001eb\u001eE1;127;')) guest.take(new Uint8Array([byte]));
    expect(guest.result).toEqual({ exitCode: 127, output: 'a\u001eb' });
  });

  it('does not take the end of an earlier command for its own', () => {
    const { shell: guest } = shell(RAW);
    guest.start('first');
    guest.start('second');
    guest.take(bytes('\u001eB1;\u001eE1;0;\u001eB2;out'));
    expect(guest.result).toBeUndefined();
    expect(guest.output).toBe('out');
  });

  it('refuses a command that would overflow the line', () => {
    const { shell: guest, sent } = shell(RAW);
    expect(() => guest.start('x'.repeat(5000))).toThrow(CommandError);
    expect(sent).toEqual([]);
  });

  it('gives up on endless output', () => {
    const { shell: guest } = shell(RAW);
    guest.start('yes');
    guest.take(bytes('\u001eB1;'));
    expect(() => guest.take(new Uint8Array((16 << 20) + 1).fill(0x79))).toThrow(CommandError);
  });
});
