// A pane, as the desk needs it.

import type { JSX } from 'preact';
import type { PaneSight } from './sights.ts';
import type { PaneHome } from './stored-layout.ts';

export interface DeskPane extends PaneHome {
  readonly title: string;
  /** A sentence that says what it shows. */
  readonly about: string;
  /** It is kept while it is not seen, with what is in it; others are made anew when they are shown. */
  readonly isKept: boolean;
  /** Half as wide as the page where panes stand one below another and there is room for two. */
  readonly isHalf: boolean;
  /** It shows the present whichever moment is looked at. */
  readonly isPresent: boolean;
  /** Is told whether it is in sight. */
  readonly sight?: Pick<PaneSight, 'watch'>;
  readonly render: () => JSX.Element;
}
