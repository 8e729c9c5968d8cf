import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PastRig, type DeviceMoment } from '../../test/rigs/past-rig.ts';
import { pastDevice, pastSteps } from '../../test/support/past-steps.ts';
import { History } from '../../src/trace/replay/history.ts';
import type { Moment } from '../../src/trace/replay/moment.ts';
import { PAGE_BYTES } from './runs.ts';
import { sceneOf, type PictureFacts, type Scene } from './scene.ts';

/** Fewer than mappings of the rig lead to: some lead past the end of memory. */
const PAGES = 32;

function factsWith(overrides: Partial<PictureFacts> = {}): PictureFacts {
  return {
    memoryBytes: PAGES * PAGE_BYTES,
    devices: [],
    hasIommu: true,
    kernel: null,
    ...overrides,
  };
}

/** Whether one device can reach a page, by the device's own word: looked at mapping by mapping. */
function reaches(
  device: DeviceMoment,
  { mode, domain, isMaster, reserved }: DeviceMoment['endpoints'][number],
  page: number,
): boolean {
  if (mode === 'bypass') return isMaster;
  if (mode === 'blocked') return false;
  const address = BigInt(page * PAGE_BYTES);
  const list = device.domains.find(({ id }) => id === domain)?.list ?? [];
  const isMapped = list.some(({ physStart, virtStart, virtEnd, flags }) => {
    const last = physStart + (virtEnd - virtStart);
    return (flags & 3) !== 0 && physStart <= address && address <= last;
  });
  const isIdentity = reserved.some(
    ({ kind, start, end }) => kind === 'identity' && start <= address && address <= end,
  );
  return isMapped || isIdentity;
}

function pagesReached(device: DeviceMoment): number {
  const pages = Array.from({ length: PAGES }, (_unused, page) => page);
  return pages.filter((page) =>
    device.endpoints.some((endpoint) => reaches(device, endpoint, page)),
  ).length;
}

function known(history: History, sequence: number): Moment {
  const moment = history.at(sequence);
  if (!moment.isKnown) throw new Error(`nothing is known of ${sequence}`);
  return moment;
}

describe('the scene of a moment', () => {
  it('reaches what a look at every page finds, at every moment', () => {
    const met = new Set<string>();
    fc.assert(
      fc.property(pastDevice, pastSteps('lose'), (options, steps) => {
        const rig = new PastRig(options);
        const history = new History(rig.record);
        for (const step of steps) rig.do(step);
        rig.take();
        for (const [sequence, device] of rig.moments) {
          const { reach, lanes } = sceneOf(known(history, sequence), factsWith());
          const pages = pagesReached(device);
          expect(reach).toEqual({
            pages,
            bytes: pages * PAGE_BYTES,
            ofBytes: PAGES * PAGE_BYTES,
            isAll: pages === PAGES,
            isLeast: false,
          });
          for (const { gate } of lanes) met.add(gate);
          met.add(pages === 0 ? 'nothing' : pages === PAGES ? 'all' : 'some');
        }
      }),
    );
    expect([...met].toSorted()).toEqual([
      'all',
      'nothing',
      'open',
      'shut',
      'silent',
      'some',
      'wall',
    ]);
  });

  it('says that it may be more where events were lost', () => {
    const rig = new PastRig({ options: {}, reserved: {}, accepts: 0x57n });
    const history = new History(rig.record);
    rig.do({ kind: 'probe' });
    rig.do({ kind: 'take' });
    rig.do({ kind: 'attach', endpoint: 1, domain: 1, flags: 0 });
    rig.do({ kind: 'lose' });
    rig.do({ kind: 'probe' });
    rig.take();
    const { reach } = sceneOf(known(history, rig.record.lastSequence), factsWith());
    expect(reach.isLeast).toBe(true);
  });
});

describe('a machine without an IOMMU', () => {
  const devices = [
    { id: 1, name: 'disk' },
    { id: 2, name: 'network' },
  ];
  const bare = (facts: Partial<PictureFacts>): Scene =>
    sceneOf(null, factsWith({ ...facts, hasIommu: false }));

  it('lets every device reach all of memory', () => {
    const { reach, lanes } = bare({ devices });
    expect(reach).toMatchObject({ bytes: PAGES * PAGE_BYTES, pages: PAGES, isAll: true });
    expect(lanes.map(({ gate }) => gate)).toEqual(['open', 'open']);
  });

  it('has nothing that reaches memory without devices', () => {
    expect(bare({}).reach).toMatchObject({ bytes: 0, isAll: false });
  });
});
