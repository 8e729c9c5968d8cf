// The guest's serial console. The terminal is put into its place in tasks of its own, once the page is there: its code, and all that
// it measures, take as long as the rest of the page.

import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { nextTask } from '../next-task.ts';
import type { TerminalPorts } from './terminal.ts';

export type TerminalViewProps = TerminalPorts;

/** Fetched at once, beside what is shown first. */
const loading = import('./terminal.ts').then(
  ({ openTerminal }) => openTerminal,
  () => null,
);

export function TerminalView(props: TerminalViewProps): JSX.Element {
  const { output, restarted, onType, onResize } = props;
  const host = useRef<HTMLDivElement>(null);
  const [isMissing, setMissing] = useState(false);
  useLayoutEffect(() => {
    let close = (): void => undefined;
    let isGone = false;
    void (async () => {
      const openTerminal = await loading;
      await nextTask();
      const element = host.current;
      if (isGone || element === null) return;
      if (openTerminal === null) {
        setMissing(true);
        return;
      }
      close = await openTerminal(element, { output, restarted, onType, onResize });
      // It was taken away before it was there
      if (isGone) close();
    })();
    return () => {
      isGone = true;
      close();
    };
  }, [output, restarted, onType, onResize]);
  return (
    <div
      class="screen"
      role="group"
      aria-label="Terminal: Enter to type, Shift+Tab to leave"
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.target !== event.currentTarget) return;
        event.preventDefault();
        host.current?.querySelector('textarea')?.focus();
      }}
    >
      {isMissing ? (
        <p class="screen-missing">The terminal could not be loaded. Reload the page.</p>
      ) : null}
      <div class="screen-host" ref={host} />
    </div>
  );
}
