import { describe, expect, it } from 'vitest';
import { readerFor } from './any-reader.ts';
import { CSV_HEADER } from './csv.ts';
import { FtraceTextReader } from './ftrace-text-reader.ts';
import { JsonLinesReader } from './json-lines-reader.ts';
import { OwnReader } from './own-reader.ts';
import { QemuTextReader } from './qemu-text-reader.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

it.each([
  ['viommu trace 1\n\n', OwnReader],
  ['viommu trace 2\n\n', OwnReader],
  ['viommu trace 3\n\n', OwnReader],
  ['viommu tr', OwnReader],
  ['noise\n{"sequence":1,"timeMs":0,"kind":"reset"}\n', JsonLinesReader],
  ['virtio_iommu_system_reset system reset!\n', QemuTextReader],
  ['noise\n17@1.000000:virtio_iommu_system_reset system reset!\n', QemuTextReader],
  ['2026-01-01T00:00:00.5Z virtio_iommu_system_reset system reset!\n', QemuTextReader],
  ['# tracer: nop\n#\n', FtraceTextReader],
  ['  dd-1 [000] d... 1.000000: map: IOMMU: iova=0x0 paddr=0x0 size=1\n', FtraceTextReader],
])('knows by looking at it what "%s" is', (text, reader) => {
  expect(readerFor(bytes(text))).toBeInstanceOf(reader);
});

describe('what is no trace', () => {
  it.each([
    ['', /The file is empty/],
    [CSV_HEADER, /a table \(CSV\).*give the trace that it was made from/],
    ['{"traceEvents":[\n{"ph":"X","args":{"sequence":1}}\n]}', /Chrome JSON.*open it in Perfetto/],
    ['{"metadata":{},"traceEvents":[]}', /Chrome JSON/],
    ['[{"name":"a","ph":"X"}]', /Chrome JSON/],
    ['#!/bin/sh\n', /no trace that viommu can read.*QEMU.*Linux/],
  ])('is refused in words: "%s"', (text, words) => {
    expect(() => readerFor(bytes(text))).toThrow(words);
  });
});
