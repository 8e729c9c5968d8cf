import { describe, expect, it } from 'vitest';
import { BLK, ExplainRig, NET, type ExplainRigOptions } from '../../test/rigs/explain-rig.ts';
import { sizedMapRequest } from '../../test/rigs/draft-requests.ts';
import { attachRequest, mapRequest } from '../../test/rigs/iommu-requests.ts';
import { toGpa, toIova } from '../../src/memory/address.ts';
import { printLocator, type Locator } from '../model/locator.ts';
import { inspect } from './inspect.ts';
import type { Inspected, Words } from './inspected.ts';

const PAGE = { start: 0x4000n, end: 0x4fffn };
const RIGHTS = 3;
const TARGET = 0x7000n;

/** A device that has done something, and what the inspector says of it after an event. */
function played(play: (pc: ExplainRig) => void, options: ExplainRigOptions = {}) {
  const pc = new ExplainRig(options);
  play(pc);
  pc.take();
  const look = (locator: Locator, at = pc.sequence): Inspected => {
    const moment = pc.history.at(at);
    if (!moment.isKnown) throw new Error(`#${at} is not known`);
    return inspect({ history: pc.history, moment, state: pc.rig.iommu.state() }, locator);
  };
  return { pc, look };
}

function text(words: Words): string {
  return words
    .map((part) => {
      if (typeof part === 'string') return part;
      return 'later' in part ? `(${text(part.later)})` : `[${part.text}]`;
    })
    .join('');
}

/** Facts, one to a line. */
function facts(view: Inspected): readonly string[] {
  return view.facts.map(({ name, words }) => `${name}: ${text(words)}`);
}

/** Fields of all messages, one to a line. */
function fields(view: Inspected): readonly string[] {
  return view.blocks.flatMap((block) =>
    block.fields.map(({ key, offset, size, words }) => `${offset}+${size} ${key}: ${text(words)}`),
  );
}

function links(view: Inspected): readonly Locator[] {
  const fieldWords = view.blocks.flatMap((block) => block.fields.map(({ words }) => words));
  const rows = view.lists.flatMap((list) => list.rows);
  const all: readonly Words[] = [
    view.lead,
    ...view.facts.map(({ words }) => words),
    ...fieldWords,
    ...rows,
  ];
  const parts = all.flat().flatMap((part) => {
    return typeof part !== 'string' && 'later' in part ? part.later : [part];
  });
  return parts.flatMap((part) => (typeof part === 'string' ? [] : [part.to]));
}

