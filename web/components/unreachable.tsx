// Says that a part of the page could not be fetched.

import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

export interface UnreachableProps {
  /** What a person does to have it fetched again, such as `open Machine…`. */
  readonly again: string;
  readonly onClose: () => void;
}

export function Unreachable({ again, onClose }: UnreachableProps): JSX.Element {
  const notice = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => notice.current?.scrollIntoView({ block: 'nearest' }), []);
  return (
    <div class="recording" role="alert" data-tone="bad" ref={notice}>
      <p>This part of the page could not be fetched. Check the connection, and {again} again.</p>
      <button type="button" class="button button-small" onClick={onClose}>
        Close
      </button>
    </div>
  );
}
