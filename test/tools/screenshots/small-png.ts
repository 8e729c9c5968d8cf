// PNGs with a palette (PNG 3rd edition, 11.2): a page has few colours, and its pictures take a third so of what a browser makes.

import { deflateSync, crc32 } from 'node:zlib';

/** Pixels as red, green, blue and opacity, a byte each, by rows. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const MOST_COLORS = 256;
/** The bits of a colour that are seen at a glance. */
const ALIKE = 0xf8f8f8;
const BITS = 8;
const PALETTE = 3;

/** The picture in its most frequent colours, and each other one in the nearest of them; opacity is left out. */
export function smallPng({ width, height, bytes }: Pixels): Uint8Array {
  const colors = colorsOf(bytes);
  const palette = frequent(colors);
  const places = new Map(palette.map((color, at) => [color, at]));
  const rows = new Uint8Array(height * (width + 1));
  for (let y = 0; y < height; y += 1) {
    // A row begins with its filter: none, as 12.7 advises for a palette
    for (let x = 0; x < width; x += 1) {
      const color = colors[y * width + x] ?? 0;
      let place = places.get(color);
      if (place === undefined) {
        place = nearest(palette, color);
        places.set(color, place);
      }
      rows[y * (width + 1) + x + 1] = place;
    }
  }
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, BITS);
  header.setUint8(9, PALETTE);
  const plte = Uint8Array.from(palette.flatMap((color) => channels(color)));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', new Uint8Array(header.buffer)),
    chunk('PLTE', plte),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', new Uint8Array()),
  ]);
}

function colorsOf(bytes: Uint8Array): Uint32Array {
  return Uint32Array.from({ length: bytes.length / 4 }, (_unused, at) => {
    const [red = 0, green = 0, blue = 0] = bytes.subarray(4 * at, 4 * at + 3);
    return (red << 16) | (green << 8) | blue;
  });
}

/** The most frequent colours, one of each that look alike: so those of small things are among them. */
function frequent(colors: Uint32Array): readonly number[] {
  const counts = new Map<number, number>();
  for (const color of colors) counts.set(color, (counts.get(color) ?? 0) + 1);
  const sorted = [...counts].toSorted(([, one], [, other]) => other - one);
  const looks = new Map<number, number>();
  for (const [color] of sorted) {
    const look = color & ALIKE;
    if (!looks.has(look)) looks.set(look, color);
  }
  return [...looks.values()].slice(0, MOST_COLORS);
}

function nearest(palette: readonly number[], color: number): number {
  const distances = palette.map((each) => distance(each, color));
  return distances.indexOf(Math.min(...distances));
}

function distance(one: number, other: number): number {
  const far = channels(other);
  return channels(one).reduce((sum, value, at) => sum + (value - (far[at] ?? 0)) ** 2, 0);
}

function channels(color: number): readonly number[] {
  return [color >> 16, (color >> 8) & 0xff, color & 0xff];
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(content.length + 8);
  frame.writeUInt32BE(data.length, 0);
  content.copy(frame, 4);
  frame.writeUInt32BE(crc32(content), content.length + 4);
  return frame;
}
