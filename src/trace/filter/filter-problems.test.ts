import { describe, expect, it } from 'vitest';
import { ALL_FACTS } from '../record/head.ts';
import { FIELDS } from './fields.ts';
import { parseFilter } from './parse-filter.ts';

/** Stands before the character that is wrong. */
const HERE = '▸';

type Row = readonly [text: string, message: RegExp];

const WRONG_GRAMMAR: readonly Row[] = [
  ['▸)', /^Expected a field, "\(", "!" or the end of the filter, not "\)"/],
  ['▸== map', /^Expected a field.* not "=="/],
  ['▸&& refused', /^Expected a field.* not "&&"/],
  ['▸|| refused', /^Expected a field.* not "\|\|"/],
  ['▸, refused', /^Expected a field/],
  ['▸{refused}', /^Expected a field/],
  ['▸4KiB', /not "4KiB"/],
  ['▸"text"', /^Expected a field/],
  ['▸@', /not "@"/],
  ['▸é', /not "é"/],
  ['▸😀', /not "😀"/],
  ['▸\0', /^Expected a field/],
  ['▸.', /^Expected a field/],
  ['▸-5', /never negative/],
  ['(▸', /^Expected a field, "\(" or "!", but the filter ends here/],
  ['(▸)', /^Expected a field/],
  ['(refused▸', /"\)", but the filter ends here/],
  ['((refused)▸', /"\)", but the filter ends here/],
  ['(refused ▸]', /not "\]"/],
  ['(refused ▸}', /not "\}"/],
  ['refused▸)', /not "\)"/],
  ['(refused)▸)', /not "\)"/],
  ['refused ▸reported', /^Expected .*not "reported"/],
  ['refused ▸!reported', /not "!"/],
  ['refused ▸4', /not "4"/],
  ['refused ▸"x"', /not/],
  ['refused &&▸', /^Expected a field, "\(" or "!", but/],
  ['refused && ▸', /^Expected a field/],
  ['refused ||▸', /^Expected a field/],
  ['refused && ▸&& reported', /^Expected a field/],
  ['refused && ▸|| reported', /^Expected a field/],
  ['refused && ▸)', /^Expected a field/],
  ['refused ▸& reported', /^Write && for "and"/],
  ['refused ▸| reported', /^Write \|\| for "or"/],
  ['refused ▸and reported', /^Write && for "and"/],
  ['refused ▸AND reported', /^Write && for "and"/],
  ['refused ▸or reported', /^Write \|\| for "or"/],
  ['▸not refused', /^Write ! for "not"/],
  ['refused && ▸not reported', /^Write ! for "not"/],
  ['(▸NOT reported)', /^Write ! for "not"/],
  ['!▸', /^Expected a field, "\(" or "!", but/],
  ['!▸)', /^Expected a field/],
  ['!▸&& refused', /^Expected a field/],
  ['!!▸', /^Expected a field/],
  ['!▸= refused', /^Write == to compare/],
  ['kind ▸= map', /^Write == to compare/],
  ['kind ▸=~ map', /^Write == to compare/],
  ['kind ==▸', /^Expected a value, but the filter ends here/],
  ['kind == ▸', /^Expected a value, but/],
  ['kind == ▸== map', /^Expected a value/],
  ['kind == ▸&& refused', /^Expected a value, not "&&"/],
  ['kind == ▸)', /^Expected a value/],
  ['kind == ▸(map)', /^Expected a value/],
  ['kind == ▸{map}', /^Expected a value/],
  ['kind == ▸!map', /^Expected a value/],
  ['kind == ▸in', /^Expected a value/],
  ['kind == map ▸map', /^Expected &&, \|\| or the end of the filter, not "map"/],
  ['kind == map ▸== map', /not "=="/],
  ['kind == map▸, unmap', /not ","/],
  ['kind == map ▸.. unmap', /not "\.\."/],
  ['kind ▸map', /not "map"/],
  ['kind ▸: map', /not ":"/],
  ['kind ▸4', /not "4"/],
  ['kind ▸is map', /not "is"/],
  ['kind in▸', /^Expected a value or "\{", but/],
  ['kind in ▸(map)', /^Expected a value or "\{", not "\("/],
  ['kind in ▸== map', /^Expected a value or "\{"/],
  ['kind in {▸', /^Expected a value, but/],
  ['kind in {▸}', /^Expected a value, not "\}"/],
  ['kind in {▸, map}', /^Expected a value, not ","/],
  ['kind in {map▸', /"," or "\}", but the filter ends here/],
  ['kind in {map,▸', /^Expected a value, but/],
  ['kind in {map,▸}', /^Expected a value, not "\}"/],
  ['kind in {map, ▸, unmap}', /^Expected a value, not ","/],
  ['kind in {map ▸unmap}', /"," or "\}", not "unmap"/],
  ['kind in {map▸)', /not "\)"/],
  ['kind in {map}▸}', /not "\}"/],
  ['kind in {▸{map}}', /^Expected a value, not "\{"/],
  ['kind in {▸!map}', /^Expected a value/],
  ['kind in map▸', /^Expected "\.\."/],
  ['iova in 5▸', /^Expected "\.\.", but/],
  ['iova in 5 ▸&& refused', /^Expected "\.\.", not "&&"/],
  ['iova in 5..▸', /^Expected a value, but/],
  ['iova in 5..6▸..7', /not "\.\."/],
  ['iova in ▸..6', /^Expected a value or/],
  ['iova in {5..▸}', /^Expected a value, not "\}"/],
  ['iova in {▸..', /^Expected a value, not "\.\."/],
  ['iova in 5..▸.6', /^Expected a value/],
  ['flags has▸', /^Expected the name of a flag, but/],
  ['flags has ▸1', /^Expected the name of a flag, not "1"/],
  ['flags has ▸"read"', /^Expected the name of a flag/],
  ['flags has ▸{read}', /^Expected the name of a flag/],
  ['flags has read▸, write', /not ","/],
  ['by(▸', /^Expected a text in quotes, but/],
  ['by(▸)', /^Expected a text in quotes, not "\)"/],
  ['by(▸name)', /^Expected a text in quotes, not "name"/],
  ['by(▸4)', /^Expected a text in quotes/],
  ['by("x"▸', /^Expected "\)", but/],
  ['by("x"▸, "y")', /^Expected "\)", not ","/],
  ['by ▸"x"', /^Expected/],
  ['by("x") ▸== 1', /^Expected/],
  ['task == ▸"dd', /no closing quote/],
  ["task == ▸'dd", /no closing quote/],
  ['task == ▸"dd\\"', /no closing quote/],
  ['task == ▸"d\nd"', /no closing quote/],
  ['task == "d" ▸"d"', /^Expected/],
  ['refused ▸# that is all', /not "#"/],
  ['refused ▸// that is all', /not "\/"/],
  ['refused▸; reported', /not ";"/],
  ['kind ▸≠ unmap', /not "≠"/],
];

