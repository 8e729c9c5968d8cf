// Says that a newer version of the page is there, and takes a person to it who wants to go.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';

export interface UpdateNoticeProps {
  readonly hasUpdate: ReadonlySignal<boolean>;
  readonly onReload: () => void;
  readonly onDismiss: () => void;
}

export function UpdateNotice({ onReload, onDismiss, ...props }: UpdateNoticeProps): JSX.Element {
  const isShown = props.hasUpdate.value;
  // The region stays, so that what appears in it is read out.
  return (
    <div
      class="recording"
      role="status"
      aria-label="New version"
      data-tone={isShown ? 'plain' : undefined}
    >
      {isShown ? (
        <>
          <p>
            A new version of this page is there. A reload starts the PC anew; save the session first
            to keep it.
          </p>
          <span class="notice-actions">
            <button type="button" class="button button-small" onClick={onReload}>
              Reload
            </button>
            <button type="button" class="button button-small" onClick={onDismiss}>
              Later
            </button>
          </span>
        </>
      ) : null}
    </div>
  );
}
