// The one figure: how much of the memory devices can reach.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { figureOf } from '../picture/words.ts';
import type { ShownPicture } from './picture-pane.tsx';

export interface ReachFigureProps {
  readonly picture: ReadonlySignal<ShownPicture | null>;
}

export function ReachFigure({ picture }: ReachFigureProps): JSX.Element {
  const shown = picture.value;
  const figure = shown === null ? null : figureOf(shown.scene);
  return (
    <section class="pane pane-reach" aria-label="What devices can reach">
      <p class="figure" data-all={figure?.isAll === true}>
        <span class="figure-lead">Devices can reach</span>{' '}
        <span class="figure-line">
          <b class="figure-amount">{figure?.amount ?? '…'}</b> {figure?.of}
        </span>{' '}
        <span class="figure-rest">{figure?.rest ?? 'The PC is being started.'}</span>
      </p>
    </section>
  );
}
