import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventsIn, outcomeOf, readText } from '../../../test/support/read-text.ts';
import { History } from '../replay/history.ts';
import { FtraceTextReader } from './ftrace-text-reader.ts';

const FROM_LINUX = readFileSync('test/support/traces/ftrace-6.12.txt', 'utf8');

async function read(...texts: readonly string[]): Promise<FtraceTextReader> {
  const lines = texts.map((text) =>
    text.startsWith('CPU') ? text : `  dd-14  [000] d.h..  20.233255: ${text}`,
  );
  return readText(new FtraceTextReader(), `# tracer: nop\n${lines.join('\n')}\n`);
}

const map = (start: string, size: number): string =>
  `map: IOMMU: iova=${start} paddr=0x5000 size=${size}`;

describe('events in Linux’s text', () => {
  it('are those of a record, with the task that caused them', async () => {
    const { record } = await read('attach_device_to_domain: IOMMU: device=0000:00:04.0');
    expect(record?.head.endpoints).toEqual([{ id: 0x20, name: '0000:00:04.0', reserved: [] }]);
    expect(record?.event(1)).toMatchObject({
      timeMs: 20_233.255,
      event: { kind: 'attached', endpoint: 0x20, domain: 0, status: 0 },
    });
    expect(record?.who(1)).toEqual({
      task: { pid: 14, tgid: 14, comm: 'dd', isInterrupted: true },
      stack: null,
    });
  });

  it('number the endpoints that are no PCI devices behind all that are', async () => {
    const { record } = await read(
      'add_device_to_group: IOMMU: groupID=0 device=LNRO0005:01',
      'attach_device_to_domain: IOMMU: device=0001:00:04.0',
      'attach_device_to_domain: IOMMU: device=LNRO0005:01',
    );
    expect(record?.head.endpoints.map(({ id }) => id)).toEqual([0x1_0000, 0x1_0001]);
    expect(record?.event(2)?.event).toMatchObject({ endpoint: 0x1_0000 });
  });

  it('count the mappings that an UNMAP removed', async () => {
    const unmap = (size: number, unmapped: number): string =>
      `unmap: IOMMU: iova=0x1000 size=${size} unmapped_size=${unmapped}`;
    const reader = await read(
      map('0x1000', 4096),
      map('0x2000', 8192),
      unmap(12_288, 12_288),
      unmap(4096, 4096),
      unmap(4096, 0),
    );
    const removed = eventsIn(reader).flatMap((event) =>
      event.kind === 'unmapped' ? event.removed : [],
    );
    expect(removed).toEqual([2, 1, 0]);
  });

  it('know nothing of what was mapped before some were lost', async () => {
    const reader = await read(map('0x1000', 4096), 'CPU:0 [LOST 7 EVENTS]', map('0x2000', 4096));
    const { record } = reader;
    if (record === undefined) throw new Error('it was read');
    expect(record.lastSequence).toBe(9);
    expect(new History(record).at(9)).toMatchObject({
      count: 1,
      missing: { because: 'lost', before: 9 },
    });
    expect(reader.remarks.join(' ')).toContain('lost 7 events');
  });

  it('are faults where a driver reports them', async () => {
    const reader = await read('io_page_fault: IOMMU:drv 0000:00:04.0 iova=0x12345678 flags=0x0001');
    expect(eventsIn(reader)).toMatchObject([
      { kind: 'faulted', endpoint: 0x20, address: 0x1234_5678n, flags: 0x102 },
    ]);
  });
});

describe('the text that a guest’s own kernel wrote', async () => {
  const reader = await readText(new FtraceTextReader(), FROM_LINUX);
  const { record } = reader;
  if (record === undefined) throw new Error('it was read');

  it('is a record with an event for each line', () => {
    const lines = FROM_LINUX.split('\n').filter((line) => line.includes('IOMMU:'));
    expect(lines.length).toBeGreaterThan(50);
    expect(record.count).toBe(lines.length);
    expect(record.event(1)?.event).toEqual({
      kind: 'mapped',
      domain: 0,
      virtStart: 0xffff_b000n,
      virtEnd: 0xffff_bfffn,
      physStart: 0x3e_0000n,
      flags: 3,
      status: 0,
      sequence: 1,
    });
    expect(record.who(1).task).toMatchObject({ comm: 'md5sum', pid: 45, isInterrupted: false });
  });

  it('maps and unmaps as the kernel did', () => {
    const history = new History(record);
    expect(history.lifetime(2)).toMatchObject({ virtStart: 0xffff_4000n, died: 5 });
    expect(history.at(3)).toMatchObject({ count: 3 });
  });

  it('says what it does not tell', () => {
    expect(reader.remarks.join(' ')).toMatch(/domain of a MAP.*rights of a mapping/);
    expect(reader.remarks.join(' ')).not.toContain('left out');
  });
});

it('makes a record or a sentence of any text', async () => {
  const lines = [
    ...FROM_LINUX.split('\n').slice(10, 30),
    'CPU:0 [LOST 7 EVENTS]',
    '  dd-1 [000] d.h..  2.233255: attach_device_to_domain: IOMMU: device=0000:00:04.0',
    '  dd-1 [000] d.h..  2.233255: detach_device_from_domain: IOMMU: device=0000:00:04.0',
    '  dd-1 [000] d.h..  2.233255: io_page_fault: IOMMU:d 0000:00:04.0 iova=0x1 flags=0x0001',
  ];
  const anyLine = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...lines) },
    { weight: 1, arbitrary: fc.string() },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom(...lines), fc.nat(150), fc.constantFrom('-', 'x', '', '0', ' '))
        .map(([line, at, by]) => `${line.slice(0, at)}${by}${line.slice(at + 1)}`),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anyLine, { maxLength: 60 }), async (all) => {
      await expect(outcomeOf(new FtraceTextReader(), all.join('\n'))).resolves.toMatch(
        /^\d+ events|no event of iommu/,
      );
    }),
    { numRuns: 100 },
  );
});
