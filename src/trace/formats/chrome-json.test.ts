import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PastRig } from '../../../test/rigs/past-rig.ts';
import { BLK, ExplainRig } from '../../../test/rigs/explain-rig.ts';
import { chromeFlaws } from '../../../test/support/chrome-rules.ts';
import { anyTold, attach, map, recordOf } from '../../../test/support/filter-records.ts';
import { pastDevice, pastSteps } from '../../../test/support/past-steps.ts';
import { readText } from '../../../test/support/read-text.ts';
import type { IommuRecord } from '../record/iommu-record.ts';
import { History } from '../replay/history.ts';
import { chromePieces, type ChromeOptions } from './chrome-json.ts';
import { QemuTextReader } from './qemu-text-reader.ts';

function chrome(record: IommuRecord, options?: ChromeOptions): string {
  const history = new History(record);
  const text = [...chromePieces(history, options)].join('');
  history.dispose();
  return text;
}

/** What the file holds but names of processes. */
function eventsIn(text: string): readonly Record<string, unknown>[] {
  const { traceEvents } = JSON.parse(text);
  return traceEvents.filter(({ name }: { name: string }) => !name.startsWith('process_'));
}

const notesIn = (text: string): string => JSON.parse(text).metadata.notes.join(' ');

/** From which event to which the flows lead, by what the slices at their ends say. */
function flowsIn(text: string): readonly (readonly [number, number])[] {
  const events = eventsIn(text);
  const sequenceAt = ({ pid, tid, ts }: Record<string, unknown>): number => {
    const slice = events.find(
      (event) =>
        event['ph'] === 'X' && event['ts'] === ts && event['tid'] === tid && event['pid'] === pid,
    );
    return Number(Reflect.get(Object(slice?.['args']), 'sequence'));
  };
  return events.flatMap((start) => {
    const end = events.find(({ ph, id }) => ph === 'f' && id === start['id']);
    return start['ph'] === 's' && end !== undefined
      ? [[sequenceAt(start), sequenceAt(end)] as const]
      : [];
  });
}

function isIn(
  address: bigint,
  { virtStart, virtEnd }: { readonly virtStart: bigint; readonly virtEnd: bigint },
): boolean {
  return virtStart <= address && address <= virtEnd;
}

/** An endpoint that reads what was unmapped, by a task. */
function afterUnmap(): ExplainRig {
  const pc = new ExplainRig();
  pc.attach(1, BLK);
  pc.who = { task: { pid: 71, tgid: 71, comm: 'dd', isInterrupted: false }, stack: null };
  pc.map(1, 0x4000n, 0x4fffn);
  pc.unmap(1, 0x4000n, 0x4fffn);
  pc.access(BLK, 'read', 0x4000n, 4);
  pc.take();
  return pc;
}

