// @vitest-environment happy-dom
import { render } from 'preact';
import { expect, it } from 'vitest';
import { PastRig } from '../../test/rigs/past-rig.ts';
import { History } from '../../src/trace/replay/history.ts';
import { lanesOf } from '../timebar/lanes.ts';
import { MarkIndex } from '../timebar/mark-index.ts';
import { BarTable } from './bar-table.tsx';

it('says below the table what the lanes and their colours mean', () => {
  const { record } = new PastRig({ options: {}, reserved: {}, accepts: 0n });
  const axis = { startMs: 0, endMs: 1, width: 100 };
  const lanes = lanesOf(new History(record), new MarkIndex(record), axis);
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  render(<BarTable lanes={lanes} onLook={() => undefined} onClose={() => undefined} />, root);
  expect(root.textContent).toContain('RequestsRequests by kind: MAP green, UNMAP amber');
  expect(root.textContent).toContain('Amber: a device reaches all memory.');
});
