// Saves the session as a file, opens one, and says what became of it.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { RecordingNotice as Notice } from '../format/replay-words.ts';
import { OpenIcon, SaveIcon } from './icons.tsx';

const SUFFIX = '.viommu';

export interface RecordingControlsProps {
  /** Whether there is a session to save. */
  readonly canRecord: ReadonlySignal<boolean>;
  /** The session as a file; null when it could not be made. */
  readonly onSave: () => Promise<Blob | null>;
  readonly onOpen: (file: File) => void;
  /** Whether a trace is shown, which has no session. */
  readonly isTrace: boolean;
}

/** Has the browser keep a file. */
function download(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function fileName(): string {
  return `viommu-${new Date().toISOString().slice(0, 10)}${SUFFIX}`;
}

/** Saves the session as a file, if it can be made. */
export async function saveRecording(onSave: RecordingControlsProps['onSave']): Promise<void> {
  const file = await onSave();
  if (file !== null) download(file, fileName());
}

/** Has the person choose a file; it takes a click or a key. */
export function chooseRecording(onOpen: RecordingControlsProps['onOpen']): void {
  const picker = document.createElement('input');
  picker.type = 'file';
  picker.addEventListener('change', () => {
    const file = picker.files?.[0];
    if (file !== undefined) onOpen(file);
  });
  picker.click();
}

export function RecordingControls(props: RecordingControlsProps): JSX.Element {
  const { onSave, onOpen } = props;
  const isDisabled = !props.canRecord.value;
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      {props.isTrace ? null : (
        <button
          type="button"
          class="button button-icon"
          aria-label="Save recording"
          title="Save recording: all that happened since power-on, in a small file that can be replayed"
          disabled={isDisabled}
          onClick={() => void saveRecording(onSave)}
        >
          <SaveIcon />
        </button>
      )}
      <button
        type="button"
        class="button button-icon"
        aria-label="Open…"
        title="Open…: a recording, a trace of an IOMMU by viommu, QEMU or Linux, or a module or program for the PC. A file can also be dropped anywhere."
        onClick={() => picker.current?.click()}
      >
        <OpenIcon />
      </button>
      <input
        type="file"
        hidden
        ref={picker}
        aria-label="File to open"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          if (file !== undefined) onOpen(file);
          // The same file may be chosen again.
          currentTarget.value = '';
        }}
      />
    </>
  );
}

export interface RecordingNoticeProps {
  /** What it is about, for those who hear it. */
  readonly label: string;
  readonly notice: ReadonlySignal<Notice | null>;
  readonly onDismiss: () => void;
}

export function RecordingNotice({ onDismiss, label, ...props }: RecordingNoticeProps): JSX.Element {
  const notice = props.notice.value;
  // The region stays, so that what appears in it is read out.
  return (
    <div class="recording" role="status" aria-label={label} data-tone={notice?.tone}>
      {notice === null ? null : (
        <>
          <p>{notice.text}</p>
          {notice.tone === 'busy' ? null : (
            <button type="button" class="button button-small" onClick={onDismiss}>
              Close
            </button>
          )}
        </>
      )}
    </div>
  );
}
