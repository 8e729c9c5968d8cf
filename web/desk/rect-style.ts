// Where an element stands on the desk, for the style sheet.

import type { Rect } from './geometry.ts';

export function rectStyle({ left, top, width, height }: Rect): Readonly<Record<string, number>> {
  return { '--x': left, '--y': top, '--w': width, '--h': height };
}