describe('a request', () => {
  it('is told byte by byte, with its answer', () => {
    const { pc, look } = played((rig) => {
      rig.attach(1, BLK);
      rig.map(1, PAGE.start, PAGE.end, RIGHTS, TARGET);
    });
    const view = look({ kind: 'event', sequence: pc.sequence });
    expect(view.title).toBe('MAP #4');
    expect(fields(view)).toEqual([
      '0+1 head.type: 3: MAP',
      '1+3 head.reserved: all zero',
      '4+4 map.domain: [domain 1]',
      '8+8 map.virt_start: [0x00004000]',
      '16+8 map.virt_end: [0x00004fff]',
      '24+8 map.phys_start: [0x00007000]',
      '32+4 map.flags: 0x3: READ and WRITE',
      '0+1 tail.status: 0: OK',
      '1+3 tail.reserved: all zero',
    ]);
    expect(view.blocks.map(({ note, clause }) => [note, clause])).toEqual([
      ['36 bytes in 1 descriptor', 'virtio 1.2, 5.13.6.5'],
      ['4 bytes; there is room for 4 bytes in 1 descriptor', 'virtio 1.2, 5.13.6'],
    ]);
    expect(facts(view)).toContain('Mapping: [0x00004000–fff], which is still there');
  });

  it('that was refused says its status, and which bits have no meaning', () => {
    const { pc, look } = played((rig) => {
      rig.send(attachRequest(1, BLK, 0x10));
    });
    const view = look({ kind: 'event', sequence: pc.sequence });
    expect(view.isRefused).toBe(true);
    expect(facts(view)).toContain('Status: INVAL');
    expect(fields(view)).toContain('12+4 attach.flags: 0x10: 0x10 without a meaning');
    expect(fields(view)).toContain('0+1 tail.status: 4: INVAL');
  });

  it('that was not understood has a head, and says that it went back', () => {
    const { pc, look } = played((rig) => {
      rig.attach(1, BLK);
      rig.send(Uint8Array.of(9, 0, 0, 0, 1, 2, 3, 4));
    });
    const view = look({ kind: 'event', sequence: pc.sequence });
    expect(fields(view)).toEqual([
      '0+1 head.type: 9, which has no meaning',
      '1+3 head.reserved: all zero',
    ]);
    expect(view.blocks[1]?.note).toContain('went back unwritten');
  });

  it('of a draft has the fields of that draft', () => {
    const { pc, look } = played(
      (rig) => {
        rig.send(sizedMapRequest(1, PAGE.start, 0x1000n, { physical: TARGET, flags: RIGHTS }));
      },
      { options: { dialect: 'v0.5', features: 0b1_0111n }, accepts: 0b1_0111n },
    );
    const view = look({ kind: 'event', sequence: pc.sequence });
    expect(view.clause).toBe('draft v0.5');
    expect(fields(view)).toContain('24+8 map.size: 4096 (4 KiB)');
  });

  it('names the mappings that it removed, and who made them', () => {
    const { pc, look } = played((rig) => {
      rig.attach(1, BLK);
      rig.map(1, PAGE.start, PAGE.end);
      rig.map(1, 0x6000n, 0x6fffn);
      rig.unmap(1, 0n, 0xffffn);
    });
    const [list] = look({ kind: 'event', sequence: pc.sequence }).lists;
    expect(list?.title).toBe('Removed 2 mappings');
    expect(list?.rows.map(text)).toEqual([
      '[0x00004000–fff] (4 KiB), made by [MAP #4]',
      '[0x00006000–fff] (4 KiB), made by [MAP #5]',
    ]);
  });

  it('tells regions out of a PROBE reply', () => {
    const { pc, look } = played((rig) => {
      rig.probe(BLK);
    });
    const view = look({ kind: 'event', sequence: pc.sequence });
    expect(fields(view)).toContain('4+1 resv_mem.subtype: 1: MSI');
    expect(fields(view)).toContain('512+1 tail.status: 0: OK');
  });
});

describe('a fault', () => {
  function faulted(buffers: number) {
    const { pc, look } = played((rig) => {
      rig.attach(1, BLK);
      rig.driver.addEventBuffers(buffers);
      rig.access(BLK, 'write', 0xdead_0000n, 4);
    });
    return look({ kind: 'event', sequence: pc.latestFault });
  }

  it('has the bytes of its report', () => {
    const view = faulted(1);
    expect(text(view.lead)).toBe(
      '[virtio-blk] tried to write 4 bytes at [0xdead0000] and was stopped.',
    );
    expect(facts(view)).toContain('Report: The driver got a report in its event queue.');
    expect(fields(view)).toEqual([
      '0+1 fault.reason: 2: MAPPING',
      '1+3 fault.reserved: all zero',
      '4+4 fault.flags: 0x102: WRITE and ADDRESS',
      '8+4 fault.endpoint: [virtio-blk]',
      '12+4 fault.reserved1: all zero',
      '16+8 fault.address: [0xdead0000]',
    ]);
  });

  it('without a buffer for its report says so', () => {
    const view = faulted(0);
    expect(view.blocks).toEqual([]);
    expect(facts(view)).toContain(
      'Report: Not reported: the driver had left no buffer for it in the event queue.',
    );
  });

  it('that nobody was told of says why', () => {
    const { pc, look } = played((rig) => {
      rig.rig.iommu.setBypass(false);
      rig.access(NET, 'read', 0x1000n, 1);
    });
    const view = look({ kind: 'event', sequence: pc.latestFault });
    expect(view.blocks).toEqual([]);
    expect(facts(view)).toContain('Report: Not reported: no driver had started the IOMMU.');
  });
});

