// Opens the share dialog, whose code is fetched then.

import type { ComponentType, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ShareIcon } from './icons.tsx';
import type { ShareDialogProps } from './share-dialog.tsx';

export interface ShareButtonProps {
  readonly load: () => Promise<ComponentType<ShareDialogProps>>;
  readonly share: Omit<ShareDialogProps, 'onClose'>;
}

export function ShareButton({ load, share }: ShareButtonProps): JSX.Element {
  const [Dialog, setDialog] = useState<ComponentType<ShareDialogProps> | null>(null);
  const [problem, setProblem] = useState('');
  const open = async (): Promise<void> => {
    try {
      const dialog = await load();
      setProblem('');
      setDialog(() => dialog);
    } catch {
      setProblem('The dialog could not be loaded. Try again when there is a network.');
    }
  };
  return (
    <>
      <button
        type="button"
        class="button"
        aria-haspopup="dialog"
        title={problem === '' ? 'A link to this, the session, the trace or the picture' : problem}
        onClick={() => void open()}
      >
        <ShareIcon />
        <span>Share…</span>
      </button>
      <span class="visually-hidden" role="status">
        {problem}
      </span>
      {Dialog === null ? null : <Dialog {...share} onClose={() => setDialog(null)} />}
    </>
  );
}