const WRONG_TYPES: readonly Row[] = [
  ['▸knd == map', /no field "knd"\. Did you mean kind\?/],
  ['▸size > 4KiB', /no field "size"\. Did you mean length\?/],
  ['▸device == 1', /no field "device"\. Did you mean endpoint\?/],
  ['▸KIND == map', /no field "KIND"\. Did you mean kind\?/],
  ['kind == map && ▸enpoint == 1', /Did you mean endpoint\?/],
  ['!▸refuse', /Did you mean refused\?/],
  ['(((▸iov > 5)))', /Did you mean iova\?/],
  ['▸xyzzy == 1', /^There is no field "xyzzy"\.$/],
  ['▸by', /^by is a function/],
  ['▸by == "x"', /^by is a function/],
  ['▸bye("x")', /no function "bye"\. Did you mean by\?/],
  ['▸kind("map")', /no function "kind"/],
  ['refused ▸== 1', /true or false by itself\. Write refused or !refused/],
  ['refused ▸> 1', /true or false by itself/],
  ['refused ▸in {1}', /no values to be in/],
  ['refused ▸has read', /^Only flags/],
  ['kind ▸< map', /kind cannot be compared with <\. Expected ==, != or in/],
  ['kind ▸~ "m"', /kind cannot be compared with ~/],
  ['kind == ▸5', /^kind cannot be compared with a number\. Expected attach,/],
  ['kind == ▸mop', /no kind "mop"\. Did you mean map\?/],
  ['kind == ▸"mop"', /no kind "mop"\. Did you mean map\?/],
  ['kind in {map, ▸onmap}', /Did you mean unmap\?/],
  ['kind in ▸map..unmap', /has no order/],
  ['kind in {map, ▸1..2}', /has no order/],
  ['status ▸>= ok', /status cannot be compared with >=/],
  ['status == ▸okay', /no status "okay"/],
  ['status == ▸inva', /Did you mean inval\?/],
  ['status in {ok, ▸noet}', /Did you mean noent\?/],
  ['status == 5▸KiB', /plain number, without the unit "KiB"/],
  ['reason == ▸mappin', /Did you mean mapping\?/],
  ['reason ▸~ "x"', /reason cannot be compared with ~/],
  ['flags ▸< 3', /flags cannot be compared with <\. Expected ==, != or has/],
  ['flags ▸in {1}', /no values to be in/],
  ['flags == ▸read', /^flags cannot be compared with a name/],
  ['flags has ▸wrte', /Did you mean write\?/],
  ['flags has ▸exec', /no flag "exec"/],
  ['kind ▸has read', /^Only flags/],
  ['iova ▸has read', /^Only flags/],
  ['iova ▸~ "x"', /iova cannot be compared with ~/],
  ['iova == ▸"0x1000"', /compared with a text\. Expected an address such as/],
  ['iova == ▸high', /compared with a name\. Expected an address/],
  ['iova in {1, ▸"x"}', /compared with a text/],
  ['iova in ▸a..5', /compared with a name/],
  ['iova in 5..▸a', /compared with a name/],
  ['iova in 5..▸"a"', /compared with a text/],
  ['gpa > ▸x', /compared with a name/],
  ['length == ▸"4KiB"', /Expected a number of bytes such as 4KiB/],
  ['domain == ▸"1"', /compared with a text\. Expected a number/],
  ['domain == ▸one', /compared with a name/],
  ['domain ▸~ "1"', /compared with ~/],
  ['sequence > ▸"1"', /compared with a text/],
  ['time > ▸"1ms"', /Expected a time such as 5ms/],
  ['time > ▸soon', /Expected a time such as 5ms/],
  ['task == ▸dd', /compared with a name\. Expected a text in quotes/],
  ['task == ▸5', /compared with a number\. Expected a text in quotes/],
  ['task ▸< "dd"', /task cannot be compared with </],
  ['task in {"a", ▸b}', /compared with a name/],
  ['task in ▸"a".."b"', /has no order/],
  ['console ~ ▸panic', /Expected a text in quotes/],
  ['console ~ ▸5', /Expected a text in quotes/],
  ['pid == ▸"init"', /compared with a text/],
  ['endpoint ▸< 5', /endpoint cannot be compared with </],
  ['endpoint ▸~ "virtio"', /endpoint cannot be compared with ~/],
  ['endpoint in ▸a..b', /compared with a name. Expected a number/],
];

