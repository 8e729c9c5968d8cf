// A canvas context that writes SVG: as much of one as the picture is painted with.

import type { PictureContext } from '../picture/brush.ts';

interface Look {
  fillStyle: string;
  strokeStyle: string;
  lineWidth: number;
  lineCap: CanvasLineCap;
  lineJoin: CanvasLineJoin;
  globalAlpha: number;
  dash: string;
  /** The clip that is set; null for none. */
  clip: string | null;
}

const FIRST_LOOK: Look = {
  fillStyle: '#000',
  strokeStyle: '#000',
  lineWidth: 1,
  lineCap: 'butt',
  lineJoin: 'miter',
  globalAlpha: 1,
  dash: '',
  clip: null,
};
const FONT = /^(\d+) ([\d.]+)px (.+)$/;
const DECIMALS = 2;

function number(value: number): string {
  return String(Number(value.toFixed(DECIMALS)));
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** What a drawing is put into. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** What is drawn at 0, 0 is so far from the edges. */
  readonly margin: number;
  readonly title: string;
  readonly ground: string;
}

export class SvgContext implements PictureContext {
  font = '400 12px sans-serif';
  textAlign: CanvasTextAlign = 'left';
  textBaseline: CanvasTextBaseline = 'middle';
  readonly #measure: (font: string, text: string) => TextMetrics;
  #look: Look = { ...FIRST_LOOK };
  #looks: Look[] = [];
  #path = '';
  #clips = 0;
  /** Boxes of one look: thousands of dots become one element. */
  #boxes: { readonly attributes: string; path: string } | undefined;
  readonly #parts: string[] = [];

  /** `measure` tells how large a text is in a font, as a canvas does. */
  constructor(measure: (font: string, text: string) => TextMetrics) {
    this.#measure = measure;
  }

  get fillStyle(): string {
    return this.#look.fillStyle;
  }
  set fillStyle(style: string) {
    this.#look.fillStyle = style;
  }
  get strokeStyle(): string {
    return this.#look.strokeStyle;
  }
  set strokeStyle(style: string) {
    this.#look.strokeStyle = style;
  }
  get lineWidth(): number {
    return this.#look.lineWidth;
  }
  set lineWidth(width: number) {
    this.#look.lineWidth = width;
  }
  get lineCap(): CanvasLineCap {
    return this.#look.lineCap;
  }
  set lineCap(cap: CanvasLineCap) {
    this.#look.lineCap = cap;
  }
  get lineJoin(): CanvasLineJoin {
    return this.#look.lineJoin;
  }
  set lineJoin(join: CanvasLineJoin) {
    this.#look.lineJoin = join;
  }
  get globalAlpha(): number {
    return this.#look.globalAlpha;
  }
  set globalAlpha(alpha: number) {
    this.#look.globalAlpha = alpha;
  }

  /** The whole as a file, on a ground of one colour. `title` is what is read out. */
  document({ width, height, margin, title, ground }: Frame): string {
    this.#endBoxes();
    const size = `width="${number(width)}" height="${number(height)}"`;
    const head = `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="${number(-margin)} ${number(-margin)} ${number(width)} ${number(height)}" role="img">`;
    const below = `<path d="${boxPath(-margin, -margin, width, height)}" fill="${escaped(ground)}"/>`;
    return `${head}<title>${escaped(title)}</title>\n${below}\n${this.#parts.join('\n')}\n</svg>\n`;
  }

  save(): void {
    this.#looks.push({ ...this.#look });
  }
  restore(): void {
    this.#look = this.#looks.pop() ?? this.#look;
  }

