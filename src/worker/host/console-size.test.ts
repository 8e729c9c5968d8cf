import { describe, expect, it } from 'vitest';
import type { SerialPort } from '../../machine/v86/serial-port.ts';
import { ConsoleSize } from './console-size.ts';

/** An agent's end of the line: `say` is what the guest prints, `heard` what it was sent. */
function fakeAgent(): { port: SerialPort; say: (text: string) => void; heard: string[] } {
  const heard: string[] = [];
  const listeners: ((bytes: Uint8Array) => void)[] = [];
  const port: Pick<SerialPort, 'onOutput' | 'send'> = {
    onOutput: (listener) => {
      listeners.push(listener);
      return () => undefined;
    },
    send: (text) => heard.push(text),
  };
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the two methods are all that is used
    port: port as SerialPort,
    say: (text) => listeners.forEach((listener) => listener(new TextEncoder().encode(text))),
    heard,
  };
}

const SET_50_BY_20 = 'stty -F /dev/ttyS0 columns 50 rows 20 </dev/null >/dev/null 2>&1\n';

describe('ConsoleSize', () => {
  it('tells the agent the latest size once it is there, and each change after', () => {
    const { port, say, heard } = fakeAgent();
    const size = new ConsoleSize();
    size.setRunning(true);
    size.follow(port);
    size.resize(80, 24);
    size.resize(50, 20);
    expect(heard).toEqual([]);
    say('viommu-agent ready\n');
    expect(heard).toEqual([SET_50_BY_20]);
    size.resize(50, 20);
    size.resize(60, 20);
    expect(heard).toHaveLength(2);
  });

  it('waits for the agent again after a restart', () => {
    const { port, say, heard } = fakeAgent();
    const size = new ConsoleSize();
    size.setRunning(true);
    size.follow(port);
    say('viommu-agent ready\n');
    size.restart();
    size.resize(50, 20);
    expect(heard).toEqual([]);
    say('viommu-agent ready\n');
    expect(heard).toEqual([SET_50_BY_20]);
  });

  it('leaves a machine that stands still alone, and tells it the latest size when it goes on', () => {
    const { port, say, heard } = fakeAgent();
    const size = new ConsoleSize();
    size.setRunning(true);
    size.follow(port);
    size.resize(50, 20);
    say('viommu-agent ready\n');
    size.setRunning(false);
    size.resize(50, 18);
    size.resize(50, 20);
    size.setRunning(true);
    size.setRunning(false);
    size.resize(60, 18);
    size.resize(60, 20);
    expect(heard).toEqual([SET_50_BY_20]);
    size.setRunning(true);
    expect(heard).toEqual([SET_50_BY_20, SET_50_BY_20.replace('50', '60')]);
  });

  it.each([
    [0, 20],
    [50, -1],
    [50.5, 20],
    [Number.NaN, 20],
    [50, 100_000],
  ])('ignores a size of %s by %s', (columns, rows) => {
    const { port, say, heard } = fakeAgent();
    const size = new ConsoleSize();
    size.setRunning(true);
    size.follow(port);
    say('viommu-agent ready\n');
    size.resize(columns, rows);
    expect(heard).toEqual([]);
  });
});
