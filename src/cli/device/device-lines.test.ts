import { describe, expect, it } from 'vitest';
import { parseDeviceLine } from './device-lines.ts';
import { LineError } from './line-fields.ts';

const bytesOf = (...bytes: readonly number[]): Uint8Array => Buffer.from(bytes);

describe('parseDeviceLine', () => {
  it.each([
    [
      '{"op":"request","bytes":"0102Ff","writable":4}',
      {
        op: 'request',
        readable: [bytesOf(1, 2, 255)],
        writable: [4],
        direct: undefined,
      },
    ],
    [
      '{"op":"request","bytes":"010203","writable":"0x4","readableFraming":[1,0,"2"],"writableFraming":[3,1],"indirect":true}',
      {
        op: 'request',
        readable: [bytesOf(1), bytesOf(), bytesOf(2, 3)],
        writable: [3, 1],
        direct: 0,
      },
    ],
    [
      '{"op":"request","bytes":"0102","writable":1,"readableFraming":[1,1],"indirect":2}',
      { op: 'request', readable: [bytesOf(1), bytesOf(2)], writable: [1], direct: 2 },
    ],
    [
      '{"op":"request","bytes":"","writable":0,"indirect":false}',
      { op: 'request', readable: [bytesOf()], writable: [], direct: undefined },
    ],
    [
      '{"op":"request","bytes":"","writable":0,"writableFraming":[0,0]}',
      { op: 'request', readable: [], writable: [0, 0], direct: undefined },
    ],
    [
      '{"op":"dma","endpoint":"0x108","address":"0xfffffffffffffff0","length":16,"access":"write"}',
      { op: 'dma', endpoint: 0x108, address: 0xffff_ffff_ffff_fff0n, length: 16, access: 2 },
    ],
    [
      ' {"op":"dma","endpoint":8,"address":4608,"length":2147483648,"access":"read"}\r',
      { op: 'dma', endpoint: 8, address: 0x1200n, length: 0x8000_0000, access: 1 },
    ],
    ['{"op":"event","length":24}', { op: 'event', writable: [24] }],
    ['{"op":"event","length":24,"framing":[3,7,14]}', { op: 'event', writable: [3, 7, 14] }],
    ['{"op":"event","length":0}', { op: 'event', writable: [0] }],
    ['{"op":"config"}', { op: 'config' }],
    [
      '{"op":"config-write","offset":36,"bytes":"01"}',
      { op: 'config-write', offset: 36, width: 1, value: 1 },
    ],
    [
      '{"op":"config-write","offset":"0x20","bytes":"040302f1"}',
      { op: 'config-write', offset: 32, width: 4, value: 0xf102_0304 },
    ],
    ['{"op":"reset"}', { op: 'reset' }],
    ['{"op":"system-reset"}', { op: 'system-reset' }],
    ['{"op":"state"}', { op: 'state' }],
  ])('reads %s', (line, operation) => {
    expect(parseDeviceLine(line)).toEqual(operation);
  });

  it.each([
    ['', 'The line is not JSON'],
    ['{"op":"config"', 'The line is not JSON'],
    ['[1]', 'A line is one JSON object, not [1].'],
    ['null', 'A line is one JSON object, not null.'],
    ['"config"', 'A line is one JSON object, not "config".'],
    ['{}', '"op" names the operation, and it is nothing here. There are: request, dma, event,'],
    ['{"op":7}', '"op" names the operation, and it is 7 here.'],
    ['{"op":"reqest"}', 'There is no operation "reqest". Did you mean request?'],
    ['{"op":"toString"}', 'There is no operation "toString".'],
    ['{"op":"config","bytes":""}', 'There is no field "bytes" here. Example: {"op":"config"}'],
    ['{"op":"config","__proto__":1}', 'There is no field "__proto__" here.'],
    [
      '{"op":"request","bytes":"","writeable":4}',
      'There is no field "writeable" here. Did you mean writable?',
    ],
    ['{"op":"request","bytes":""}', '"writable" is missing. Example: {"op":"request"'],
    ['{"op":"request","writable":4}', '"bytes" is missing.'],
    ['{"op":"request","bytes":"012","writable":4}', 'two for each byte, not "012"'],
    ['{"op":"request","bytes":"0g","writable":4}', 'two for each byte, not "0g"'],
    ['{"op":"request","bytes":"\u0161b","writable":4}', 'two for each byte, not "\u0161b"'],
    ['{"op":"request","bytes":12,"writable":4}', 'two for each byte, not 12'],
    ['{"op":"request","bytes":"","writable":-1}', 'a whole number of up to 32 bits'],
    ['{"op":"request","bytes":"","writable":1.5}', 'not 1.5'],
    ['{"op":"request","bytes":"","writable":4294967296}', 'not 4294967296'],
    ['{"op":"request","bytes":"","writable":"four"}', 'not "four"'],
    ['{"op":"request","bytes":"","writable":null}', 'not null'],
    [
      '{"op":"request","bytes":"0102","writable":4,"readableFraming":[1,2]}',
      '"readableFraming" adds up to 3 bytes, and there are 2.',
    ],
    [
      '{"op":"request","bytes":"","writable":4,"writableFraming":[1,2]}',
      '"writableFraming" adds up to 3 bytes, and there are 4.',
    ],
    [
      '{"op":"request","bytes":"","writable":4,"writableFraming":[-1,5]}',
      'an array of lengths in bytes, not [-1,5]',
    ],
    ['{"op":"request","bytes":"","writable":4,"writableFraming":4}', 'an array of lengths'],
    [
      '{"op":"request","bytes":"01","writable":4,"indirect":2}',
      '2 of 2 leave none for it. Give a smaller number',
    ],
    [
      '{"op":"request","bytes":"01","writable":4,"indirect":"yes"}',
      'takes true, false or a number',
    ],
    ['{"op":"dma","endpoint":8,"address":0,"length":0,"access":"read"}', '1 to 2147483648 bytes'],
    [
      '{"op":"dma","endpoint":8,"address":0,"length":2147483649,"access":"read"}',
      '1 to 2147483648 bytes',
    ],
    [
      '{"op":"dma","endpoint":8,"address":18446744073709551615,"length":1,"access":"read"}',
      'Numbers above 2^53 have to be strings.',
    ],
    [
      '{"op":"dma","endpoint":8,"address":"0x10000000000000000","length":1,"access":"read"}',
      '64 bits',
    ],
    [
      '{"op":"dma","endpoint":8,"address":0,"length":1,"access":"rw"}',
      '"access" takes "read" or "write", not "rw".',
    ],
    ['{"op":"event"}', '"length" is missing.'],
    ['{"op":"event","length":24,"framing":[3]}', '"framing" adds up to 3 bytes, and there are 24.'],
    [
      '{"op":"config-write","offset":36,"bytes":"010203"}',
      '1, 2 or 4 bytes wide, and "bytes" has 3.',
    ],
    ['{"op":"config-write","offset":36,"bytes":""}', '"bytes" has 0.'],
    ['{"op":"config-write","offset":3840,"bytes":"01"}', 'outside the configuration space'],
    ['{"op":{"a":1}}', 'it is an object here'],
    ['{"op":"event","length":4,"framing":[[4]]}', 'not a list of lists'],
    [`{"op":"event","length":0,"framing":[${'0,'.repeat(65_536)}0]}`, 'has 65537 pieces'],
  ])('refuses %s in words', (line, message) => {
    expect(() => parseDeviceLine(line)).toThrow(LineError);
    expect(() => parseDeviceLine(line)).toThrow(message);
  });

  it('quotes the beginning of what is too long to quote', () => {
    const line = JSON.stringify({ op: 'config', ['x'.repeat(1_000_000)]: 1 });
    expect(() => parseDeviceLine(line)).toThrow(`There is no field "${'x'.repeat(40)}..." here.`);
  });

  it.each([
    ['{"op":', '}'],
    ['', ''],
    ['{"op":"event","length":4,"framing":', '}'],
    ['{"op":"dma","endpoint":', ',"address":0,"length":1,"access":"read"}'],
  ])('refuses %s a hundred thousand lists%s in words', (before, behind) => {
    const depth = 100_000;
    const line = `${before}${'['.repeat(depth)}${']'.repeat(depth)}${behind}`;
    expect(() => parseDeviceLine(line)).toThrow(LineError);
  });
});
