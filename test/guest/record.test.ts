// The record of a real guest: requests as they were on the wire, what was printed, what was done by hand, and its past.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GuestSession } from '../../src/guest/guest-session.ts';
import { VIRTIO_IOMMU_T_MAP } from '../../src/iommu/protocol/protocol.ts';
import type { RecordedEvent } from '../../src/trace/recorded-event.ts';
import type { Mark } from '../../src/trace/record/marks.ts';
import { History } from '../../src/trace/replay/history.ts';

const MAP_BYTES = 40;
const CHECKPOINT_BYTES = 48 << 20;

describe('the record of a guest', () => {
  let guest: GuestSession;
  const heard: RecordedEvent[] = [];

  beforeAll(async () => {
    guest = await GuestSession.boot({
      checkpointBytes: CHECKPOINT_BYTES,
      onEvent: (event) => heard.push(event),
    });
  });

  afterAll(() => guest.dispose());

  const marks = (kind: Mark['kind']): readonly Mark[] =>
    guest.iommu.record.marks.filter((mark) => mark.kind === kind);

  it('has every event that was told, with its time', () => {
    expect(guest.iommu.record.lastSequence).toBe(heard.length);
    for (const { timeMs, instructions, event } of heard) {
      const recorded = guest.iommu.record.event(event.sequence);
      expect(recorded).toEqual({ timeMs: expect.closeTo(timeMs, 5), instructions, event });
    }
  });

  it('has each request as it was on the wire', () => {
    for (const { event } of heard.filter((each) => each.event.kind === 'mapped')) {
      if (event.kind !== 'mapped') throw new Error('a MAP');
      const request = guest.iommu.record.request(event.sequence);
      const { buffer, byteOffset = 0 } = request?.readable ?? {};
      const view = new DataView(buffer ?? new ArrayBuffer(MAP_BYTES), byteOffset);
      expect([view.getUint8(0), view.getUint32(4, true), view.getBigUint64(8, true)]).toEqual([
        VIRTIO_IOMMU_T_MAP,
        event.domain,
        event.virtStart,
      ]);
      expect([...(request?.written ?? [])]).toEqual([event.status, 0, 0, 0]);
    }
  });

  it('has the stages of the boot and the lines of the console, in their places', () => {
    expect(marks('stage')).toMatchObject([
      { stage: 'kernel', sequence: 0 },
      { stage: 'iommu' },
      { stage: 'userspace' },
      { stage: 'ready', sequence: heard.length },
    ]);
    const lines = marks('console').map((mark) => (mark.kind === 'console' ? mark.line : ''));
    expect(lines.find((line) => line.includes('Linux version 6.12'))).toBeDefined();
  });

  it('has the device’s counters, which a moment tells as they were read', () => {
    const { record } = guest.iommu;
    const looked = marks('counters');
    expect(looked.length).toBeGreaterThan(1);
    const history = new History(record);
    const moment = history.at(record.lastSequence);
    history.dispose();
    if (!moment.isKnown) throw new Error('the latest moment is known');
    const { endpoints } = guest.iommu.state();
    // Since somebody looked, a virtio-console or two may have been asked for input
    for (const { id, translated } of moment.counters?.endpoints ?? []) {
      const now = endpoints.find((endpoint) => endpoint.id === id)?.translated ?? 0;
      expect(translated).toBeGreaterThan(0.9 * now);
      expect(translated).toBeLessThanOrEqual(now);
    }
    expect(moment.counters?.sequence).toBe(looked.at(-1)?.sequence);
    expect(moment.counters?.endpoints.length).toBeGreaterThan(2);
  });

  it('has notifications of devices with who made them, and samples of what endpoints do', () => {
    const { record } = guest.iommu;
    const notified = marks('notification');
    const known = notified.map((mark) => record.whoOf(mark)).filter(({ task }) => task !== null);
    expect(known.length).toBeGreaterThan(5);
    expect(known.filter(({ stack }) => stack === null)).toEqual([]);
    const ids = record.head.endpoints.map(({ id }) => id);
    const devices = new Set(notified.map((mark) => 'endpoint' in mark && mark.endpoint));
    expect(devices.size).toBeGreaterThan(3);
    expect([...devices].filter((id) => id !== null && id !== false && !ids.includes(id))).toEqual(
      [],
    );
    expect(devices).toContain(null);
    expect(marks('sample').length).toBeGreaterThan(1);
  });

  it('knows who asked for each mapping, and that nobody in the guest asked for what is done by hand', () => {
    const { record } = guest.iommu;
    const who = heard
      .filter(({ event }) => event.kind === 'mapped' || event.kind === 'unmapped')
      .map(({ event }) => record.who(event.sequence));
    expect(who.length).toBeGreaterThan(100);
    expect(who.filter(({ task, stack }) => task === null || stack === null)).toEqual([]);
    expect(who.some(({ task }) => task?.comm.startsWith('kworker') === true)).toBe(true);
    guest.rogueDma({ endpoint: 'rogue', address: 0x4321_0000n, access: 'read', length: 4 });
    expect(record.who(guest.iommu.record.lastSequence)).toEqual({ task: null, stack: null });
    expect(record.everybody.stacks.length).toBeLessThan(who.length);
  });

  it('has what was done by hand, and the fault that it met', () => {
    const before = guest.iommu.record.lastSequence;
    guest.rogueDma({ endpoint: 'rogue', address: 0x1234_5000n, access: 'write', length: 8 });
    expect(marks('access').at(-1)).toMatchObject({
      address: 0x1234_5000n,
      access: 'write',
      length: 8,
      outcome: 'blocked',
      fault: before + 1,
      sequence: before + 1,
    });
  });

  it('goes on from the past when the guest does, and a fork keeps what was', async () => {
    await guest.run('disk-read virtio');
    const { record } = guest.iommu;
    const was = record.fork(record.lastSequence);
    const wanted = was.lastSequence - 20;
    const { sequence } = await guest.past.goTo(wanted);
    expect(guest.iommu.record.lastSequence).toBe(was.lastSequence);
    expect(marks('gone-to').at(-1)).toMatchObject({ sequence, from: was.lastSequence });
    guest.rogueDma({ endpoint: 'rogue', address: 0x6666_6000n, access: 'read', length: 4 });
    const other = guest.iommu.record.event(sequence + 1)?.event;
    expect(other).toMatchObject({ kind: 'faulted', address: 0x6666_6000n });
    expect(guest.iommu.record.lastSequence).toBe(sequence + 1);
    expect(was.event(sequence + 1)?.event.kind).not.toBe('faulted');
    guest.start();
    await expect(guest.run('echo on')).resolves.toMatchObject({ output: 'on\n' });
  });
});
