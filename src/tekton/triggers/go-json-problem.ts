/**
 * What Go's encoding/json says about a text that is to be a JSON object (or, when asked for, any JSON): the syntax error at its
 * first wrong byte, the type it is instead, or the number that no double can hold; undefined for an object and for null.
 * Senders get this text in the answer of an EventListener.
 */
export function goJsonProblem(body: Buffer, wanted: 'object' | 'any' = 'object'): string | undefined {
  const reader = new Reader(body);
  try {
    const type = reader.document();
    if (wanted === 'object' && type !== 'object' && type !== 'null')
      return `json: cannot unmarshal ${type} into Go value of type map[string]interface {}`;
    if (reader.tooLarge !== undefined)
      return `json: cannot unmarshal number ${reader.tooLarge} into Go value of type float64`;
    return undefined;
  } catch (error) {
    if (error instanceof WrongJson) return error.message;
    throw error;
  }
}

/** As deep as Go reads objects and lists in each other. */
const deepest = 10_000;

class WrongJson extends Error {}

type JsonType = 'object' | 'array' | 'string' | 'number' | 'bool' | 'null';

const code = (char: string): number => char.charCodeAt(0);
const [quoteMark, backslash, comma, colon] = [code('"'), code('\\'), code(','), code(':')];
const [openBrace, closeBrace, openBracket, closeBracket] = [code('{'), code('}'), code('['), code(']')];
const [minus, plus, dot, zero] = [code('-'), code('+'), code('.'), code('0')];
const [small, large] = [code('e'), code('E')];
const end = -1;

/** Reads JSON byte by byte, with the words of Go's scanner. Bytes are numbers here: a string for each would cost ten times as much. */
class Reader {
  /** The first number that no double can hold. */
  tooLarge: string | undefined;
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  document(): JsonType {
    const type = this.#value();
    this.#space();
    if (this.#at < this.#bytes.length) this.#fail('after top-level value');
    return type;
  }

  /** Goes on without recursion, as deep as the text is. */
  #value(): JsonType {
    const open: ('object' | 'array')[] = [];
    let outermost: JsonType | undefined;
    for (;;) {
      this.#space();
      const type = this.#scalarOrOpening(open.length);
      outermost ??= type;
      let isClosed = true;
      if (type === 'object' || type === 'array') {
        this.#space();
        isClosed = this.#peek() === (type === 'object' ? closeBrace : closeBracket);
        if (isClosed) this.#at++;
        else {
          open.push(type);
          if (type === 'object') this.#key();
        }
      }
      while (isClosed && open.length > 0) {
        const inside = open.at(-1)!;
        this.#space();
        const byte = this.#peek();
        if (byte === comma) {
          this.#at++;
          if (inside === 'object') {
            this.#space();
            this.#key();
          }
          isClosed = false;
        } else if (byte === (inside === 'object' ? closeBrace : closeBracket)) {
          this.#at++;
          open.pop();
        } else this.#fail(inside === 'object' ? 'after object key:value pair' : 'after array element');
      }
      if (open.length === 0) return outermost;
    }
  }

  #scalarOrOpening(depth: number): JsonType {
    const byte = this.#peek();
    if (byte === openBrace || byte === openBracket) {
      if (depth === deepest) this.#fail('exceeded max depth');
      this.#at++;
      return byte === openBrace ? 'object' : 'array';
    }
    if (byte === quoteMark) {
      this.#at++;
      this.#string();
      return 'string';
    }
    if (byte === minus || isDigit(byte)) {
      this.#number();
      return 'number';
    }
    if (byte === code('t')) return this.#word('true', 'bool');
    if (byte === code('f')) return this.#word('false', 'bool');
    if (byte === code('n')) return this.#word('null', 'null');
    return this.#fail('looking for beginning of value');
  }

  #key(): void {
    this.#take(quoteMark, 'looking for beginning of object key string');
    this.#string();
    this.#space();
    this.#take(colon, 'after object key');
  }

  #string(): void {
    for (;;) {
      const byte = this.#peek();
      if (byte < 0x20) this.#fail('in string literal');
      this.#at++;
      if (byte === quoteMark) return;
      if (byte !== backslash) continue;
      const escape = this.#peek();
      if (escape === end || !'"\\/bfnrtu'.includes(String.fromCharCode(escape)))
        this.#fail('in string escape code');
      this.#at++;
      if (escape === code('u')) {
        for (let i = 0; i < 4; i++) {
          if (!isHexDigit(this.#peek())) this.#fail('in \\u hexadecimal character escape');
          this.#at++;
        }
      }
    }
  }

  #number(): void {
    const start = this.#at;
    if (this.#peek() === minus) {
      this.#at++;
      if (!isDigit(this.#peek())) this.#fail('in numeric literal');
    }
    if (this.#peek() === zero) this.#at++;
    else this.#digits();
    let canBeTooLarge = this.#at - start > 300;
    if (this.#peek() === dot) {
      this.#at++;
      if (!isDigit(this.#peek())) this.#fail('after decimal point in numeric literal');
      this.#digits();
    }
    if (this.#peek() === small || this.#peek() === large) {
      canBeTooLarge = true;
      this.#at++;
      if (this.#peek() === plus || this.#peek() === minus) this.#at++;
      if (!isDigit(this.#peek())) this.#fail('in exponent of numeric literal');
      this.#digits();
    }
    if (!canBeTooLarge || this.tooLarge !== undefined) return;
    const text = this.#bytes.toString('latin1', start, this.#at);
    if (!Number.isFinite(Number(text))) this.tooLarge = text;
  }

  #digits(): void {
    while (isDigit(this.#peek())) this.#at++;
  }

  #word(word: string, type: JsonType): JsonType {
    this.#at++;
    for (const char of word.slice(1)) this.#take(code(char), `in literal ${word} (expecting '${char}')`);
    return type;
  }

  #space(): void {
    for (let byte = this.#peek(); byte === 0x20 || (byte >= 0x09 && byte <= 0x0d); byte = this.#peek()) {
      if (byte === 0x0b || byte === 0x0c) return;
      this.#at++;
    }
  }

  /** The next byte, or `end`. */
  #peek(): number {
    return this.#at < this.#bytes.length ? this.#bytes[this.#at]! : end;
  }

  #take(byte: number, where: string): void {
    if (this.#peek() !== byte) this.#fail(where);
    this.#at++;
  }

  #fail(where: string): never {
    const byte = this.#peek();
    // At the end Go looks whether a space could stand there.
    if (byte === end && !isTight(where)) throw new WrongJson('unexpected end of JSON input');
    throw new WrongJson(
      `invalid character ${quote(byte === end ? ' ' : String.fromCharCode(byte))} ${where}`,
    );
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isHexDigit(byte: number): boolean {
  return isDigit(byte) || (byte >= 0x61 && byte <= 0x66) || (byte >= 0x41 && byte <= 0x46);
}

/** Whether no space may stand at a place. */
function isTight(where: string): boolean {
  return where !== 'in string literal' && /^(?:in|after decimal point in) /.test(where);
}

function quote(char: string): string {
  if (char === "'") return `'\\''`;
  if (char === '"') return `'"'`;
  const short: Readonly<Record<string, string>> = {
    '\u0007': '\\a',
    '\b': '\\b',
    '\f': '\\f',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\v': '\\v',
    '\\': '\\\\',
  };
  const value = char.charCodeAt(0);
  const isPrinted = (value >= 0x20 && value < 0x7f) || (value > 0xa0 && value !== 0xad);
  const hex = value.toString(16);
  const escaped = value < 0x80 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`;
  return `'${short[char] ?? (isPrinted ? char : escaped)}'`;
}
