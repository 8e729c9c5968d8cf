import { describe, expect, it } from 'vitest';
import type { SerialPort } from '../../machine/v86/serial-port.ts';
import { AGENT_GREETING as GREETING } from '../../shell/agent-greeting.ts';
import { AgentShell } from './agent-shell.ts';

/** An agent's end of the line: `say` is what the guest prints, `heard` what it was sent. */
function fakeAgent() {
  const heard: string[] = [];
  const listeners: ((bytes: Uint8Array) => void)[] = [];
  const port: Pick<SerialPort, 'onOutput' | 'send'> = {
    onOutput: (listener) => {
      listeners.push(listener);
      return () => undefined;
    },
    send: (text) => void heard.push(text),
  };
  const say = (text: string): void =>
    listeners.forEach((listener) => listener(new TextEncoder().encode(text)));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the two methods are all that is used
  return { port: port as SerialPort, say, heard };
}

const began = (number: number): string => `\u001eB${number};`;
const ended = (number: number, exitCode: number): string => `\u001eE${number};${exitCode};`;

describe('commands for the agent', () => {
  it('wait for it, and for each other, and end with what they printed and their exit code', async () => {
    const { port, say, heard } = fakeAgent();
    const shell = new AgentShell();
    shell.follow(port);
    const first = shell.run('echo one');
    const second = shell.run('false');
    expect(heard).toEqual([]);
    say(GREETING);
    expect(heard).toHaveLength(1);
    expect(heard[0]).toContain("viommu='echo one'");
    say(`noise${began(1)}o`);
    say(`ne\n${ended(1, 0)}`);
    await expect(first).resolves.toEqual({ exitCode: 0, output: 'one\n' });
    expect(heard).toHaveLength(2);
    say(began(2) + ended(2, 1));
    await expect(second).resolves.toEqual({ exitCode: 1, output: '' });
  });

  it('find an agent whose greeting comes in pieces, of one guest each', async () => {
    const { port, say, heard } = fakeAgent();
    const shell = new AgentShell();
    shell.follow(port);
    const first = shell.run('true');
    const [begin, end] = [GREETING.slice(0, 7), GREETING.slice(7)];
    say(begin);
    shell.restart();
    await expect(first).rejects.toThrow('started afresh');
    void shell.run('true');
    say(end);
    expect(heard).toEqual([]);
    say(`noise${begin}`);
    say(end);
    expect(heard).toHaveLength(1);
  });

  it('are refused when the guest starts afresh, and the next one runs in the new guest', async () => {
    const { port, say, heard } = fakeAgent();
    const shell = new AgentShell();
    shell.follow(port);
    say(GREETING);
    const given = [shell.run('sleep 9'), shell.run('true')];
    shell.restart();
    for (const each of given) await expect(each).rejects.toThrow('started afresh');
    const next = shell.run('true');
    expect(heard).toHaveLength(1);
    say(GREETING);
    say(began(2) + ended(2, 0));
    await expect(next).resolves.toEqual({ exitCode: 0, output: '' });
  });

  it('are refused one by one when they are too long, print too much, or are too many', async () => {
    const { port, say, heard } = fakeAgent();
    const shell = new AgentShell();
    shell.follow(port);
    say(GREETING);
    await expect(shell.run('x'.repeat(9_000))).rejects.toThrow('too many for a serial line');
    const flood = shell.run('yes');
    say(began(1) + 'y'.repeat(17 << 20));
    await expect(flood).rejects.toThrow('printed more than 16 MiB');
    expect(heard.at(-1)).toContain('kill -9');
    const waiting = Array.from({ length: 65 }, () => shell.run('true'));
    await expect(shell.run('true')).rejects.toThrow('Too many commands wait');
    shell.restart();
    const settled = await Promise.allSettled(waiting);
    expect(new Set(settled.map(({ status }) => status))).toEqual(new Set(['rejected']));
  });
});
