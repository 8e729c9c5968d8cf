import { expect, it } from 'vitest';
import known from '../../../guest-images/kernel.json' with { type: 'json' };
import { HEAD } from '../../../test/support/filter-records.ts';
import { SymbolTableBuilder } from '../../kernel/symbol-table.ts';
import { emptyBatch } from '../../trace/record/batch.ts';
import { IommuRecord } from '../../trace/record/iommu-record.ts';
import { batchesOf } from '../../trace/record/record-batches.ts';
import { functionsOn, needsGuestSymbols, traceSymbols } from './trace-symbols.ts';

const PAGE_OFFSET = 0xc000_0000;
const KERNEL = 0xc100_0000;
const ADDRESSES = [KERNEL + 0x17, KERNEL + 0x20, KERNEL + 0x7_0003, 0x4000];

/** Every 16 bytes there is a function. */
function allSymbols() {
  const builder = new SymbolTableBuilder();
  for (let at = 0; at < 0x10_0000; at += 16) builder.add(KERNEL + at, `function_${at}`);
  return builder.build();
}

it('names what is on the stacks of a trace as all symbols of its kernel would', async () => {
  const symbols = allSymbols();
  const record = new IommuRecord(HEAD);
  const stacks = [{ addresses: Uint32Array.from(ADDRESSES), isInnermostCertain: true }];
  record.append({ ...emptyBatch(), newcomers: { tasks: [], stacks } });
  record.append({ ...emptyBatch(), functions: functionsOn(record, symbols) });
  expect(record.functions.length).toBeLessThanOrEqual(2 * ADDRESSES.length);
  const copy = new IommuRecord(HEAD);
  for (const batch of batchesOf(record)) copy.append(batch);
  const found = await traceSymbols(copy, undefined);
  for (const address of ADDRESSES) {
    expect(found?.at(address)).toEqual(symbols.at(address));
    expect(found?.at(address - 1)).toEqual(symbols.at(address - 1));
  }
});

it('knows when symbols have to come from the guest, and has none without it', async () => {
  expect(needsGuestSymbols(HEAD)).toBe(true);
  expect(await traceSymbols(new IommuRecord(HEAD), undefined)).toBeUndefined();
});

it('has the functions of modules beside those of the project’s own kernel', async () => {
  const record = new IommuRecord({ ...HEAD, kernel: known.sha256 });
  const functions = [{ address: 0xc784_5000, name: 'edu_stream' }];
  record.append({ ...emptyBatch(), functions });
  const found = await traceSymbols(record, undefined);
  expect(found?.at(0xc784_5010)).toEqual({ name: 'edu_stream', offset: 0x10 });
  expect(found?.at(0x1_0000 + (known.code.start + PAGE_OFFSET))?.name).toMatch(/^\w+$/);
  expect(found?.at(0xc700_0000)).toBeUndefined();
});
