import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TerminalFilter } from './terminal-filter.ts';

const ESC = '\u001b';
const CSI = `${ESC}[`;

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function shown(...pieces: readonly Uint8Array[]): Uint8Array {
  const filter = new TerminalFilter();
  return new Uint8Array(pieces.flatMap((piece) => [...filter.take(piece)]));
}

function shownText(text: string): string {
  return new TextDecoder().decode(shown(bytesOf(text)));
}

describe('TerminalFilter lets through', () => {
  it.each([
    ['text and ends of lines', 'one\r\ntwo\tthree\b\u0007'],
    ['letters of any alphabet', 'ä € ☂ 😀 \u00a0'],
    ['colours', `${CSI}1;31mred${CSI}0m ${CSI}38;2;1;2;3m${CSI}38:5:9m${CSI}m`],
    ['movement of the cursor', `${CSI}2A${CSI}H${CSI}10;20H${CSI}3C${ESC}7${ESC}8${ESC}M`],
    ['erasing', `${CSI}2J${CSI}K${CSI}1K`],
    ['the other screen and the cursor’s look', `${CSI}?1049h${CSI}?25l${CSI}?7;25h`],
    ['line drawing', `${ESC}(0lqk${ESC}(B`],
  ])('%s', (_what, text) => {
    expect(shownText(text)).toBe(text);
  });
});

describe('TerminalFilter holds back', () => {
  it.each([
    ['where the cursor is', `${CSI}6n`],
    ['where the cursor is, of a DEC terminal', `${CSI}?6n`],
    ['how the terminal is', `${CSI}5n`],
    ['what the terminal is', `${CSI}c`],
    ['what the terminal is, with a number', `${CSI}0c`],
    ['its version', `${CSI}>c`],
    ['its unit number', `${CSI}=c`],
    ['its name', `${CSI}>q`],
    ['what it is, as a VT52 is asked', `${ESC}Z`],
    ['its answerback', '\u0005'],
    ['its parameters', `${CSI}x`],
    ['a mode', `${CSI}?25$p`],
    ['a setting', `${ESC}P$qm${ESC}\\`],
    ['the title of its window', `${CSI}21t`],
    ['its size', `${CSI}18t`],
    ['graphics', `${CSI}?1;1;0S`],
    ['the state of the keyboard', `${CSI}?u`],
    ['a checksum', `${CSI}1;1;1;1;9;9*y`],
    ['a colour, up to BEL', `${ESC}]10;?\u0007`],
    ['a colour, up to ST', `${ESC}]4;1;?${ESC}\\`],
    ['the clipboard', `${ESC}]52;c;?\u0007`],
    ['a capability', `${ESC}P+q544e${ESC}\\`],
    ['anything, with the one character that begins a sequence', '\u009b'],
    ['to hear of the mouse', `${CSI}?1000h`],
    ['to hear of the mouse, beside a harmless mode', `${CSI}?25;1003h`],
    ['to hear of the focus', `${CSI}?1004h`],
    ['to mark what is pasted', `${CSI}?2004h`],
    ['other cursor keys', `${CSI}?1h`],
    ['another key pad', `${ESC}=`],
    ['other keys', `${CSI}>4;2m`],
    ['to print', `${CSI}5i`],
    ['to start afresh', `${ESC}c`],
  ])('a request for %s', (_what, text) => {
    expect(shownText(`a${text}b`)).toBe('ab');
  });

  it('the head of a sequence that is broken off, and shows the rest as text', () => {
    expect(shownText(`${CSI}6\nn`)).toBe('\nn');
    expect(shownText(`${ESC}]10;\nnext line\n`)).toBe('\nnext line\n');
    expect(shownText(`${CSI}6${CSI}1mx`)).toBe(`${CSI}1mx`);
  });

  it('a sequence that is too long to be meant', () => {
    expect(shownText(`${CSI}${'1;'.repeat(40)}mx`)).toBe('x');
  });

  it('bytes that only a terminal without UTF-8 understands', () => {
    expect(shown(new Uint8Array([0x9b, 0x36, 0x6e]))).toEqual(bytesOf('6n'));
    expect(shown(new Uint8Array([0xc2, 0xc2, 0x9b, 0x63]))).toEqual(bytesOf('c'));
  });
});

/** Output full of sequences, whole and broken. */
const output = fc
  .array(
    fc.oneof(
      fc.constantFrom(ESC, CSI, `${ESC}]`, `${ESC}P`, ';', '?', '6', 'n', 'c', 'm', '\u0007', '\n'),
      fc.constantFrom('\u009b', 'ä', '☂', 'x', '$', 'p', '\u0005', `${CSI}6n`, `${CSI}31m`),
    ),
    { maxLength: 40 },
  )
  .map((parts) => bytesOf(parts.join('')));
const anyBytes = fc.uint8Array({ maxLength: 60 });

/** What a terminal would answer, or take as the beginning of something that it answers. */
// oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
const QUESTION = /\u001b\[[0-?]*[ -/]*[ncqxtpuiy]|\u001b[Z\]PX^_c]|[\u0005\u0080-\u009f]/;
/** Recalls the cursor. */
const RECALL = `${CSI}u`;

describe('TerminalFilter', () => {
  it('shows the same however the output is cut', () => {
    fc.assert(
      fc.property(
        fc.oneof(output, anyBytes),
        fc.array(fc.nat(40), { maxLength: 8 }),
        (bytes, sizes) => {
          const pieces: Uint8Array[] = [];
          let from = 0;
          for (const size of sizes) pieces.push(bytes.subarray(from, (from += size)));
          pieces.push(bytes.subarray(from));
          expect(shown(...pieces)).toEqual(shown(bytes));
        },
      ),
    );
  });

  it('lets no question through, and leaves alone what it has let through', () => {
    fc.assert(
      fc.property(fc.oneof(output, anyBytes), (bytes) => {
        const once = shown(bytes);
        const text = new TextDecoder().decode(once).replaceAll(RECALL, '');
        expect(text).not.toMatch(QUESTION);
        expect(shown(once)).toEqual(once);
      }),
    );
  });
});
