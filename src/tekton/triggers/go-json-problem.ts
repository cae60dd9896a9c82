/**
 * What Go's encoding/json says about a text that is to be a JSON object (or, when asked for, any JSON): the syntax error at its
 * first wrong byte, the type it is instead, or the number that no double can hold; undefined for an object and for null.
 * Senders get this text in the answer of an EventListener.
 */
export function goJsonProblem(body: Buffer, wanted: 'object' | 'any' = 'object'): string | undefined {
  const reader = new Reader(body.toString('latin1'));
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

/** Reads JSON byte by byte, with the words of Go's scanner. */
class Reader {
  /** The first number that no double can hold. */
  tooLarge: string | undefined;
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonType {
    const type = this.#value();
    this.#space();
    if (this.#at < this.#text.length) this.#fail('after top-level value');
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
        isClosed = this.#peek() === (type === 'object' ? '}' : ']');
        if (isClosed) this.#at++;
        else {
          open.push(type);
          if (type === 'object') this.#key();
        }
      }
      while (isClosed && open.length > 0) {
        const inside = open.at(-1)!;
        this.#space();
        const char = this.#next(
          inside === 'object' ? 'after object key:value pair' : 'after array element',
          inside === 'object' ? ',}' : ',]',
        );
        if (char === ',') {
          if (inside === 'object') {
            this.#space();
            this.#key();
          }
          isClosed = false;
        } else open.pop();
      }
      if (open.length === 0) return outermost;
    }
  }

  #scalarOrOpening(depth: number): JsonType {
    const char = this.#next('looking for beginning of value');
    if (char === '{' || char === '[') {
      if (depth === deepest) {
        this.#at--;
        this.#fail('exceeded max depth');
      }
      return char === '{' ? 'object' : 'array';
    }
    if (char === '"') {
      this.#string();
      return 'string';
    }
    if (char === 't') return this.#word('true', 'bool');
    if (char === 'f') return this.#word('false', 'bool');
    if (char === 'n') return this.#word('null', 'null');
    if (/[-0-9]/.test(char)) {
      this.#number(char);
      return 'number';
    }
    this.#at--;
    return this.#fail('looking for beginning of value');
  }

  #key(): void {
    this.#next('looking for beginning of object key string', '"');
    this.#string();
    this.#space();
    this.#next('after object key', ':');
  }

  #string(): void {
    for (;;) {
      const char = this.#next('in string literal');
      if (char === '"') return;
      if (char < ' ') {
        this.#at--;
        this.#fail('in string literal');
      }
      if (char !== '\\') continue;
      const escape = this.#next('in string escape code', '"\\/bfnrtu');
      if (escape === 'u') {
        for (let i = 0; i < 4; i++)
          this.#next('in \\u hexadecimal character escape', '0123456789abcdefABCDEF');
      }
    }
  }

  #number(first: string): void {
    const start = this.#at - 1;
    const digits = '0123456789';
    const digit = first === '-' ? this.#next('in numeric literal', digits) : first;
    if (digit !== '0') this.#skip(digits);
    if (this.#peek() === '.') {
      this.#at++;
      this.#next('after decimal point in numeric literal', digits);
      this.#skip(digits);
    }
    if (this.#peek() === 'e' || this.#peek() === 'E') {
      this.#at++;
      if (this.#peek() === '+' || this.#peek() === '-') this.#at++;
      this.#next('in exponent of numeric literal', digits);
      this.#skip(digits);
    }
    const text = this.#text.slice(start, this.#at);
    if (!Number.isFinite(Number(text))) this.tooLarge ??= text;
  }

  #word(word: string, type: JsonType): JsonType {
    for (const char of word.slice(1)) this.#next(`in literal ${word} (expecting '${char}')`, char);
    return type;
  }

  #space(): void {
    this.#skip(' \t\r\n');
  }

  #skip(chars: string): void {
    while (this.#at < this.#text.length && chars.includes(this.#peek())) this.#at++;
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  /** The next byte, which must be one of those allowed. */
  #next(where: string, allowed?: string): string {
    const char = this.#peek();
    if (char === '' || (allowed !== undefined && !allowed.includes(char))) this.#fail(where);
    this.#at++;
    return char;
  }

  #fail(where: string): never {
    const char = this.#peek();
    // At the end Go looks whether a space could stand there.
    if (char === '' && !isTight(where)) throw new WrongJson('unexpected end of JSON input');
    throw new WrongJson(`invalid character ${quote(char || ' ')} ${where}`);
  }
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
  const code = char.charCodeAt(0);
  const isPrinted = (code >= 0x20 && code < 0x7f) || (code > 0xa0 && code !== 0xad);
  const hex = code.toString(16);
  const escaped = code < 0x80 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`;
  return `'${short[char] ?? (isPrinted ? char : escaped)}'`;
}
