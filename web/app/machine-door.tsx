// The way into the machine dialog, which is fetched when it is opened first.

import { signal } from '@preact/signals';
import type { ComponentType, JSX } from 'preact';
import type { BootRequest } from '../../src/worker/api/power.ts';
import { Unreachable } from '../components/unreachable.tsx';
import type { ChosenFiles } from '../machine-dialog/chosen-files.ts';
import type { MachineDialogProps } from '../machine-dialog/machine-dialog.tsx';

type Given = Omit<MachineDialogProps, 'files' | 'onClose' | 'onStart'>;

/** What the dialog is told of the session when it opens, and what is done with the machine that comes of it. */
export interface DoorPorts {
  readonly given: () => Given;
  readonly onStart: (request: BootRequest) => void;
}

interface OpenDialog extends Given {
  readonly Dialog: ComponentType<MachineDialogProps>;
  readonly files: ChosenFiles;
}

export class MachineDoor {
  readonly #ports: DoorPorts;
  readonly #open = signal<OpenDialog | 'unreachable' | null>(null);
  /** Chosen for the machine that was started last: they stay here for the next one. */
  #files: ChosenFiles | null = null;

  constructor(ports: DoorPorts) {
    this.#ports = ports;
  }

  /** Opens the dialog; harmless when it is open. */
  async open(): Promise<void> {
    try {
      const [{ MachineDialog: Dialog }, { NO_FILES }] = await Promise.all([
        import('../machine-dialog/machine-dialog.tsx'),
        import('../machine-dialog/chosen-files.ts'),
      ]);
      const isOpen = this.#open.peek() !== null && this.#open.peek() !== 'unreachable';
      if (isOpen) return;
      this.#open.value = { ...this.#ports.given(), Dialog, files: this.#files ?? NO_FILES };
    } catch {
      this.#open.value = 'unreachable';
    }
  }

  close(): void {
    this.#open.value = null;
  }

  /** The dialog, while it is open. */
  readonly View = (): JSX.Element | null => {
    const open = this.#open.value;
    if (open === null) return null;
    if (open === 'unreachable')
      return <Unreachable again="open Machine…" onClose={() => this.close()} />;
    const { Dialog, ...props } = open;
    return (
      <Dialog
        {...props}
        onClose={() => this.close()}
        onStart={(request, files) => {
          this.#files = files;
          this.close();
          this.#ports.onStart(request);
        }}
      />
    );
  };
}
