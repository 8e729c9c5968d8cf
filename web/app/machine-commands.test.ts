// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { describe, expect, it } from 'vitest';
import type { MachineStatus } from '../../src/worker/api/power.ts';
import { MachineSession } from '../session/machine-session.ts';
import { startFakeMachine } from '../testing/fake-machine.ts';
import { NO_IMAGES as images } from '../../test/support/no-images.ts';
import { machineCommands } from './machine-commands.ts';
import { paneProps } from './pane-props.ts';

/** What keeps each switch of the PC from being used. */
function reasons(status: MachineStatus) {
  const session = new MachineSession({
    start: (onBatch) => startFakeMachine(onBatch),
    images,
    now: () => 0,
    onNextFrame: () => undefined,
  });
  const panes = paneProps(session);
  const topBar = { ...panes.topBar, status: signal(status), canRecord: signal(true) };
  const commands = machineCommands({ ...panes, topBar }, session);
  const switches = commands.filter(({ group }) => group === 'PC');
  return Object.fromEntries(switches.map(({ id, reason }) => [id, reason ?? null]));
}

describe('the switches of the PC', () => {
  it('can all be used while it runs', () => {
    expect(new Set(Object.values(reasons('running')))).toEqual(new Set([null]));
  });

  it('are none for a trace, in whose place a file can be opened', () => {
    const { open, pause, ...others } = reasons('trace');
    expect([open, pause]).toEqual([null, 'The PC does not run']);
    expect(others).toEqual({
      reset: 'This is a trace: nothing runs',
      mode: 'This is a trace: nothing runs',
      machine: 'This is a trace: nothing runs',
      save: 'This is a trace: nothing runs',
    });
  });
});
