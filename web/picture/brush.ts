// What the picture is painted with: letters, boxes and hatches at one scale.

import type { PictureColors } from './colors.ts';
import type { Point } from './layout.ts';
import type { Box } from './memory.ts';

export interface TextStyle {
  /** CSS pixels before scaling. */
  readonly size: number;
  readonly color: string;
  readonly isBold?: boolean;
  readonly align?: 'left' | 'right';
  /** Painted around the letters, so that they stand out from what is below. */
  readonly halo?: string;
}

/** What the picture is painted on: a canvas, or what writes the same as a drawing. */
export interface PictureContext extends Pick<
  CanvasRenderingContext2D,
  | 'beginPath'
  | 'moveTo'
  | 'lineTo'
  | 'bezierCurveTo'
  | 'closePath'
  | 'clip'
  | 'fill'
  | 'stroke'
  | 'save'
  | 'restore'
  | 'rect'
  | 'fillRect'
  | 'strokeRect'
  | 'clearRect'
  | 'measureText'
  | 'fillText'
  | 'strokeText'
  | 'font'
  | 'textAlign'
  | 'textBaseline'
  | 'lineWidth'
  | 'lineCap'
  | 'lineJoin'
  | 'globalAlpha'
  | 'fillStyle'
  | 'strokeStyle'
> {
  roundRect(x: number, y: number, width: number, height: number, radius: number): void;
  arc(x: number, y: number, radius: number, from: number, to: number): void;
  setLineDash(lengths: number[]): void;
}

export class Brush {
  readonly context: PictureContext;
  readonly colors: PictureColors;
  readonly scale: number;

  constructor(context: PictureContext, colors: PictureColors, scale: number) {
    this.context = context;
    this.colors = colors;
    this.scale = scale;
  }

  /** A line of text in a box, its end left out where there is no room. Returns its width. */
  text(words: string, { x, y, width, height }: Box, style: TextStyle): number {
    const { context, scale } = this;
    context.font = `${style.isBold === true ? 650 : 400} ${style.size * scale}px ${this.colors.font}`;
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    const shown = this.#fit(words, width);
    const wide = context.measureText(shown).width;
    const left = style.align === 'right' ? x + width - wide : x;
    const middle = y + height / 2 + 0.5 * scale;
    if (style.halo !== undefined) {
      context.strokeStyle = style.halo;
      context.lineWidth = 4 * scale;
      context.lineJoin = 'round';
      context.strokeText(shown, left, middle);
    }
    context.fillStyle = style.color;
    context.fillText(shown, left, middle);
    return wide;
  }

  #fit(words: string, width: number): string {
    const { context } = this;
    if (context.measureText(words).width <= width) return words;
    let kept = words.length;
    while (kept > 0 && context.measureText(`${words.slice(0, kept).trimEnd()}…`).width > width) {
      kept -= 1;
    }
    return kept === 0 ? '' : `${words.slice(0, kept).trimEnd()}…`;
  }

  roundBox({ x, y, width, height }: Box, radius: number): void {
    const { context } = this;
    context.beginPath();
    context.roundRect(x, y, width, height, radius * this.scale);
  }

  /** Slanted lines in a box. */
  hatch(box: Box, color: string, step: number, lineWidth: number): void {
    const { context, scale } = this;
    const { x, y, width, height } = box;
    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    context.strokeStyle = color;
    context.lineWidth = lineWidth * scale;
    context.beginPath();
    const slant = height * 0.6;
    for (let at = x - slant; at < x + width + slant; at += step * scale) {
      context.moveTo(at, y + height);
      context.lineTo(at + slant, y);
    }
    context.stroke();
    context.restore();
  }

  /** A smooth line from one place to another, level at both ends. */
  curve(from: Point, to: Point): void {
    const middle = (from.x + to.x) / 2;
    this.context.moveTo(from.x, from.y);
    this.context.bezierCurveTo(middle, from.y, middle, to.y, to.x, to.y);
  }

  cross({ x, y }: Point, size: number, color: string): void {
    const { context, scale } = this;
    const half = (size / 2) * scale;
    context.strokeStyle = color;
    context.lineWidth = 2.4 * scale;
    context.lineCap = 'round';
    context.beginPath();
    context.moveTo(x - half, y - half);
    context.lineTo(x + half, y + half);
    context.moveTo(x + half, y - half);
    context.lineTo(x - half, y + half);
    context.stroke();
    context.lineCap = 'butt';
  }
}
