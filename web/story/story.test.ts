import { describe, expect, it } from 'vitest';
import {
  VIRTIO_IOMMU_FAULT_R_DOMAIN,
  VIRTIO_IOMMU_FAULT_R_MAPPING,
} from '../../src/iommu/protocol/protocol.ts';
import { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import type { AccessMark } from '../../src/trace/record/marks.ts';
import { Recorder } from '../../src/trace/record/recorder.ts';
import { HEAD } from '../testing/told-events.ts';
import { RecordReader } from './news.ts';
import { OVERREACH_ADDRESS, OVERREACH_BYTES } from './overreach.ts';
import { parseStep, STEPS, type StepName } from './steps.ts';
import { awaitEarly, beginAt, goOn, skip, wanted, type StoryFacts } from './story.ts';
import { storyView } from './words.ts';

const ROGUE = 4098;
const READ_LINE = '71d89aecf1125ac1c8929945e3f6e821  /dev/vda  8388608';
const BEFORE = '00 00';
const AFTER = '5a 5a';

const UP: StoryFacts = {
  life: '1.1',
  mode: 'translated',
  stage: 'ready',
  notReady: null,
  bootBypass: true,
  diskBytes: 0,
  isOwn: true,
};
const WITHOUT: StoryFacts = { ...UP, life: '2.1', mode: 'off', bootBypass: null, isOwn: false };
/** Linux boots behind an IOMMU whose driver is not up. */
const BOOTING: StoryFacts = {
  ...UP,
  life: '3.1',
  stage: 'kernel',
  notReady: 'Waiting for Linux',
  isOwn: false,
};

/** A story that is told of records, as they are written beside a machine. */
class Told {
  state;
  facts: StoryFacts;
  readonly #reader = new RecordReader();
  #recorder = new Recorder();
  #record = new IommuRecord(HEAD);
  #sequence = 0;

  constructor(step: StepName, facts: StoryFacts = UP) {
    this.facts = facts;
    this.state = goOn(beginAt(step), facts, []);
  }

  get step(): StepName {
    return this.state.step;
  }

  get wants(): 'read' | 'write' | null {
    return wanted(this.state, this.facts);
  }

  /** The machine is another. */
  becomes(changes: Partial<StoryFacts>): this {
    this.facts = { ...this.facts, ...changes };
    if (changes.life !== undefined) {
      this.#recorder = new Recorder();
      this.#record = new IommuRecord(HEAD);
      this.#sequence = 0;
    }
    return this.#tell();
  }

  prints(line: string): this {
    this.#recorder.mark({ kind: 'console', line }, { timeMs: 0, instructions: 0 });
    return this.#tell();
  }

  /** A fault; `reason` defaults to a missing mapping. */
  faults(reason = VIRTIO_IOMMU_FAULT_R_MAPPING): number {
    this.#sequence += 1;
    this.#recorder.add(
      {
        kind: 'faulted',
        sequence: this.#sequence,
        endpoint: ROGUE,
        domain: 2,
        start: OVERREACH_ADDRESS,
        address: OVERREACH_ADDRESS,
        length: OVERREACH_BYTES,
        flags: 2,
        reason,
        isRing: false,
        isReported: true,
        mappedFlags: null,
      },
      { timeMs: 0, instructions: 0 },
    );
    return this.#sequence;
  }

  accesses(changes: Partial<AccessMark> = {}): this {
    const access: AccessMark = {
      kind: 'access',
      endpoint: ROGUE,
      address: OVERREACH_ADDRESS,
      length: OVERREACH_BYTES,
      access: 'write',
      outcome: 'completed',
      isBypass: true,
      fault: null,
      ...changes,
    };
    this.#recorder.mark(access, { timeMs: 0, instructions: 0 });
    return this.#tell();
  }

  isStopped(reason = VIRTIO_IOMMU_FAULT_R_MAPPING, changes: Partial<AccessMark> = {}): this {
    const fault = this.faults(reason);
    return this.accesses({ outcome: 'blocked', isBypass: false, fault, ...changes });
  }

  reads(bytes: string | null): this {
    this.state = goOn(this.state, this.facts, [{ kind: 'read', bytes }]);
    return this;
  }

  sends(): this {
    this.state = goOn(this.state, this.facts, [{ kind: 'sent' }]);
    return this;
  }

  awaits(): this {
    this.state = awaitEarly(this.state);
    return this;
  }

  skips(): this {
    this.state = goOn(skip(this.state), this.facts, []);
    return this;
  }

  #tell(): this {
    for (const batch of this.#recorder.take()) this.#record.append(batch);
    this.state = goOn(this.state, this.facts, this.#reader.take(this.#record));
    return this;
  }
}

describe('the first step', () => {
  it('ends when the disk has been read, and has stored what was read', () => {
    const told = new Told('see');
    expect(told.prints(READ_LINE).step).toBe('see');
    expect(told.becomes({ diskBytes: 8 << 20 }).step).toBe('see');
    expect(told.prints(READ_LINE).step).toBe('overreach');
    expect(told.state.outcome).toEqual({ kind: 'disk-read', bytes: 8 << 20 });
  });

  it('counts what the disk stored from the moment that Linux is up', () => {
    const told = new Told('see', { ...UP, notReady: 'Waiting for Linux', diskBytes: 512 });
    told.becomes({ diskBytes: 1024 }).becomes({ notReady: null }).prints(READ_LINE);
    expect(told.step).toBe('see');
    expect(told.becomes({ diskBytes: 2048 }).prints(READ_LINE).state.outcome).toEqual({
      kind: 'disk-read',
      bytes: 1024,
    });
  });

  it('gives way to the third when a device overreaches already', () => {
    expect(new Told('see').isStopped().step).toBe('why');
  });

  it('begins anew with a reset', () => {
    const told = new Told('see').becomes({ diskBytes: 4096 });
    told.becomes({ life: '1.2', diskBytes: 0, notReady: 'Waiting for Linux' });
    told.becomes({ notReady: null, diskBytes: 512 }).prints(READ_LINE);
    expect(told.step).toBe('see');
  });
});

describe('the words of the first step', () => {
  const words = (facts: StoryFacts): string =>
    storyView(new Told('see', facts).state, facts, {
      reach: '128 MiB of 128 MiB',
      device: 'rogue',
      why: null,
      noCommands: facts.notReady,
      startedMs: 0,
    }).text.join(' ');

  it('say what devices reach only when Linux has set the walls up', () => {
    expect(words(UP)).toContain('Now devices can reach 128 MiB of 128 MiB.');
    expect(words(BOOTING)).not.toContain('128 MiB');
  });
});

it('a PC of another mode is told nothing of what happened before it', () => {
  const view = (told: Told) =>
    storyView(told.state, told.facts, {
      reach: null,
      device: 'rogue',
      why: null,
      noCommands: null,
      startedMs: 0,
    });
  const told = new Told('overreach').isStopped();
  expect(view(told).outcome?.tone).toBe('stopped');
  told.becomes({ life: '2.1', mode: 'bypass' });
  expect(view(told)).toMatchObject({ step: 'why', outcome: null });
  expect(view(told).text).toEqual(['This part of the story needs a PC whose IOMMU translates.']);
});

describe('the second step', () => {
  it('ends when the access was stopped, and the third tells of its fault', () => {
    const told = new Told('overreach').isStopped();
    expect(told.step).toBe('why');
    expect(told.state).toMatchObject({ outcome: { kind: 'stopped' }, fault: 1 });
  });

  it.each<[string, (told: Told) => unknown]>([
    ['a fault of other making', (told) => [told.faults(), told.prints('')]],
    ['a stopped read', (told) => told.isStopped(undefined, { access: 'read' })],
    ['a stopped write elsewhere', (told) => told.isStopped(undefined, { address: 0x9000n })],
    ['a write that passed', (told) => told.accesses()],
    ['a disk that was read', (told) => told.becomes({ diskBytes: 4096 }).prints(READ_LINE)],
  ])('stays for %s', (_what, happens) => {
    const told = new Told('overreach');
    happens(told);
    expect(told.step).toBe('overreach');
  });
});

describe('the third step', () => {
  it('ends when the machine has no IOMMU any more', () => {
    const told = new Told('overreach').isStopped();
    expect(told.becomes({ ...WITHOUT, notReady: 'Waiting for Linux' }).step).toBe('without');
    expect(told.state.outcome).toEqual({ kind: 'taken-away' });
  });

  it('forgets its fault with a reset, and tells of the next', () => {
    const told = new Told('overreach').isStopped().becomes({ life: '1.2' });
    expect(told.state).toMatchObject({ step: 'why', fault: null });
    expect(told.isStopped().state).toMatchObject({ step: 'why', fault: 1 });
  });

  it('does not end for a machine that never had one', () => {
    expect(new Told('why', WITHOUT).becomes({ notReady: null }).step).toBe('why');
  });
});

describe('the fourth step', () => {
  it('reads the page when Linux is up, and again behind the write, and ends by the change', () => {
    const told = new Told('without', { ...WITHOUT, notReady: 'Waiting for Linux' });
    expect(told.wants).toBeNull();
    expect(told.becomes({ notReady: null }).wants).toBe('read');
    expect(told.reads(BEFORE).wants).toBeNull();
    expect(told.accesses().wants).toBe('read');
    expect(told.reads(AFTER).step).toBe('early');
    expect(told.state.outcome).toEqual({ kind: 'changed', before: BEFORE, after: AFTER });
  });

  it('does not end by a click alone, nor by a page that was so before', () => {
    const told = new Told('without', WITHOUT).reads(AFTER).sends();
    expect(told).toMatchObject({ step: 'without', wants: null });
    expect(told.accesses().reads(AFTER).step).toBe('without');
    expect(told.wants).toBeNull();
  });

  it.each<[string, Partial<AccessMark>]>([
    ['a read', { access: 'read' }],
    ['a write elsewhere', { address: 0x9000n }],
    ['a write to no memory', { outcome: 'no-memory' }],
  ])('makes nothing of %s', (_what, changes) => {
    expect(new Told('without', WITHOUT).reads(BEFORE).accesses(changes).wants).toBeNull();
  });

  it('reads the page anew after a reset, and makes nothing of writes before', () => {
    const told = new Told('without', WITHOUT).reads(BEFORE).accesses();
    expect(told.becomes({ life: '2.2' }).accesses().wants).toBe('read');
    expect(told.reads(BEFORE).wants).toBeNull();
  });

  it('waits with an IOMMU in the way', () => {
    expect(new Told('without').wants).toBeNull();
  });
});

describe('the fifth step', () => {
  it('reads, writes and reads while Linux boots, and ends by the change', () => {
    const told = new Told('early', WITHOUT).awaits();
    expect(told.wants).toBeNull();
    expect(told.becomes({ ...BOOTING, stage: 'firmware' }).wants).toBeNull();
    expect(told.becomes({ stage: 'kernel' }).wants).toBe('read');
    expect(told.reads(BEFORE).wants).toBe('write');
    expect(told.sends().wants).toBeNull();
    expect(told.accesses().wants).toBe('read');
    expect(told.reads(AFTER).step).toBe('closed');
    expect(told.state.outcome).toEqual({ kind: 'changed-early', before: BEFORE, after: AFTER });
  });

  it('does nothing to a machine that boots for another reason', () => {
    expect(new Told('early', WITHOUT).becomes(BOOTING).wants).toBeNull();
    expect(new Told('early', BOOTING).awaits().wants).toBeNull();
  });

  it('begins again when the machine is reset meanwhile', () => {
    const told = new Told('early', WITHOUT).awaits().becomes(BOOTING).reads(BEFORE).sends();
    expect(told.becomes({ life: '3.2' }).wants).toBe('read');
  });

  it.each<[string, (told: Told) => unknown]>([
    ['the driver is up', (told) => told.becomes({ stage: 'iommu' })],
    ['its write is stopped', (told) => told.reads(BEFORE).sends().isStopped()],
    ['its first look is stopped', (told) => told.reads(null)],
    ['its last look is stopped', (told) => told.reads(BEFORE).sends().accesses().reads(null)],
  ])('says that it was late when %s', (_what, happens) => {
    const told = new Told('early', WITHOUT).awaits().becomes(BOOTING);
    happens(told);
    expect(told).toMatchObject({ step: 'early', state: { isLate: true }, wants: null });
  });
});

describe('the sixth step', () => {
  const CLOSED = { ...BOOTING, bootBypass: false };

  it('writes while Linux boots, and ends when that is stopped for want of a domain', () => {
    const told = new Told('closed', BOOTING).awaits().becomes({ ...CLOSED, life: '4.1' });
    expect(told.wants).toBe('write');
    expect(told.sends().wants).toBeNull();
    expect(told.isStopped(VIRTIO_IOMMU_FAULT_R_DOMAIN).step).toBe('back');
    expect(told.state.outcome).toEqual({ kind: 'in-no-domain' });
  });

  it('does not take a missing mapping for it', () => {
    const told = new Told('closed')
      .awaits()
      .becomes({ ...CLOSED, life: '4.1' })
      .sends();
    expect(told.isStopped().state).toMatchObject({ step: 'closed', isLate: true });
  });

  it('leaves a machine alone that has boot bypass', () => {
    expect(new Told('closed').awaits().becomes({ ...BOOTING, life: '4.1' }).wants).toBeNull();
  });
});

describe('the last step', () => {
  it('ends with the PC that the visitor had', () => {
    const told = new Told('back', { ...BOOTING, notReady: null });
    expect(told.state.isBack).toBe(false);
    told.becomes({ ...UP, life: '5.1', notReady: 'The PC is being restored' });
    expect(told.state.isBack).toBe(false);
    expect(told.becomes({ notReady: null }).state).toMatchObject({
      isBack: true,
      outcome: { kind: 'back' },
    });
  });

  it('has nothing to bring back where that was never away', () => {
    expect(new Told('back').state).toMatchObject({ isBack: true, outcome: null });
  });
});

describe('the story', () => {
  it('can be skipped through, and stays at its end', () => {
    const told = new Told('see');
    const steps = STEPS.map(() => told.skips().step);
    expect(steps).toEqual([...STEPS.slice(1), 'back']);
  });

  it('goes on after a reload where the address says, with another machine', () => {
    const told = new Told('without');
    expect(told).toMatchObject({ step: 'without', wants: null });
    expect(told.becomes(WITHOUT).wants).toBe('read');
  });

  it.each([
    ['1', 'see'],
    ['7', 'back'],
    ['0', null],
    ['8', null],
    ['x', null],
    ['11', null],
    ['', null],
  ])('is named by %j in an address: %s', (text, step) => {
    expect(parseStep(text)).toBe(step);
  });
});
