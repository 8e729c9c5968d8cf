// What the share dialog is given of a session.

import type { ShareButtonProps } from '../components/share-button.tsx';
import type { SharedFile } from '../components/share-dialog.tsx';
import { markedFaults } from '../picture/fault-marks.ts';
import { pictureSentence } from '../picture/words.ts';
import type { PageAddress } from '../session/address/page-address.ts';
import type { MachineSession } from '../session/machine-session.ts';
import type { TraceFormat } from '../share/trace-export.ts';

const TRACES: readonly (readonly [TraceFormat, string, string])[] = [
  ['viommu', 'Trace', 'for this page, viommu trace and others like it'],
  ['jsonl', 'JSON lines', 'an event a line, for scripts'],
  ['csv', 'CSV', 'a table, for spreadsheets'],
  ['chrome', 'Chrome JSON', 'for Perfetto (ui.perfetto.dev)'],
];

function dated(suffix: string): string {
  return `viommu-${new Date().toISOString().slice(0, 10)}${suffix}`;
}

/** Has the browser keep a file. */
function download(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Resolves when the page has had its turn. */
function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** `address` is null for a trace, to which no link leads. */
export function shareProps(session: MachineSession, address: PageAddress | null): ShareButtonProps {
  const { recordings, iommu, picture, looked } = session;
  const sessionFile: SharedFile = {
    label: 'Recording',
    about: 'to be opened here: all that was done is replayed, to the byte',
    make: async () => ({ file: new Blob([await recordings.save()]), name: dated('.viommu') }),
  };
  const traces = TRACES.map(([format, label, about]): SharedFile => ({
    label,
    about,
    make: async () => {
      const { history } = iommu.latest;
      if (history === undefined) throw new Error('There is no record of an IOMMU yet.');
      const { exportTrace, SUFFIXES } = await import('../share/trace-export.ts');
      const file = await exportTrace(format, history, { now: session.now, rest });
      return { file, name: dated(SUFFIXES[format]) };
    },
  }));
  const pictures = (['svg', 'png'] as const).map((format): SharedFile => ({
    label: `Picture, ${format.toUpperCase()}`,
    about: format === 'svg' ? 'of See, at any size' : 'of See, as an image',
    make: async () => {
      const view = picture.view.peek();
      if (view === null) throw new Error('There is no picture yet.');
      const { pictureFile } = await import('../share/picture-file.ts');
      const { scene, faults } = view;
      const stopped = markedFaults(
        faults.map(({ fault }) => ({ sequence: fault.sequence, fault, sentence: '' })),
        looked.faults.peek(),
      );
      const file = await pictureFile(format, { scene, stopped, title: pictureSentence(scene) });
      return { file, name: dated(`.${format}`) };
    },
  }));
  return {
    load: async () => (await import('../components/share-dialog.tsx')).ShareDialog,
    share: {
      link: () => (address === null ? null : linkOf(address)),
      linkWithSession:
        address === null
          ? null
          : async () => {
              const { MAX_LINK_LENGTH, sessionFragment } = await import('../share/session-link.ts');
              const fragment = await sessionFragment(await recordings.save());
              const url = `${linkOf(address)}#${fragment}`;
              const { length } = url;
              return { url: length > MAX_LINK_LENGTH ? null : url, length, most: MAX_LINK_LENGTH };
            },
      files: [...(address === null ? [] : [sessionFile]), ...traces, ...pictures],
      onCopy: (text) => navigator.clipboard.writeText(text),
      onDownload: download,
    },
  };
}

/** For the page itself, also where it is in a frame, and without a place in it. */
function linkOf(address: PageAddress): string {
  const url = new URL(address.link({ embed: null }));
  url.hash = '';
  return url.href;
}
