// The picture of See as a file: laid out and painted as on the page, in a size of its own.

import { Brush, type PictureContext } from '../picture/brush.ts';
import { readPictureColors, type PictureColors } from '../picture/colors.ts';
import { layoutMarks, type StoppedAccess } from '../picture/fault-marks.ts';
import { layoutPicture, NO_FOLDS } from '../picture/layout.ts';
import { paintPicture, type PictureState } from '../picture/paint.ts';
import type { Scene } from '../picture/scene.ts';
import { SvgContext } from './svg-context.ts';

export type PictureFormat = 'svg' | 'png';

/** What is drawn. */
export interface DrawnPicture {
  readonly scene: Scene;
  readonly stopped: readonly StoppedAccess[];
  /** What it shows, in a sentence. */
  readonly title: string;
}

const WIDTH = 1200;
const HEIGHT = 750;
/** On the page the pane has one. */
const MARGIN = 16;
/** Pixels of the PNG for each of these. */
const RATIO = 2;

/** Colours are those of the page's theme. Rejects with an error for the user. */
export async function pictureFile(format: PictureFormat, picture: DrawnPicture): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH * RATIO;
  canvas.height = HEIGHT * RATIO;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser cannot draw the picture now.');
  const colors = readPictureColors();
  if (format === 'svg') {
    const svg = new SvgContext((font, text) => {
      context.font = font;
      return context.measureText(text);
    });
    paint(svg, picture, colors);
    const { title } = picture;
    const frame = { width: WIDTH, height: HEIGHT, margin: MARGIN, title, ground: colors.ground };
    return new Blob([svg.document(frame)], { type: 'image/svg+xml' });
  }
  context.setTransform(RATIO, 0, 0, RATIO, RATIO * MARGIN, RATIO * MARGIN);
  paint(context, picture, colors);
  context.setTransform(RATIO, 0, 0, RATIO, 0, 0);
  // Painting begins with an empty canvas
  context.globalCompositeOperation = 'destination-over';
  context.fillStyle = colors.ground;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  const file = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (file === null) throw new Error('This browser cannot make a PNG of the picture.');
  return file;
}

function paint(
  context: PictureContext,
  { scene, stopped }: DrawnPicture,
  colors: PictureColors,
): void {
  const viewport = { width: WIDTH - 2 * MARGIN, height: HEIGHT - 2 * MARGIN };
  const layout = layoutPicture(scene, viewport, NO_FOLDS);
  const marks = layoutMarks(layout, scene, stopped);
  const state: PictureState = { scene, layout, marks, chosen: null, focused: null };
  paintPicture(new Brush(context, colors, layout.scale), state);
}
