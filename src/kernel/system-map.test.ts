import { describe, expect, it } from 'vitest';
import { profileOf } from './kernel-profile.ts';
import { readPackedSymbols } from './packed-symbols.ts';
import { SymbolTableBuilder, type SymbolTable } from './symbol-table.ts';
import { readSystemMap } from './system-map.ts';

const MAP = `00000100 A some_size
c1000000 T _stext
c1000000 T _text
c12cba80 t virtqueue_kick
c12cbad0 T virtqueue_notify
c1400000 d viommu_ops
c15c8700 D init_task
c1677ee0 D pcpu_hot
`;

const KERNEL = 'ab'.repeat(32);

function symbolsOf(result: ReturnType<typeof readSystemMap>): SymbolTable {
  if ('refusal' in result) throw new Error(result.refusal);
  return result.symbols;
}

describe('SymbolTable', () => {
  const table = symbolsOf(readSystemMap(MAP));

  it.each([
    [0xc100_0000, '_stext', 0],
    [0xc110_0000, '_stext', 0x10_0000],
    [0xc12c_ba80, 'virtqueue_kick', 0],
    [0xc12c_bacf, 'virtqueue_kick', 0x4f],
    [0xc12c_bad0, 'virtqueue_notify', 0],
    [0xc167_7ee4, 'pcpu_hot', 4],
  ])('has %i in %s', (address, name, offset) => {
    expect(table.at(address)).toEqual({ name, offset });
  });

  it('has nothing below its first symbol', () => {
    expect(table.at(0xc0ff_ffff)).toBeUndefined();
    expect(new SymbolTableBuilder().build().at(0xffff_ffff)).toBeUndefined();
  });

  it('has nothing where no function can be: a module’s code lies far behind the kernel’s', () => {
    expect(table.at(0xc12c_ba7f)).toBeUndefined();
    expect(table.at(0xc880_0000)).toBeUndefined();
  });

  it('finds a symbol by its name', () => {
    expect(table.addressOf('virtqueue_kick')).toBe(0xc12c_ba80);
    expect(table.addressOf('_text')).toBe(0xc100_0000);
    expect(table.addressOf('virtqueue')).toBeUndefined();
  });

  it('takes symbols in any order, and no name that none can have', () => {
    const builder = new SymbolTableBuilder();
    expect(builder.add(20, 'b')).toBe(true);
    expect(builder.add(10, 'a')).toBe(true);
    expect(builder.add(15, '')).toBe(false);
    expect(builder.add(15, 'x'.repeat(512))).toBe(false);
    const all: [number, string][] = [];
    builder.build().forEach((address, name) => all.push([address, name]));
    expect(all).toEqual([
      [10, 'a'],
      [20, 'b'],
    ]);
  });
});

describe('readSystemMap', () => {
  it('takes code, and of data only what tells the task', () => {
    const table = symbolsOf(readSystemMap(MAP));
    expect(table.count).toBe(6);
    expect(table.addressOf('viommu_ops')).toBeUndefined();
    expect(profileOf(table)).toEqual({
      currentTask: 0xc167_7ee0,
      preemptCount: 0xc167_7ee4,
      initTask: 0xc15c_8700,
      isPerCpu: false,
    });
  });

  it('knows the symbols of kernels without pcpu_hot, and of those for several processors', () => {
    const map = `c1100000 D current_task
c1100004 D __preempt_count
c1200000 D init_task
c1300000 R __per_cpu_offset
`;
    expect(profileOf(symbolsOf(readSystemMap(map)))).toEqual({
      currentTask: 0xc110_0000,
      preemptCount: 0xc110_0004,
      initTask: 0xc120_0000,
      isPerCpu: true,
    });
  });

  it('makes no profile of symbols that do not tell the task', () => {
    expect(profileOf(symbolsOf(readSystemMap('c1000000 T _stext\n')))).toBeUndefined();
  });

  it('takes /proc/kallsyms, modules included, and lines that end as on Windows', () => {
    const table = symbolsOf(readSystemMap('c1000000 T a\r\nf8000000 t b\t[virtio_blk]\r\n'));
    expect(table.at(0xf800_0004)).toEqual({ name: 'b', offset: 4 });
  });

  it.each([
    ['a file of something else', '\u007fELF\u0001', /Line 1 of the System\.map is no symbol/],
    ['a line that is none', 'c1000000 T a\nhello\n', /Line 2 of the System\.map is no symbol/],
    ['a 64-bit kernel', 'ffffffff81000000 T _text\n', /of a 64-bit kernel/],
    ['no function', 'c1400000 d viommu_ops\n', /names no function/],
    ['nothing', '', /names no function/],
  ])('refuses %s', (_what, text, message) => {
    const result = readSystemMap(text);
    expect('refusal' in result && result.refusal).toMatch(message);
  });
});

describe('readPackedSymbols', () => {
  const PACKED = `viommu-symbols 1 ${KERNEL}\nc1000000 _stext\n0 _text\n2cba80 virtqueue_kick\n`;

  it('adds up distances', () => {
    const table = symbolsOf(readPackedSymbols(PACKED, KERNEL));
    expect(table.at(0xc12c_ba81)).toEqual({ name: 'virtqueue_kick', offset: 1 });
    expect(table.count).toBe(3);
  });

  it.each([
    ['of another kernel', PACKED, 'cd'.repeat(32), /of another kernel/],
    ['that are none', 'hello', KERNEL, /not the symbols/],
    ['that are nothing', '', KERNEL, /not the symbols/],
    ['with a line that is none', `${PACKED}hello\n`, KERNEL, /damaged/],
    ['beyond 32 bits', `${PACKED}ffffffff b\n`, KERNEL, /damaged/],
    ['with a name too long', `${PACKED}1 ${'b'.repeat(600)}\n`, KERNEL, /damaged/],
  ])('refuses symbols %s', (_what, text, kernel, message) => {
    const result = readPackedSymbols(text, kernel);
    expect('refusal' in result && result.refusal).toMatch(message);
  });
});