const WRONG_VALUES: readonly Row[] = [
  ['iova == 0x12▸g4', /"g" is no hexadecimal digit/],
  ['iova == 0x▸xyz', /"x" is no hexadecimal digit/],
  ['iova == ▸0x', /digits after 0x/],
  ['iova == ▸0x_', /digits after 0x/],
  ['iova == ▸0x10000000000000000', /more than 64 bits/],
  ['iova == ▸18446744073709551616', /more than 64 bits/],
  ['length == ▸16777216TiB', /more than 64 bits/],
  ['time < ▸18446744073710s', /more than 64 bits/],
  ['iova in 0..▸0xfffffffffffffffff', /more than 64 bits/],
  ['iova == 1▸.5', /whole number/],
  ['domain == 1▸.0', /whole number/],
  ['length == 1▸.3KiB', /whole bytes/],
  ['length == 0▸.5B', /whole bytes/],
  ['time == 1▸.5ns', /whole nanoseconds/],
  ['iova == 1.5▸.5', /no unit "\.5"/],
  ['length == 4▸KB', /Did you mean KiB\?/],
  ['length == 4▸kb', /Did you mean KiB\?/],
  ['length == 4▸k', /Did you mean KiB\?/],
  ['length == 4▸M', /Did you mean MiB\?/],
  ['length == 4▸mib', /Did you mean MiB\?/],
  ['length == 4▸b', /Did you mean B\?/],
  ['length == 4▸pages', /no unit "pages" here; write B, KiB/],
  ['length == 4▸ms', /no unit "ms" here; write B/],
  ['iova == 12▸ab', /no unit "ab"/],
  ['iova in {1, 2▸q}', /no unit "q"/],
  ['iova in 4▸K..8KiB', /Did you mean KiB\?/],
  ['time > ▸5', /needs its unit/],
  ['time > ▸0', /needs its unit/],
  ['time > ▸1.5', /needs its unit/],
  ['time > ▸0x10', /needs its unit/],
  ['time > 5▸KiB', /no unit "KiB" here; write ns/],
  ['time > 5▸MS', /Did you mean ms\?/],
  ['time > 5▸sec', /no unit "sec"/],
  ['time in ▸1..2ms', /needs its unit/],
  ['time in 1ms..▸2', /needs its unit/],
  ['domain == 4▸KiB', /plain number/],
  ['sequence == 1▸ms', /plain number/],
  ['endpoint == 1▸ms', /plain number/],
  ['pid == 1▸s', /plain number/],
  ['flags == 1▸B', /plain number/],
  ['iova in 5..▸4', /ends before it starts/],
  ['iova in {1, 0x2000..▸0x1fff}', /ends before it starts/],
  ['time in 5ms..▸1ms', /ends before it starts/],
  ['length in 4KiB..▸4095', /ends before it starts/],
  ['endpoint in 2..▸1', /ends before it starts/],
  ['task == "a▸\\q"', /no such escape/],
  ['task == "▸\\u12"', /no such escape/],
  ['task in {"a", "b▸\\x41"}', /no such escape/],
  ['endpoint == "▸\\e"', /no such escape/],
  ['by("▸\\e")', /no such escape/],
  ['by(▸"")', /name of a kernel function/],
];

