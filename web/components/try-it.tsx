// Commands of the guest that cause DMA, one click each.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { MachineInfo } from '../../src/worker/api/power.ts';
import type { Selection } from '../model/domain-choice.ts';
import { freshLine } from './fresh-line.ts';

export interface Demo {
  readonly command: string;
  readonly text: string;
  /** Name of the endpoint it keeps busy: the page then shows that one's domain. */
  readonly endpoint: RegExp | null;
}

/** Commands to try. */
export const DEMOS: readonly Demo[] = [
  {
    command: 'disk-read',
    text: 'Read a disk. With the IOMMU translating, pages are mapped, filled by the disk, and unmapped again',
    endpoint: /blk/,
  },
  {
    command: 'net-ping',
    text: 'Ping a computer that lives in this page: work for the network card',
    endpoint: /net/,
  },
  {
    command: 'share-read',
    text: 'Read a file of the shared folder: work for virtio-9p',
    endpoint: /9p/,
  },
  {
    command: 'iommu-groups',
    text: 'Ask Linux which devices share an IOMMU group, if it has any',
    endpoint: null,
  },
];

export interface TryItProps {
  readonly info: ReadonlySignal<MachineInfo | null>;
  /** Why commands cannot be run now; null when they can. */
  readonly noCommands: ReadonlySignal<string | null>;
  readonly onSelect: (selection: Selection) => void;
  readonly onType: (text: string) => void;
}

/** Types a command into the console, and selects the device that it keeps busy. */
export function runDemo(
  { command, endpoint }: Demo,
  { info, onSelect, onType }: Pick<TryItProps, 'info' | 'onSelect' | 'onType'>,
): void {
  const busy = info.value?.endpoints.find((each) => endpoint?.test(each.name));
  if (busy !== undefined) onSelect({ kind: 'endpoint', id: busy.id });
  onType(freshLine(command));
}

export function TryIt({ info, noCommands, onSelect, onType }: TryItProps): JSX.Element {
  const reason = noCommands.value;
  const run = (demo: Demo): void => runDemo(demo, { info, onSelect, onType });
  return (
    <div class="try-it" role="group" aria-label="Try it">
      <span class="try-it-label">Try it</span>
      {DEMOS.map((demo) => (
        <button
          type="button"
          class="button button-command"
          disabled={reason !== null}
          title={reason ?? demo.text}
          onClick={() => run(demo)}
        >
          {demo.command}
        </button>
      ))}
      {reason === null ? null : <span class="try-it-reason">{reason}</span>}
    </div>
  );
}
