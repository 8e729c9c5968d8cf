// Where a text stops being JSON (RFC 8259). Engines say it each in its own way, or not at all.

/** The first place that no JSON text can have. */
export interface JsonError {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  /** As in "here must be a value, not the end". */
  readonly reason: string;
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
// oxlint-disable-next-line no-control-regex -- control characters have to be escaped in JSON
const STRING_PART = /(?:[^"\\\u0000-\u001f]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;

/** What had to be at an offset. */
interface Wrong {
  readonly offset: number;
  readonly wanted: string;
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Goes through a whole text; what is open is kept in a list, as a text may be as deep as it likes. */
  scan(): Wrong | undefined {
    const open: ('{' | '[')[] = [];
    for (;;) {
      const wrong = this.#beginning(open);
      if (wrong !== undefined) return wrong;
      for (;;) {
        const inner = open.at(-1);
        this.#skip(SPACE);
        if (inner === undefined)
          return this.#at < this.#text.length ? this.#wrong('the end') : undefined;
        const close = inner === '{' ? '}' : ']';
        if (this.#take(',')) {
          const key = inner === '{' ? this.#key() : undefined;
          if (key !== undefined) return key;
          break;
        }
        if (!this.#take(close)) return this.#wrong(`a comma or ${close}`);
        open.pop();
      }
    }
  }

  /** Reads up to a value that holds nothing more to be read; opens what it goes into. */
  #beginning(open: ('{' | '[')[]): Wrong | undefined {
    for (;;) {
      this.#skip(SPACE);
      if (this.#take('{')) {
        this.#skip(SPACE);
        if (this.#take('}')) return undefined;
        open.push('{');
        const wrong = this.#key();
        if (wrong !== undefined) return wrong;
      } else if (this.#take('[')) {
        this.#skip(SPACE);
        if (this.#take(']')) return undefined;
        open.push('[');
      } else if (this.#text[this.#at] === '"') {
        return this.#string();
      } else {
        return this.#skip(NUMBER) > 0 || this.#skip(WORD) > 0 ? undefined : this.#wrong('a value');
      }
    }
  }

  #key(): Wrong | undefined {
    this.#skip(SPACE);
    if (this.#text[this.#at] !== '"') return this.#wrong('a name in double quotes');
    const wrong = this.#string();
    if (wrong !== undefined) return wrong;
    this.#skip(SPACE);
    return this.#take(':') ? undefined : this.#wrong('a colon');
  }

  #string(): Wrong | undefined {
    this.#at += 1;
    this.#skip(STRING_PART);
    return this.#take('"') ? undefined : this.#wrong('the end of a text in double quotes');
  }

  #take(sign: string): boolean {
    if (this.#text[this.#at] !== sign) return false;
    this.#at += 1;
    return true;
  }

  #skip(pattern: RegExp): number {
    pattern.lastIndex = this.#at;
    const length = pattern.exec(this.#text)?.[0].length ?? 0;
    this.#at += length;
    return length;
  }

  #wrong(wanted: string): Wrong {
    return { offset: this.#at, wanted };
  }
}

/** Where a text stops being JSON, and what had to be there; undefined for JSON. */
export function jsonErrorOf(text: string): JsonError | undefined {
  const wrong = new Scanner(text).scan();
  if (wrong === undefined) return undefined;
  const { offset, wanted } = wrong;
  const lines = text.slice(0, offset).split('\n');
  const found = text.codePointAt(offset);
  const words =
    found === undefined ? 'the end' : found === 10 ? 'a new line' : String.fromCodePoint(found);
  return {
    line: lines.length,
    column: (lines.at(-1)?.length ?? 0) + 1,
    reason: `here must be ${wanted}, not ${words}`,
  };
}
