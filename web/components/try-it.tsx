// Commands of the guest that cause DMA, one click each.

import type { JSX } from 'preact';
import type { MachineSession } from '../machine-session.ts';

interface Demo {
  readonly command: string;
  readonly text: string;
  /** Name of the endpoint it keeps busy: the page then shows that one's domain. */
  readonly endpoint: RegExp | null;
}

const DEMOS: readonly Demo[] = [
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

function run(session: MachineSession, { command, endpoint }: Demo): void {
  const busy = session.info.value?.endpoints.find((each) => endpoint?.test(each.name));
  if (busy !== undefined) session.select({ kind: 'endpoint', id: busy.id });
  void session.type(`${command}\r`);
}

/** Why commands can not be run now; null when they can. */
export function reasonNotReady(session: MachineSession): string | null {
  if (session.failure.value?.kind === 'powered-off') return 'The PC is off';
  if (session.status.value === 'failed') return 'The PC has stopped';
  if (session.progress.value.stage !== 'ready') return 'Waiting for Linux';
  if (session.status.value === 'paused') return 'The PC is paused';
  return null;
}

export function TryIt({ session }: { session: MachineSession }): JSX.Element {
  const reason = reasonNotReady(session);
  return (
    <div class="try-it" role="group" aria-label="Try it">
      <span class="try-it-label">Try it</span>
      {DEMOS.map((demo) => (
        <button
          type="button"
          class="button button-command"
          disabled={reason !== null}
          title={reason ?? demo.text}
          onClick={() => run(session, demo)}
        >
          {demo.command}
        </button>
      ))}
      {reason === null ? null : <span class="try-it-reason">{reason}</span>}
    </div>
  );
}
