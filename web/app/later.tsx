// Panes whose code is fetched when they are shown first.

import type { ComponentType, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { PaneProps } from './pane-props.ts';

/** A pane's `render`. `load` is called once; while it is on its way, and when it fails, the pane says so. */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  propsOf: (panes: PaneProps) => Props,
): (panes: PaneProps) => JSX.Element {
  let loaded: Promise<ComponentType<Props>> | null = null;
  function Later({ panes }: { readonly panes: PaneProps }): JSX.Element {
    const [Component, setComponent] = useState<ComponentType<Props> | null>(null);
    const [problem, setProblem] = useState<string | null>(null);
    useEffect(() => {
      let isGone = false;
      loaded ??= load();
      loaded.then(
        (component) => isGone || setComponent(() => component),
        () => {
          loaded = null;
          if (!isGone) setProblem('It could not be loaded. Close it and open it again.');
        },
      );
      return () => {
        isGone = true;
      };
    }, []);
    if (Component !== null) return <Component {...propsOf(panes)} />;
    return <p class="pane pane-wait">{problem ?? 'Loading …'}</p>;
  }
  return (panes) => <Later panes={panes} />;
}
