// The buttons that zoom a map or the time bar.

import type { JSX } from 'preact';

/** What one press shows more, or less. */
export const ZOOM_STEP = 1.5;

/** What the buttons move. */
export interface ZoomMoves {
  /** Shows `factor` times as much. */
  readonly zoom: (factor: number) => unknown;
  readonly showWhole: () => void;
}

export interface ZoomButtonsProps {
  readonly view: () => ZoomMoves | null;
  /** What else does the same. */
  readonly titles: { readonly farther: string; readonly closer: string; readonly whole: string };
}

export function ZoomButtons({ view, titles }: ZoomButtonsProps): JSX.Element {
  const moves = [
    {
      text: '−',
      name: 'Zoom out',
      title: titles.farther,
      act: (): unknown => view()?.zoom(ZOOM_STEP),
    },
    {
      text: '+',
      name: 'Zoom in',
      title: titles.closer,
      act: (): unknown => view()?.zoom(1 / ZOOM_STEP),
    },
    { text: 'All', name: undefined, title: titles.whole, act: () => view()?.showWhole() },
  ];
  return (
    <>
      {moves.map(({ text, name, title, act }) => (
        <button
          key={text}
          type="button"
          class="button button-small"
          aria-label={name}
          title={title}
          onClick={() => void act()}
        >
          {text}
        </button>
      ))}
    </>
  );
}
