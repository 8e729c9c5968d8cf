// What this page brings with it, whose it is, and where its source is.

import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { AboutIcon } from './icons.tsx';

interface Part {
  readonly name: string;
  readonly licence: string;
  /** The licence's text, among the files that the build ships. */
  readonly file: string;
}

const PARTS: readonly Part[] = [
  { name: 'viommu, this page', licence: 'BSD-2-Clause', file: 'LICENSE.txt' },
  { name: 'Linux', licence: 'GPL-2.0', file: 'LICENSES/linux-copyright.txt' },
  { name: 'BusyBox', licence: 'GPL-2.0', file: 'LICENSES/busybox-copyright.txt' },
  { name: 'the C library in BusyBox, glibc', licence: 'LGPL-2.1', file: 'LICENSES/LGPL-2.1.txt' },
  { name: 'SeaBIOS', licence: 'LGPL-3.0', file: 'LICENSES/seabios-copyright.txt' },
  {
    name: 'v86, xterm.js and other packages',
    licence: 'BSD, MIT, Apache-2.0',
    file: 'packages.txt',
  },
];

/** Another tab: in this one the PC would be gone. */
function FileLink({ file, children }: { file: string; children: string }): JSX.Element {
  return (
    <a href={`./licenses/${file}`} target="_blank" rel="noopener">
      {children}
    </a>
  );
}

export function AboutDialog(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button
        type="button"
        class="button button-icon"
        aria-label="About"
        aria-haspopup="dialog"
        title="About: licences and sources"
        onClick={() => dialog.current?.showModal()}
      >
        <AboutIcon />
      </button>
      <dialog class="dialog about" ref={dialog} aria-labelledby="about-title">
        <h2 id="about-title">About viommu</h2>
        <p>
          A Linux PC in a browser tab, whose IOMMU you can see into. All of it runs on this
          computer; nothing you do is sent anywhere.
        </p>
        <ul>
          {PARTS.map(({ name, licence, file }) => (
            <li>
              <span>{name}</span> <FileLink file={file}>{licence}</FileLink>
            </li>
          ))}
        </ul>
        <p>
          Linux, BusyBox, glibc and SeaBIOS are Debian’s, unpatched.{' '}
          <FileLink file="PROVENANCE.txt">Versions, and how to get their source</FileLink>
        </p>
        <p>
          This PC can be put into a page of yours:{' '}
          <a href="./examples/embed.html" target="_blank" rel="noopener">
            how, with examples
          </a>
        </p>
        <div class="dialog-actions">
          <button
            type="button"
            class="button button-primary"
            onClick={() => dialog.current?.close()}
          >
            Close
          </button>
        </div>
      </dialog>
    </>
  );
}
