// What stands on the page: the machine, or a trace in its place while the machine waits.

import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { MachineSession } from '../session/machine-session.ts';
import type { Opening } from '../session/opening.ts';
import { App, type AppProps, type OpeningProps } from './app.tsx';

/** What is made of a session. */
export type Parts = Pick<AppProps, 'panes' | 'see' | 'overlays' | 'sharing'>;

export interface StageProps {
  readonly opening: Opening;
  /** The same for both. */
  readonly common: Omit<AppProps, keyof Parts | 'trace'>;
  /** Those of the machine. */
  readonly parts: Parts;
  readonly partsOf: (session: MachineSession) => Parts;
}

export function openingProps(opening: Opening): OpeningProps {
  return {
    onOpen: (file) => void opening.open(file),
    onRefuse: (sentence) => opening.refuse(sentence),
    question: opening.question,
    notice: { label: 'File', notice: opening.notice, onDismiss: () => opening.dismiss() },
  };
}

export function Stage({ opening, common, parts: machine, partsOf }: StageProps): JSX.Element {
  const trace = opening.trace.value;
  const parts = useMemo(
    () => (trace === null ? machine : partsOf(trace.session)),
    [trace, machine, partsOf],
  );
  if (trace === null) return <App key="machine" {...common} {...parts} trace={null} />;
  const { name, source, events, remarks } = trace;
  const banner = { name, source, events, remarks, onClose: () => opening.close() };
  return <App key={trace.id} {...common} {...parts} trace={banner} />;
}
