// What explanations are beside their causes: complete, honest about what is missing, and with who did it.

import { describe, expect, it } from 'vitest';
import { ALL_FACTS, type RecordHead } from '../record/head.ts';
import { IommuRecord } from '../record/iommu-record.ts';
import { Recorder } from '../record/recorder.ts';
import type { Who } from '../record/who.ts';
import { History } from '../replay/history.ts';
import type { DeviceEvent, FaultEvent } from '../../iommu/events/iommu-event.ts';
import { BLK, ExplainRig, NET } from '../../../test/rigs/explain-rig.ts';
import { CAUSES, CAUSE_IDS } from './causes.ts';
import { explain, explainAll, explainMark } from './explain.ts';

const DD: Who = {
  task: { pid: 71, tgid: 71, comm: 'dd', isInterrupted: false },
  stack: { addresses: Uint32Array.of(0xc010_0000, 0xc020_0000), isInnermostCertain: true },
};
const NOBODY: Who = { task: null, stack: null };

describe('an explanation', () => {
  it('names who sent the requests that it rests on, as far as that is known', () => {
    const pc = new ExplainRig();
    pc.attach(1, BLK);
    pc.map(1, 0x4000n, 0x4fffn);
    pc.who = DD;
    const unmap = pc.unmap(1, 0x4000n, 0x4fffn);
    pc.who = NOBODY;
    const fault = pc.access(BLK, 'read', 0x4000n, 4);
    expect(pc.explain(fault)).toMatchObject({
      cause: 'unmapped',
      clause: 'virtio 1.2, 5.13.6.6',
      who: [{ sequence: unmap, ...DD }],
    });
  });

  it('has the clause of the request that was refused', () => {
    const pc = new ExplainRig();
    const requests = [
      [pc.attach(1, 77), '5.13.6.3.2'],
      [pc.detach(1, 77), '5.13.6.4.2'],
      [pc.map(1, 0x4000n, 0x4fffn), '5.13.6.5.2'],
      [pc.unmap(1, 0x4000n, 0x4fffn), '5.13.6.6.2'],
      [pc.probe(77), '5.13.6.7.2'],
    ] as const;
    for (const [sequence, section] of requests) {
      expect(pc.explain(sequence)?.clause).toBe(`virtio 1.2, ${section}`);
    }
  });

  it('is there for what was refused only', () => {
    const pc = new ExplainRig();
    const attach = pc.attach(1, BLK);
    expect(pc.explain(attach)).toBeUndefined();
    expect(pc.explain(1)).toBeUndefined();
    expect(pc.explain(attach + 1)).toBeUndefined();
  });

  it('comes for every fault and refused request of a record, in order', () => {
    const pc = new ExplainRig();
    const refused = [
      pc.map(1, 0x4000n, 0x4fffn),
      (pc.attach(1, BLK), pc.access(BLK, 'read', 0x4000n, 4)),
      pc.unmap(2, 0n, 1n),
    ];
    pc.take();
    expect([...explainAll(pc.history)].map(({ sequence }) => sequence)).toEqual(refused);
  });

  it('tells of an access by hand that a mapping leads out of memory', () => {
    const pc = new ExplainRig();
    pc.attach(1, BLK);
    const map = pc.map(1, 0x4000n, 0x4fffn, 3, 0x4000_0000n);
    const access = {
      kind: 'access',
      endpoint: BLK,
      address: 0x4100n,
      length: 16,
      access: 'read',
      outcome: 'no-memory',
      isBypass: false,
      fault: null,
    } as const;
    pc.mark(access);
    pc.take();
    const explanations = [...explainAll(pc.history)];
    expect(explanations).toMatchObject([{ sequence: map, cause: 'no-memory', evidence: [map] }]);
    expect(explanations[0]?.sentence).toBe(
      'virtio-blk tried to read 16 bytes of data at 0x4100, and the mapping of 4 KiB at 0x4000 (MAP #4) leads to guest-physical 0x40000100, where no memory is; the guest’s memory has 2 MiB.',
    );
    const [mark] = pc.record.marks;
    expect(explainMark(pc.history, mark)).toEqual(explanations[0]);
  });
});

