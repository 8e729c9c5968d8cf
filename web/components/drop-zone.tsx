// Takes a file that is dropped anywhere on the page, unless what is below the pointer takes it.

import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export interface DropZoneProps {
  readonly onOpen: (file: File) => void;
  /** What was dropped can not be opened, and why. */
  readonly onRefuse: (sentence: string) => void;
}

const ONE_AT_A_TIME = 'Drop one file at a time.';

function hasFiles(event: DragEvent): boolean {
  return !event.defaultPrevented && event.dataTransfer?.types.includes('Files') === true;
}

export function DropZone({ onOpen, onRefuse }: DropZoneProps): JSX.Element | null {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const over = (event: DragEvent): void => {
      setOver(hasFiles(event));
      if (hasFiles(event)) event.preventDefault();
    };
    const leave = (event: DragEvent): void => {
      // Of the window itself, not of what lies in it
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      setOver(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      const [file, ...others] = event.dataTransfer?.files ?? [];
      if (file === undefined || others.length > 0) onRefuse(ONE_AT_A_TIME);
      else onOpen(file);
    };
    window.addEventListener('dragover', over);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, [onOpen, onRefuse]);
  if (!isOver) return null;
  return (
    <div class="drop-zone" aria-hidden="true">
      <p>
        Drop it to open it: a recording, or a trace of viommu, QEMU or Linux. A kernel module or a
        program goes into the PC’s shared folder.
      </p>
    </div>
  );
}
