// What of a guest's output may reach the user's terminal: text, colours and cursor movement. A terminal answers some
// sequences by typing, into the shell of whoever started us, and others change what its keys send, set its title or its
// clipboard, or print: none of those passes. What is known to be harmless passes, not what is not known to harm
// (ECMA-48; xterm's control sequences).

const ESC = 0x1b;
const CSI = 0x5b;
/** Longest sequence that passes; colours of a cell take some 40. */
const MAX_SEQUENCE = 64;

/** BEL, BS, HT, LF, VT, FF, CR. ENQ would be answered, SO and SI change the alphabet. */
const PLAIN_CONTROLS: ReadonlySet<number> = new Set([7, 8, 9, 10, 11, 12, 13]);
const LINE_FEED = 10;
/** ESC and one character: keep and recall the cursor, move it by a line, set a tab stop. */
const SHORT_FINALS = codesOf('78DEHM');
/** Control sequences with numbers only: moving, erasing, inserting, scrolling, repeating, tab stops, colours, margins. */
const PLAIN_FINALS = codesOf('ABCDEFGHIJKLMPSTXZ`abdefgmrsu');
/** Private modes that change what is seen, not what the keys and the mouse send: wrapping, the cursor, the other screen. */
const SCREEN_MODES: ReadonlySet<string> = new Set(['7', '12', '25', '47', '1047', '1048', '1049']);
// oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
const MODE_CHANGE = /^\u001b\[\?([0-9;]+)[hl]$/;
// oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
const NUMBERS_ONLY = /^\u001b\[[0-9;:]*.$/;
/** US-ASCII, British, or line drawing as the alphabet. */
// oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
const ALPHABET = /^\u001b\([0AB]$/;
/** Strings for the terminal itself, up to BEL or ST: DCS, SOS, OSC, PM, APC. */
const STRING_STARTS = codesOf('PX]^_');

type State = 'text' | 'escape' | 'designation' | 'sequence' | 'string';

/** Filters one stream; it may be cut anywhere. */
export class TerminalFilter {
  #state: State = 'text';
  /** The sequence so far. */
  #held: number[] = [];
  /** Bytes of a UTF-8 character that are still to come. */
  #missing = 0;
  /** C2 came, which makes a control character of some bytes and a letter of others. */
  #isC2 = false;

  /** What may be shown of the next bytes. */
  take(bytes: Uint8Array): Uint8Array {
    const shown: number[] = [];
    for (const byte of bytes) this.#step(byte, shown);
    return new Uint8Array(shown);
  }

  #step(byte: number, shown: number[]): void {
    if (byte === ESC) {
      this.#begin();
      return;
    }
    switch (this.#state) {
      case 'text':
        this.#text(byte, shown);
        return;
      case 'escape':
        this.#escape(byte, shown);
        return;
      case 'designation':
      case 'sequence':
        this.#sequence(byte, shown);
        return;
      case 'string':
        // The terminal has seen no beginning of it: the end of a line may end it, so that no text is lost for ever.
        if (byte < 0x20) this.#end();
        if (byte === LINE_FEED) shown.push(byte);
    }
  }

  #begin(): void {
    this.#state = 'escape';
    this.#held = [ESC];
    this.#missing = 0;
    this.#isC2 = false;
  }

  #end(): void {
    this.#state = 'text';
    this.#held = [];
  }

  #text(byte: number, shown: number[]): void {
    if (this.#isC2) {
      this.#isC2 = false;
      // U+0080 to U+009f are controls, CSI and OSC among them.
      if (byte >= 0xa0 && byte < 0xc0) shown.push(0xc2, byte);
      if (byte >= 0x80 && byte < 0xc0) return;
    }
    if (byte >= 0x80) {
      this.#wide(byte, shown);
      return;
    }
    this.#missing = 0;
    if ((byte >= 0x20 && byte !== 0x7f) || PLAIN_CONTROLS.has(byte)) shown.push(byte);
  }

  /** A byte of a character of more than one. Alone it would be a control to a terminal that does not know UTF-8. */
  #wide(byte: number, shown: number[]): void {
    if (byte < 0xc0) {
      if (this.#missing > 0) shown.push(byte);
      this.#missing = Math.max(0, this.#missing - 1);
    } else if (byte === 0xc2) {
      this.#isC2 = true;
      this.#missing = 0;
    } else {
      this.#missing = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
      shown.push(byte);
    }
  }

  #escape(byte: number, shown: number[]): void {
    this.#held.push(byte);
    if (byte === CSI) this.#state = 'sequence';
    else if (STRING_STARTS.has(byte)) this.#state = 'string';
    else if (byte >= 0x20 && byte < 0x30) this.#state = 'designation';
    else {
      if (SHORT_FINALS.has(byte)) shown.push(...this.#held);
      this.#end();
    }
  }

  #sequence(byte: number, shown: number[]): void {
    const isFinal = this.#state === 'sequence' ? byte >= 0x40 : byte >= 0x30;
    if (byte < 0x20 || byte >= 0x7f) {
      // Not part of any sequence: without its beginning the rest is text.
      this.#end();
      this.#text(byte, shown);
      return;
    }
    if (this.#held.length <= MAX_SEQUENCE) this.#held.push(byte);
    if (!isFinal) return;
    if (this.#held.length <= MAX_SEQUENCE && this.#isHarmless(byte)) shown.push(...this.#held);
    this.#end();
  }

  #isHarmless(final: number): boolean {
    const text = String.fromCharCode(...this.#held);
    if (this.#state === 'designation') return ALPHABET.test(text);
    if (NUMBERS_ONLY.test(text)) return PLAIN_FINALS.has(final);
    const modes = MODE_CHANGE.exec(text)?.[1]?.split(';');
    return modes?.every((mode) => SCREEN_MODES.has(mode)) === true;
  }
}

function codesOf(characters: string): ReadonlySet<number> {
  return new Set(new TextEncoder().encode(characters));
}