  beginPath(): void {
    this.#path = '';
  }
  moveTo(x: number, y: number): void {
    this.#path += `M${number(x)} ${number(y)}`;
  }
  lineTo(x: number, y: number): void {
    this.#path += `L${number(x)} ${number(y)}`;
  }
  bezierCurveTo(...places: readonly number[]): void {
    this.#path += `C${places.map(number).join(' ')}`;
  }
  closePath(): void {
    this.#path += 'Z';
  }
  rect(x: number, y: number, width: number, height: number): void {
    this.#path += boxPath(x, y, width, height);
  }
  roundRect(x: number, y: number, width: number, height: number, radius: number): void {
    const r = Math.max(0, Math.min(radius, width / 2, height / 2));
    const arc = `a${number(r)} ${number(r)} 0 0 1 `;
    const [w, h] = [number(width - 2 * r), number(height - 2 * r)];
    const [out, back] = [number(r), number(-r)];
    this.#path +=
      `M${number(x + r)} ${number(y)}h${w}${arc}${out} ${out}v${h}${arc}${back} ${out}` +
      `h${number(2 * r - width)}${arc}${back} ${back}v${number(2 * r - height)}${arc}${out} ${back}Z`;
  }
  /** A whole circle: the picture has no other arcs. */
  arc(x: number, y: number, radius: number): void {
    const r = number(radius);
    const across = number(2 * radius);
    this.#path += `M${number(x - radius)} ${number(y)}a${r} ${r} 0 1 0 ${across} 0a${r} ${r} 0 1 0 -${across} 0Z`;
  }

  fill(): void {
    this.#put(`<path d="${this.#path}"${this.#fill()}/>`);
  }
  stroke(): void {
    this.#put(`<path d="${this.#path}" fill="none"${this.#stroke()}/>`);
  }
  clip(): void {
    this.#clips += 1;
    const id = `c${this.#clips}`;
    this.#put(`<clipPath id="${id}"${this.#within()}><path d="${this.#path}"/></clipPath>`);
    this.#look.clip = id;
  }
  fillRect(x: number, y: number, width: number, height: number): void {
    const attributes = this.#fill();
    if (this.#boxes?.attributes !== attributes) {
      this.#endBoxes();
      this.#boxes = { attributes, path: '' };
    }
    this.#boxes.path += boxPath(x, y, width, height);
  }
  strokeRect(x: number, y: number, width: number, height: number): void {
    this.#put(`<path d="${boxPath(x, y, width, height)}" fill="none"${this.#stroke()}/>`);
  }
  setLineDash(lengths: readonly number[]): void {
    this.#look.dash = lengths.map(number).join(' ');
  }
  /** Nothing lies below. */
  clearRect(): void {
    this.#endBoxes();
  }

  measureText(text: string): TextMetrics {
    return this.#measure(this.font, text);
  }
  fillText(text: string, x: number, y: number): void {
    this.#text(text, x, y, this.#fill());
  }
  strokeText(text: string, x: number, y: number): void {
    this.#text(text, x, y, ` fill="none"${this.#stroke()}`);
  }

  #text(text: string, x: number, y: number, attributes: string): void {
    const [, weight = '400', size = '12', family = 'sans-serif'] = FONT.exec(this.font) ?? [];
    const font = `font-family="${escaped(family)}" font-size="${size}" font-weight="${weight}"`;
    const place = `x="${number(x)}" y="${number(y)}" dominant-baseline="central"`;
    this.#put(`<text ${place} ${font}${attributes}>${escaped(text)}</text>`);
  }

  #fill(): string {
    return ` fill="${escaped(this.fillStyle)}"${this.#alpha()}${this.#within()}`;
  }

  #stroke(): string {
    const { strokeStyle, lineWidth, lineCap, lineJoin, dash } = this.#look;
    const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
    const ends = lineCap === 'butt' ? '' : ` stroke-linecap="${lineCap}"`;
    const joins = lineJoin === 'miter' ? '' : ` stroke-linejoin="${lineJoin}"`;
    const line = ` stroke="${escaped(strokeStyle)}" stroke-width="${number(lineWidth)}"${ends}${joins}${dashes}`;
    return `${line}${this.#alpha()}${this.#within()}`;
  }

  #alpha(): string {
    return this.globalAlpha === 1 ? '' : ` opacity="${number(this.globalAlpha)}"`;
  }

  #within(): string {
    return this.#look.clip === null ? '' : ` clip-path="url(#${this.#look.clip})"`;
  }

  #put(element: string): void {
    this.#endBoxes();
    this.#parts.push(element);
  }

  #endBoxes(): void {
    if (this.#boxes === undefined) return;
    this.#parts.push(`<path d="${this.#boxes.path}"${this.#boxes.attributes}/>`);
    this.#boxes = undefined;
  }
}

function boxPath(x: number, y: number, width: number, height: number): string {
  return `M${number(x)} ${number(y)}h${number(width)}v${number(height)}h${number(-width)}z`;
}
