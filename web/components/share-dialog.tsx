// What can be given to others: a link to what is looked at, the session in it or as a file, the record as a trace, the picture.

import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { formatBytes } from '../format/quantity.ts';
import { CopyField } from './copy-field.tsx';

/** A link with the session in it, or how long it would be. */
export interface SessionLink {
  /** Null when it is too long. */
  readonly url: string | null;
  readonly length: number;
  /** Characters that a link may have. */
  readonly most: number;
}

/** A file that can be had. */
export interface SharedFile {
  readonly label: string;
  /** What it is good for, in a few words. */
  readonly about: string;
  /** Null where it cannot be made, which is told elsewhere. Rejects with an error for the user. */
  readonly make: () => Promise<{ readonly file: Blob; readonly name: string } | null>;
}

export interface ShareDialogProps {
  /** The address of what is looked at; null where a link cannot lead there, as with a trace. */
  readonly link: () => string | null;
  /** Null where there is no session. Rejects with an error for the user. */
  readonly linkWithSession: (() => Promise<SessionLink>) | null;
  readonly files: readonly SharedFile[];
  readonly onCopy: (text: string) => Promise<void>;
  readonly onDownload: (file: Blob, name: string) => void;
  readonly onClose: () => void;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function Links({ link, linkWithSession, onCopy }: ShareDialogProps): JSX.Element {
  const [withSession, setWithSession] = useState(false);
  const [session, setSession] = useState<SessionLink | string | null>(null);
  const plain = link();
  useEffect(() => {
    if (!withSession || linkWithSession === null) return undefined;
    let isGone = false;
    const tell = (said: SessionLink | string): void => {
      if (!isGone) setSession(said);
    };
    linkWithSession().then(tell, (error: unknown) => tell(messageOf(error)));
    return () => {
      isGone = true;
    };
  }, [withSession, linkWithSession]);
  if (plain === null) {
    return <p>A trace is a file of yours: to show it to others, give them the file.</p>;
  }
  const isTold = withSession && typeof session === 'object' && session !== null;
  const text = isTold && session.url !== null ? session.url : plain;
  return (
    <>
      <CopyField label="Link" text={text} onCopy={onCopy} />
      <p class="quiet">
        It leads to this machine and view, to the moment that is looked at, what is selected, and
        the filter.
      </p>
      {linkWithSession === null ? null : (
        <label class="check">
          <input
            type="checkbox"
            checked={withSession}
            onChange={({ currentTarget }) => setWithSession(currentTarget.checked)}
          />
          With the recording of this PC in it, which is replayed there
        </label>
      )}
      {withSession ? <p role="status">{sessionWords(session)}</p> : null}
    </>
  );
}

function sessionWords(session: SessionLink | string | null): string {
  if (session === null) return 'Packing the recording …';
  if (typeof session === 'string') return session;
  const { url, length, most } = session;
  return url === null
    ? `The recording would make a link of ${formatBytes(length)}, and ${formatBytes(most)} is the most. Give it as a file instead; the link above is without it.`
    : `The link has ${formatBytes(length)} of at most ${formatBytes(most)}.`;
}

function Files({ files, onDownload }: ShareDialogProps): JSX.Element {
  const [said, setSaid] = useState('');
  const save = async ({ label, make }: SharedFile): Promise<void> => {
    setSaid(`${label}: being made …`);
    try {
      const made = await make();
      if (made !== null) onDownload(made.file, made.name);
      setSaid(made === null ? '' : `${made.name}, ${formatBytes(made.file.size)}.`);
    } catch (error) {
      setSaid(`${label}: ${messageOf(error)}`);
    }
  };
  return (
    <>
      <ul class="share-files">
        {files.map((file) => (
          <li>
            <button type="button" class="button" onClick={() => void save(file)}>
              {file.label}
            </button>
            <span class="quiet">{file.about}</span>
          </li>
        ))}
      </ul>
      <p role="status">{said}</p>
    </>
  );
}

export function ShareDialog(props: ShareDialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="dialog share" ref={dialog} aria-labelledby="share-title" onClose={props.onClose}>
      <h2 id="share-title">Share</h2>
      <h3>Link</h3>
      <Links {...props} />
      <h3>Files</h3>
      <Files {...props} />
      <div class="dialog-actions">
        <button type="button" class="button button-primary" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}
