// What the attacks are given of the session.

import { signal } from '@preact/signals';
import type { AttackPaneProps } from '../components/attack-pane.tsx';
import { ATTACKS, type Attack } from '../components/attack-words.ts';
import { freshLine } from '../components/fresh-line.ts';
import type { LabDialogProps } from '../components/lab-dialog.tsx';
import type { Command } from '../commands/command.ts';
import { whyNoMachine } from '../format/readiness.ts';
import type { MachineSession } from '../session/machine-session.ts';

export interface AttackProps {
  readonly attack: AttackPaneProps;
  readonly labDialog: LabDialogProps;
}

/** `onPicture` shows the picture. */
export function attackProps(session: MachineSession, onPicture: () => void): AttackProps {
  const { power, attacks, iommu, console, moment, selection } = session;
  const isAsked = signal(false);
  const run = async ({ id, command }: Attack): Promise<void> => {
    moment.look(null);
    attacks.begin(id);
    if (id === 'module' && !(await attacks.giveModule())) return;
    await console.type(freshLine(command));
  };
  return {
    attack: {
      endpoint: attacks.endpoint,
      mode: power.mode,
      device: iommu.device,
      noCommands: power.noCommands,
      count: attacks.count,
      problem: attacks.problem,
      onRun: (attack) => void run(attack),
      onSee: () => {
        const id = attacks.endpoint.peek();
        if (id !== null) selection.select({ kind: 'endpoint', id });
        onPicture();
      },
      onLab: () => {
        isAsked.value = true;
      },
    },
    labDialog: {
      isAsked,
      onAnswer: (mayStart) => {
        isAsked.value = false;
        if (!mayStart) return;
        moment.look(null);
        void power.choose({ plan: { endpoints: { edu: true } }, iommu: null });
      },
    },
  };
}

/** A machine without edu offers the one with it. */
export function attackCommands(
  { attack }: AttackProps,
  session: MachineSession,
): readonly Command[] {
  const hasEdu = attack.endpoint.value !== null;
  const lab: Command = {
    id: 'lab',
    title: 'Start the lab…',
    group: 'Attack',
    hint: 'A PC with edu, a device to write drivers for and to attack with',
    reason: whyNoMachine(session.power.status.value) ?? (hasEdu ? 'This PC has edu already' : null),
    run: attack.onLab,
  };
  const noEdu = hasEdu ? null : 'This PC has no edu: start the lab';
  return [
    lab,
    ...ATTACKS.map((each): Command => ({
      id: `attack ${each.id}`,
      title: each.title,
      group: 'Attack',
      hint: `${each.short}: ${each.text}`,
      reason: noEdu ?? attack.noCommands.value,
      run: () => attack.onRun(each),
    })),
  ];
}