describe('where events are gone, an explanation', () => {
  /** So many events that the oldest had to go. */
  function longPast(pc: ExplainRig): void {
    pc.attach(1, BLK);
    for (let round = 0; pc.record.evicted === 0; round += 1) {
      pc.map(1, 0x2_0000n, 0x2_0fffn);
      pc.unmap(1, 0x2_0000n, 0x2_0fffn);
      if (round % 1024 === 0) pc.take();
    }
  }

  it('does not guess that nothing was ever mapped', () => {
    const pc = new ExplainRig({ maxBytes: 1 << 20 });
    longPast(pc);
    pc.access(BLK, 'read', 0x4000n, 4);
    const explanation = pc.explain();
    const { firstSequence } = pc.record;
    expect(firstSequence).toBeGreaterThan(1);
    expect(explanation).toMatchObject({ cause: 'not-known', evidence: [] });
    expect(explanation?.sentence).toBe(
      `virtio-blk tried to read 4 bytes of data at 0x4000, where nothing is mapped in domain 1; whether anything was is not known because events before #${firstSequence} are gone.`,
    );
  });

  it('says the same of an endpoint without a domain', () => {
    const pc = new ExplainRig({ maxBytes: 1 << 20, options: { bootBypass: false } });
    longPast(pc);
    pc.access(NET, 'read', 0x4000n, 4);
    expect(pc.explain()?.sentence).toBe(
      `virtio-net tried to read 4 bytes of data at 0x4000 without being attached to a domain; why it was not is not known because events before #${pc.record.firstSequence} are gone.`,
    );
  });

  it('still tells of what is there', () => {
    const pc = new ExplainRig({ maxBytes: 1 << 20 });
    longPast(pc);
    const map = pc.map(1, 0x4000n, 0x4fffn);
    const unmap = pc.unmap(1, 0x4000n, 0x4fffn);
    pc.access(BLK, 'read', 0x4000n, 4);
    expect(pc.explain()).toMatchObject({ cause: 'unmapped', evidence: [map, unmap] });
  });
});

describe('where events were lost on their way, an explanation', () => {
  it('does not look past the gap', () => {
    const recorder = new Recorder();
    const pc = new ExplainRig({
      onEvent: (event) => {
        const isLost = event.sequence === 4;
        if (!isLost) recorder.add(event, { timeMs: 0, instructions: 0 });
      },
    });
    pc.attach(1, BLK);
    pc.map(1, 0x4000n, 0x4fffn);
    const unmap = pc.unmap(1, 0x4000n, 0x4fffn);
    const fault = pc.access(BLK, 'read', 0x4000n, 4);
    const record = new IommuRecord(pc.record.head);
    for (const batch of recorder.take()) record.append(batch);
    const explanation = explain(new History(record), fault);
    expect(explanation).toMatchObject({ cause: 'not-known', evidence: [] });
    expect(explanation?.sentence).toContain(`events before #${unmap} were lost`);
  });
});

describe('of a record that begins in the middle, an explanation', () => {
  it('takes from the state at its beginning since when an endpoint is where it is', () => {
    let cut = Infinity;
    const late = new Recorder();
    const pc = new ExplainRig({
      onEvent: (event) => {
        if (event.sequence > cut) late.add(event, { timeMs: 0, instructions: 0 });
      },
    });
    pc.attach(1, BLK);
    pc.map(1, 0x4000n, 0x4fffn);
    pc.take();
    cut = pc.sequence;
    const moment = pc.history.at(cut);
    if (!moment.isKnown) throw new Error('the state at the cut is known');
    // Domain 1 ends, and is another one when the network card comes
    pc.attach(2, BLK);
    const attach = pc.attach(1, NET);
    const fault = pc.access(NET, 'read', 0x4000n, 4);
    const record = new IommuRecord(pc.record.head);
    for (const batch of late.take()) record.append(batch);
    const history = new History(record, { keyframe: moment.keyframe() });
    expect(explain(history, fault)).toMatchObject({ cause: 'never-mapped', evidence: [attach] });
  });
});

