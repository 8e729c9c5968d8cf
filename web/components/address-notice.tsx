// Says that a link was made by a newer page, some of whose words this one may not know.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

export interface AddressNoticeProps {
  readonly isOfLaterPage: boolean;
}

export function AddressNotice({ isOfLaterPage }: AddressNoticeProps): JSX.Element | null {
  const [isShown, setShown] = useState(isOfLaterPage);
  if (!isShown) return null;
  return (
    <div class="recording" role="status" aria-label="This link">
      <p>
        This link was made by a newer version of the page. What this version does not know is left
        out; reload the page to get the newest version.
      </p>
      <button type="button" class="button button-small" onClick={() => setShown(false)}>
        Close
      </button>
    </div>
  );
}
