// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { ENDPOINT, OTHER_ENDPOINT } from '../../test/rigs/iommu-rig.ts';
import { countDrawing } from '../../test/support/counted-drawing.ts';
import { PastRig } from '../../test/rigs/past-rig.ts';
import { History } from '../../src/trace/replay/history.ts';
import { SvgContext } from '../share/svg-context.ts';
import { Brush } from './brush.ts';
import { readPictureColors } from './colors.ts';
import { layoutPicture, NO_FOLDS } from './layout.ts';
import { paintPicture } from './paint.ts';
import { sceneOf } from './scene.ts';

afterEach(() => void vi.unstubAllGlobals());

const SIZE = { width: 1200, height: 750 };

it('has the words of a lane in bypass over the lines of the lanes beside', () => {
  const rig = new PastRig({ options: {}, reserved: {}, accepts: 0x57n });
  rig.do({ kind: 'attach', endpoint: OTHER_ENDPOINT, domain: 1, flags: 0 });
  rig.do({ kind: 'map', domain: 1, base: 0, from: 0, pages: 1, to: 3 });
  rig.take();
  const moment = new History(rig.record).at(rig.sequence);
  if (!moment.isKnown) throw new Error('it is known');
  const scene = sceneOf(moment, {
    memoryBytes: 1 << 20,
    devices: [
      { id: ENDPOINT, name: 'net' },
      { id: OTHER_ENDPOINT, name: 'disk' },
    ],
    hasIommu: true,
    kernel: null,
  });
  const layout = layoutPicture(scene, SIZE, NO_FOLDS);
  countDrawing();
  const measuring = document.createElement('canvas').getContext('2d');
  if (measuring === null) throw new Error('a canvas can be drawn on');
  const context = new SvgContext((_font, text) => measuring.measureText(text));
  const colors = readPictureColors();
  const state = { scene, layout, marks: [], chosen: null, focused: null };
  paintPicture(new Brush(context, colors, layout.scale), state);
  const svg = context.document({ ...SIZE, margin: 0, title: '', ground: '#fff' });
  const words = svg.indexOf('bypass, reaches all');
  expect(words).toBeGreaterThan(0);
  expect(svg.slice(words).match(/ C|C\d/)).toBeNull();
});