describe('an endpoint, a domain, a mapping, an IOVA and a page', () => {
  it.each<[what: string, play: (pc: ExplainRig) => void, lead: string]>([
    [
      'never attached',
      () => undefined,
      'It is in no domain and bypasses translation: it reaches all memory.',
    ],
    [
      'unplugged',
      (rig) => {
        rig.attach(1, BLK);
        rig.detach(1, BLK);
      },
      'It was taken out of its domain, as a device is that is unplugged; bypass is on, and so all memory is open to it.',
    ],
  ])('says that all memory is open to an endpoint that was %s', (_what, play, lead) => {
    const { look } = played((rig) => {
      rig.rig.iommu.setBypass(true);
      play(rig);
    });
    expect(text(look({ kind: 'endpoint', id: BLK }).lead)).toBe(lead);
  });

  const { pc, look } = played(
    (rig) => {
      rig.attach(1, BLK);
      rig.map(1, PAGE.start, PAGE.end, RIGHTS, TARGET);
      rig.access(BLK, 'write', 0x4010n, 16);
    },
    { options: { bootBypass: false } },
  );
  const map = 4;
  const mapping: Locator = { kind: 'mapping', domain: 1, iova: toIova(PAGE.start), id: map };

  it('say where an endpoint is, since when, and what it has done', () => {
    const view = look({ kind: 'endpoint', id: BLK });
    expect(text(view.lead)).toBe('It is in [domain 1] and reaches what is mapped there.');
    expect(facts(view)).toContain('Since: [ATTACH #3]');
    expect(facts(view)).toContain('Translated: 1 access, 16 B');
    expect(view.lists[0]?.rows.map(text)).toEqual(['msi: [0xfee00000] to 0xfeefffff']);
  });

  it('say who is in a domain, and what is mapped there', () => {
    const view = look({ kind: 'domain', id: 1 });
    expect(text(view.lead)).toBe('[virtio-blk] is in it.');
    expect(facts(view)).toContain('Mappings: 1, 4 KiB of IOVAs');
    expect(view.lists[0]?.rows.map(text)).toEqual(['[0x00004000–fff] leads to [0x00007000], RW']);
  });

  it('say what a mapping leads to, and who made and ended it', () => {
    expect(facts(look(mapping))).toEqual(
      expect.arrayContaining([
        'IOVAs: [0x00004000] to [0x00004fff]',
        'Lead to: [0x00007000] to [0x00007fff]',
        'Made by: [MAP #4]',
        'Ended by: nothing: it is still there',
      ]),
    );
  });

  it('keep what came later than the moment apart from what was known then', () => {
    const ended = played((rig) => {
      rig.attach(1, BLK);
      rig.map(1, PAGE.start, PAGE.end, RIGHTS, TARGET);
      rig.unmap(1, PAGE.start, PAGE.end);
      rig.map(1, PAGE.start, PAGE.end, RIGHTS, TARGET);
    });
    const [born, died] = [ended.pc.sequence - 2, ended.pc.sequence - 1];
    const own: Locator = { kind: 'mapping', domain: 1, iova: toIova(PAGE.start), id: born };
    const page: Locator = { kind: 'page', gpa: toGpa(TARGET) };
    expect(facts(ended.look(own, died))).toContain(`Ended by: [#${died}]`);
    const before = facts(ended.look(own, born));
    expect(before).toContain(`Ended by: nothing: it is still there(; later [#${died}])`);
    expect(before.filter((each) => each.startsWith('Lived'))).toEqual([]);
    expect(facts(ended.look({ kind: 'event', sequence: born }, born))).toContain(
      `Mapping: [0x00004000–fff], which is still there( and later ended with [#${died}])`,
    );
    const rows = (at: number) => ended.look(page, at).lists.map((list) => list.rows.map(text));
    const still = `, still there(; later ended by [#${died}])`;
    const one = `[domain 1] at [0x00004000], RW: [0x00004000–fff], [MAP #${born}]`;
    expect(rows(born)).toEqual([[`${one}${still}`], [`${one}${still}`]]);
    expect(rows(died)).toEqual([[], [`${one}, ended by [#${died}]`]]);
  });

  it('say what translates an IOVA, now and before it was mapped', () => {
    const iova: Locator = { kind: 'iova', domain: 1, iova: toIova(0x4123n) };
    expect(text(look(iova).lead)).toBe('It is mapped.');
    expect(facts(look(iova))).toContain('Leads to: [0x00007123]');
    expect(text(look(iova, map - 1).lead)).toBe('Nothing is mapped here: every access is stopped.');
  });

  it('say who reaches a page, and who ever did', () => {
    const page: Locator = { kind: 'page', gpa: toGpa(TARGET) };
    expect(text(look(page).lead)).toBe('[virtio-blk] reaches this page.');
    expect(look(page).lists.map(({ title, rows }) => [title, rows.map(text)])).toEqual([
      ['Mapped now', ['[domain 1] at [0x00004000], RW: [0x00004000–fff], [MAP #4], still there']],
      ['Ever mapped', ['[domain 1] at [0x00004000], RW: [0x00004000–fff], [MAP #4], still there']],
    ]);
    expect(text(look(page, map - 1).lead)).toBe('No device reaches this page.');
  });

  it('say when each mapping of an address was, up to the moment that is looked at', () => {
    const other = toIova(PAGE.start);
    let [first, unmap, second] = [0, 0, 0];
    const { look: lookAt } = played((rig) => {
      rig.attach(1, BLK);
      first = rig.map(1, PAGE.start, PAGE.end, RIGHTS, TARGET);
      unmap = rig.unmap(1, PAGE.start, PAGE.end);
      second = rig.map(1, PAGE.start, PAGE.end, RIGHTS, TARGET);
      rig.map(1, 0x9000n, 0x9fffn);
    });
    for (const locator of [
      { kind: 'iova', domain: 1, iova: other },
      { kind: 'mapping', domain: 1, iova: other, id: second },
      { kind: 'page', gpa: toGpa(TARGET) },
    ] as const) {
      const livesAt = (at?: number) => lookAt(locator, at).lists.at(-1)?.lives;
      const [latest, oldest] = livesAt()?.rows ?? [];
      expect(latest?.words).toMatch(/^since 0\.\d+ s$/);
      expect(latest).toMatchObject({ from: 2 / 3, to: 1 });
      expect(oldest?.words).toMatch(/^0\.\d+ to 0\.\d+ s \(250 µs\)$/);
      expect(oldest).toMatchObject({ from: 0, to: 1 / 3 });
      expect(livesAt(unmap - 1)?.rows.map(({ words }) => words)).toEqual([
        expect.stringContaining('since '),
      ]);
      expect(livesAt(first - 1)).toBeUndefined();
    }
  });

  it('lead from each to all others, and nowhere where there is nothing', () => {
    const seen = new Map<string, Locator>();
    const open: Locator[] = [{ kind: 'endpoint', id: BLK }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const key = printLocator(next);
      if (seen.has(key)) continue;
      seen.set(key, next);
      open.push(...links(look(next)));
    }
    const kinds = new Set([...seen.values()].map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(['endpoint', 'domain', 'event', 'mapping', 'iova', 'page']));
    expect(seen.size).toBeLessThan(40);
  });

  it.each([
    { kind: 'endpoint', id: 99 },
    { kind: 'domain', id: 99 },
    { kind: 'event', sequence: 99 },
    { kind: 'mapping', domain: 9, iova: toIova(0n), id: 99 },
    { kind: 'iova', domain: 99, iova: toIova(0n) },
    { kind: 'page', gpa: toGpa(0xffff_ffff_ffff_f000n) },
  ] as const)('are told of when there is no such thing: $kind', (locator) => {
    expect(text(look(locator).lead)).not.toBe('');
    expect(text(look(locator, 1).lead)).not.toBe('');
  });

  it('of later than what is shown say so', () => {
    expect(facts(look({ kind: 'event', sequence: map }, 3))[0]).toMatch(
      /later than what is shown$/,
    );
    expect(pc.sequence).toBeGreaterThanOrEqual(map);
  });

  it('never throw, whatever a driver sends', () => {
    const bytes = [...mapRequest(1, { virtStart: 0n, virtEnd: 0xfffn, physStart: 0n, flags: 3 })];
    const hostile = played((rig) => {
      rig.attach(1, BLK);
      for (let length = 0; length <= bytes.length; length += 1) {
        rig.send(Uint8Array.from(bytes.slice(0, length)), length % 6);
      }
    });
    for (let sequence = 1; sequence <= hostile.pc.sequence; sequence += 1) {
      expect(hostile.look({ kind: 'event', sequence }).title).not.toBe('');
    }
  });
});