describe('of a trace that does not tell everything, an explanation', () => {
  const HEAD: RecordHead = {
    source: 'qemu',
    endpoints: [],
    device: null,
    memoryBytes: null,
    kernel: null,
    facts: { ...ALL_FACTS, accesses: false, requests: false, who: false, times: false },
  };
  const NO_FLAGS = { flags: 0, status: 0 };
  type Where = Pick<FaultEvent, 'reason' | 'domain'>;
  const IN_DOMAIN: Where = { reason: 2, domain: 1 };
  const fault = (address: bigint, { reason, domain }: Where = IN_DOMAIN): DeviceEvent => ({
    kind: 'faulted',
    endpoint: 8,
    reason,
    flags: 0x100,
    address,
    start: address,
    length: 0,
    isRing: false,
    domain,
    mappedFlags: null,
    isReported: true,
  });

  function imported(events: readonly DeviceEvent[]): History {
    const recorder = new Recorder();
    for (const [index, event] of events.entries()) {
      recorder.add({ ...event, sequence: index + 1 }, { timeMs: 0, instructions: 0 });
    }
    const record = new IommuRecord(HEAD);
    for (const batch of recorder.take()) record.append(batch);
    return new History(record);
  }

  it('leaves out what the trace leaves out', () => {
    const range = { domain: 1, virtStart: 0x4000n, virtEnd: 0x4fffn };
    const history = imported([
      { kind: 'attached', endpoint: 8, domain: 1, ...NO_FLAGS },
      { kind: 'mapped', ...range, physStart: 0n, flags: 3, status: 0 },
      { kind: 'unmapped', ...range, removed: 1, status: 0 },
      fault(0x4800n),
    ]);
    expect(explain(history, 4)).toMatchObject({
      cause: 'unmapped',
      evidence: [2, 3],
      sentence:
        'endpoint 0x8 tried to access 0x4800, but UNMAP #3, 1 event earlier, had removed the mapping of 4 KiB at 0x4000 (MAP #2) from domain 1.',
    });
  });

  it('comes for a fault whose reason is unknown, too', () => {
    const history = imported([
      { kind: 'system-reset' },
      { kind: 'bypass-changed', isBypass: false },
      { kind: 'attached', endpoint: 8, domain: 1, ...NO_FLAGS },
      { kind: 'detached', endpoint: 8, domain: 1, status: 0 },
      fault(0x4000n, { reason: 0, domain: null }),
    ]);
    expect([...explainAll(history)]).toMatchObject([{ sequence: 5, cause: 'detached' }]);
  });

  it('does not say that a request’s reserved bytes were zero', () => {
    const history = imported([
      { kind: 'attached', endpoint: 8, domain: 1, ...NO_FLAGS },
      { kind: 'attached', endpoint: 9, domain: 1, flags: 0, status: 4 },
    ]);
    expect(explain(history, 2)).toMatchObject({
      cause: 'not-known',
      sentence:
        'ATTACH of endpoint 0x9 to domain 1 was refused with INVAL, and what the device did not like is not in the record.',
    });
  });
});

describe('the causes', () => {
  it('have a title and a clause each', () => {
    expect(CAUSE_IDS.length).toBeGreaterThan(50);
    for (const id of CAUSE_IDS) {
      expect(id).toMatch(/^[a-z][a-z-]+[a-z]$/);
      expect(CAUSES[id].title).toMatch(/^[A-Z]/);
      expect(CAUSES[id].clause).toMatch(/^virtio 1\.2, 5\.13(\.\d+){1,3}$/);
    }
  });
});