const EACH_FIELD: readonly Row[] = [...FIELDS].flatMap(([name, { type }]): readonly Row[] => {
  const alone: Row = [`${name}▸`, new RegExp(`^Write what ${name} is compared with`)];
  const misspelt: Row = [`!▸${name}x`, new RegExp(`Did you mean ${name}\\?`)];
  const unlike: Row = [`${name} == ▸@`, /^Expected a value, not "@"/];
  return type === 'claim' ? [misspelt, unlike] : [alone, misspelt, unlike];
});

const ALL = [...WRONG_GRAMMAR, ...WRONG_TYPES, ...WRONG_VALUES, ...EACH_FIELD];

describe('a filter that is wrong', () => {
  it('is met in more than 200 ways', () => {
    expect(new Set(ALL.map(([text]) => text)).size).toBeGreaterThan(200);
  });

  it.each(ALL)('is told at the character: %s', (marked, message) => {
    const text = marked.replace(HERE, '');
    expect(parseFilter(text)).toMatchObject({
      isValid: false,
      problem: { from: marked.indexOf(HERE), message: expect.stringMatching(message) },
    });
  });

  it('tells what could stand there', () => {
    const problem = (text: string): unknown => {
      const parsed = parseFilter(text);
      return parsed.isValid ? null : parsed.problem;
    };
    expect(problem('kind =')).toMatchObject({ from: 5, to: 6 });
    expect(problem('kind == map refused')).toMatchObject({
      from: 12,
      to: 19,
      expected: ['&&', '||', 'the end of the filter'],
    });
    expect(problem('reason == domian')).toMatchObject({
      from: 10,
      to: 16,
      expected: ['unknown', 'domain', 'mapping'],
    });
    expect(problem('time > 5')).toMatchObject({ from: 7, to: 8 });
  });

  it('knows what a record has', () => {
    const vocabulary = {
      endpoints: [{ id: 4097, name: 'virtio-blk' }],
      facts: { ...ALL_FACTS, who: false },
      hasSymbols: false,
    };
    expect(parseFilter('endpoint == "virtio-blk"', vocabulary)).toMatchObject({ isValid: true });
    expect(parseFilter('endpoint == 7', vocabulary)).toMatchObject({ isValid: true });
    expect(parseFilter('kind == map && endpoint == "virtio-blc"', vocabulary)).toMatchObject({
      problem: {
        from: 27,
        to: 39,
        message: 'There is no endpoint "virtio-blc" here. Did you mean virtio-blk?',
        expected: ['virtio-blk'],
      },
    });
    expect(parseFilter('refused && task == "dd"', vocabulary)).toMatchObject({
      problem: { from: 11, to: 15, message: expect.stringContaining('does not tell task') },
    });
    expect(parseFilter('!by("x")', vocabulary)).toMatchObject({
      problem: { from: 1, to: 3, message: expect.stringContaining('no names') },
    });
  });
});
