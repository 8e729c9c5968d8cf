// Commands for the PC: its switches, recordings, and what can be tried.

import { chooseRecording, saveRecording } from '../components/recording-controls.tsx';
import { OTHER_MODE } from '../components/see-actions.tsx';
import { formEndpoint } from '../components/rogue-pane.tsx';
import { overreachOf } from '../story/overreach.ts';
import { DEMOS, runDemo } from '../components/try-it.tsx';
import type { Command } from '../commands/command.ts';
import { attackCommands } from './attack-props.ts';
import { whyNoMachine } from '../format/readiness.ts';
import type { MachineSession } from '../session/machine-session.ts';
import type { PaneProps } from './pane-props.ts';

function switches({ topBar }: PaneProps): readonly Command[] {
  const status = topBar.status.value;
  const isPaused = status === 'paused';
  const noMachine = whyNoMachine(status);
  const cannotPause = status === 'running' || isPaused ? null : 'The PC does not run';
  const cannotRecord = topBar.canRecord.value ? null : 'There is nothing to record yet';
  const other = OTHER_MODE[topBar.mode.value];
  return [
    {
      id: 'pause',
      title: isPaused ? 'Resume' : 'Pause',
      group: 'PC',
      hint: isPaused ? 'Let the PC go on' : 'Stop the PC where it is',
      reason: cannotPause,
      run: isPaused ? topBar.onResume : topBar.onPause,
    },
    {
      id: 'reset',
      title: 'Reset',
      group: 'PC',
      hint: 'Boot from power-on',
      reason: noMachine,
      run: topBar.onReset,
    },
    {
      id: 'mode',
      title: other.label,
      group: 'PC',
      hint: 'Starts the PC afresh',
      reason: noMachine,
      run: () => topBar.onStart(other.mode),
    },
    {
      id: 'machine',
      title: 'Machine…',
      group: 'PC',
      hint: 'What the PC is made of: kernel, files, memory, devices, IOMMU',
      reason: noMachine,
      run: topBar.onMachine,
    },
    {
      id: 'save',
      title: 'Save recording',
      group: 'PC',
      hint: 'All that happened since power-on, as a file',
      reason: noMachine ?? cannotRecord,
      run: () => void saveRecording(topBar.onSave),
    },
    {
      id: 'open',
      title: 'Open recording',
      group: 'PC',
      hint: 'Replays a recording in place of this session',
      reason: cannotRecord,
      run: () => chooseRecording(topBar.onOpen),
    },
  ];
}

function demos({ console, rogue }: PaneProps, session: MachineSession): readonly Command[] {
  const noCommands = console.noCommands.value;
  const endpoint = formEndpoint(rogue.info.value, rogue.endpoint.value);
  return [
    ...DEMOS.map((demo): Command => ({
      id: `try ${demo.command}`,
      title: demo.command,
      group: 'Try it',
      hint: demo.text,
      reason: noCommands,
      run: () => {
        session.moment.look(null);
        runDemo(demo, console);
      },
    })),
    {
      id: 'try rogue',
      title: 'Let a device overreach',
      group: 'Try it',
      hint: 'A rogue access to an address that nobody has given the device',
      reason: endpoint === null ? 'There are no devices yet' : rogue.notReady.value,
      run: () => {
        session.moment.look(null);
        if (endpoint !== null)
          void rogue.onSend(overreachOf(endpoint, 'write')).catch(() => undefined);
      },
    },
  ];
}

export function machineCommands(panes: PaneProps, session: MachineSession): readonly Command[] {
  return [...switches(panes), ...demos(panes, session), ...attackCommands(panes, session)];
}