describe('a record as Chrome JSON', () => {
  it('is this, for a fault after an UNMAP', () => {
    const text = chrome(afterUnmap().record);
    expect(chromeFlaws(text)).toEqual([]);
    expect(text).toBe(readFileSync('test/support/traces/fault.chrome.txt', 'utf8'));
  });

  it('leads from the request that took a mapping away to the fault', () => {
    const events = eventsIn(chrome(afterUnmap().record));
    const flow = { cat: 'why', name: 'led to' };
    const [start, end] = events.filter(({ cat }) => cat === 'why');
    expect(start).toMatchObject({ ph: 's', ...flow });
    expect(end).toMatchObject({ ph: 'f', bp: 'e', id: start?.['id'], ...flow });
    const at = (ts: unknown): unknown =>
      events.find((event) => event['ph'] === 'X' && event['ts'] === ts)?.['name'];
    expect([at(start?.['ts']), at(end?.['ts'])]).toEqual(['UNMAP', 'FAULT']);
  });

  it('draws a mapping from its MAP to its end, and counts what is alive', () => {
    const events = eventsIn(chrome(afterUnmap().record));
    expect(events.filter(({ cat }) => cat === 'mapping')).toMatchObject([
      { ph: 'b', name: 'domain 1', args: { iova: '0x4000', end: '0x4fff', rights: 'rw' } },
      { ph: 'e', name: 'domain 1' },
    ]);
    const counted = events.filter(({ ph }) => ph === 'C').map(({ args }) => args);
    expect(counted.slice(-4)).toEqual([{ live: 1 }, { bytes: 4096 }, { live: 0 }, { bytes: 0 }]);
  });

  it('has what the guest printed, in its place', () => {
    const pc = afterUnmap();
    pc.mark({ kind: 'console', line: '' });
    pc.mark({ kind: 'console', line: 'a "quoted" line' });
    pc.take();
    const text = chrome(pc.record);
    expect(chromeFlaws(text)).toEqual([]);
    expect(eventsIn(text).filter(({ cat }) => cat === 'mark')).toMatchObject([
      { ph: 'i', name: 'a "quoted" line' },
    ]);
  });

  it('has the device’s counters where they were read', () => {
    const pc = afterUnmap();
    const counts = { translated: 2, bypassed: 0, blocked: 1, bypassedBytes: 0, blockedBytes: 4 };
    const endpoints = [{ id: BLK, ...counts, translatedBytes: 512 }];
    pc.mark({ kind: 'counters', endpoints, domains: [] });
    pc.take();
    const text = chrome(pc.record);
    expect(chromeFlaws(text)).toEqual([]);
    expect(eventsIn(text).findLast(({ ph }) => ph === 'C')).toMatchObject({
      name: 'virtio-blk: bytes',
      args: { translated: 512, bypassed: 0, blocked: 4 },
    });
  });

  it('says how many lifetimes it has no room for', () => {
    const record = recordOf([attach(1, 1), map(1, 0n), map(1, 0x1000n), map(1, 0x2000n)]);
    const text = chrome(record, { maxLanes: 2 });
    expect(eventsIn(text).filter(({ ph }) => ph === 'b')).toHaveLength(2);
    expect(eventsIn(text).findLast(({ name }) => name === 'mappings')?.['args']).toEqual({
      live: 3,
    });
    expect(notesIn(text)).toContain('1 lifetimes of mappings are left out: no more than 2');
  });

  it('says that not all faults are explained', () => {
    const pc = afterUnmap();
    pc.access(BLK, 'read', 0x4000n, 4);
    pc.take();
    expect(notesIn(chrome(pc.record, { maxExplained: 1 }))).toContain('Only the first 1 faults');
    expect(notesIn(chrome(pc.record))).not.toContain('Only the first');
  });

  it('puts events that have no times one behind the other', async () => {
    const qemu = readFileSync('test/support/traces/qemu-7.2.txt', 'utf8');
    const { record } = await readText(new QemuTextReader(), qemu);
    if (record === undefined) throw new Error('it was read');
    const text = chrome(record);
    expect(chromeFlaws(text)).toEqual([]);
    expect(notesIn(text)).toContain('no times');
    expect(eventsIn(text).filter(({ ph }) => ph === 'X')).toHaveLength(record.count);
  });

  it('comes in pieces that are not too long', () => {
    const many = Array.from({ length: 3000 }, (_unused, at) => map(1, BigInt(at) << 12n));
    const pieces = [...chromePieces(new History(recordOf(many)))];
    expect(pieces.length).toBeGreaterThan(5);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(1 << 17);
  });

  it('keeps the rules of viewers for events of any kind', () => {
    fc.assert(
      fc.property(fc.array(anyTold, { maxLength: 80 }), fc.nat(3), (told, maxLanes) => {
        const times = told.map((each, index) => ({ ...each, timeMs: Math.floor(index / 3) / 1e4 }));
        expect(chromeFlaws(chrome(recordOf(times), { maxLanes }))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps them for what devices did, and counts as the past does', () => {
    fc.assert(
      fc.property(pastDevice, pastSteps(), (device, steps) => {
        const rig = new PastRig(device);
        for (const step of steps) rig.do(step);
        const text = chrome(rig.record);
        expect(chromeFlaws(text)).toEqual([]);
        const last = eventsIn(text).findLast(({ name }) => name === 'mappings')?.['args'];
        const moment = new History(rig.record).at(rig.record.lastSequence);
        if (last !== undefined && moment.isKnown) expect(last).toEqual({ live: moment.count });
      }),
      { numRuns: 60 },
    );
  });

  it('leads from an UNMAP to faults that it explains, and to no others', () => {
    const step = fc.record({ what: fc.constantFrom('map', 'unmap', 'access'), page: fc.nat(3) });
    let flows = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 30, maxLength: 60 }), (steps) => {
        const rig = new ExplainRig();
        rig.attach(1, BLK);
        for (const { what, page } of steps) {
          const start = BigInt(page) << 12n;
          if (what === 'map') rig.map(1, start, start + 0xfffn);
          else if (what === 'unmap') rig.unmap(1, start, start + 0xfffn);
          else rig.access(BLK, 'read', start + 8n, 4);
        }
        rig.take();
        for (const [from, to] of flowsIn(chrome(rig.record))) {
          const unmap = rig.record.event(from)?.event;
          const fault = rig.record.event(to)?.event;
          if (unmap?.kind !== 'unmapped' || fault?.kind !== 'faulted') continue;
          flows += 1;
          expect(unmap.domain).toBe(fault.domain);
          expect(isIn(fault.address, unmap)).toBe(true);
          expect(unmap.removed).toBeGreaterThan(0);
          // Nothing was there again when the access came
          for (let between = from + 1; between < to; between += 1) {
            const event = rig.record.event(between)?.event;
            const isThere = event?.kind === 'mapped' && event.status === 0;
            if (!isThere || event.domain !== fault.domain) continue;
            expect(isIn(fault.address, event)).toBe(false);
          }
        }
      }),
      { numRuns: 100, seed: 11 },
    );
    expect(flows).toBeGreaterThan(100);
  });
});

describe('the rules', () => {
  it.each([
    [{ dur: 0 }, /takes no time/],
    [{ tid: 0 }, /tid/],
    [{ ts: -1 }, /no number from 0/],
    [{ ph: 'f', bp: 'e', id: '1', cat: 'c' }, /has not begun/],
    [{ ph: 's', id: '5-6', cat: 'c' }, /id is no number/],
    [{ ph: 'M', name: 'thread_name', pid: 2 }, /another process has its tid/],
    [{ ph: 'M', name: 'thread_name', pid: 2, tid: 1 }, /pid of another/],
    [{ ph: 'b', id: '1', cat: 'c' }, /has no end/],
    [{ ph: 'i' }, /no scope/],
    [{ ph: 'C', args: { live: '1' } }, /counts numbers/],
    [{ pid: 2 }, /process has no name/],
    [{ args: { address: 2n ** 64n } }, /JSON|argument|BigInt/],
  ])('find fault with %o', (wrong, flaw) => {
    const names = ['process_name', 'thread_name'];
    const named = names.map((name) => ({ ph: 'M', name, pid: 1, tid: 1, args: { name: 'a' } }));
    const event = { ph: 'X', name: 'a', pid: 1, tid: 1, ts: 1, dur: 1, ...wrong };
    const file = { traceEvents: [...named, event], displayTimeUnit: 'ns' };
    const flaws = (): string => chromeFlaws(JSON.stringify(file, asNull)).join(' ');
    expect(flaws()).toMatch(flaw);
  });
});

function asNull(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? null : value;
}
