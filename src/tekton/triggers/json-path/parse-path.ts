import { JsonPathError, type Node } from './nodes.ts';
import { unquote } from './unquote.ts';

/**
 * The parts of a path such as `.a[0]`, read as Kubernetes' client-go reads what stands between its braces: with a backslash for
 * a special character in a name, single quotes only around a key in brackets (dots in it still separate), numbers and words.
 */
export function parsePath(text: string): Node[] {
  return new Parser(`${text}}`).parse();
}

class Parser {
  readonly #text: string;
  readonly #nodes: Node[] = [];
  #start = 0;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Node[] {
    for (;;) {
      if (this.#text.startsWith('}', this.#at)) return this.#nodes;
      if (this.#text.startsWith('[?(', this.#at)) this.#filter();
      else if (this.#text.startsWith('..', this.#at)) this.#deep();
      else this.#part();
    }
  }

  #part(): void {
    const char = this.#next();
    if (char === '' || isEndOfLine(char)) throw new JsonPathError('unclosed action');
    if (char === ' ' || char === '@' || char === '$') this.#take();
    else if (char === '[') this.#brackets();
    else if (char === '"' || char === "'") this.#quoted(char);
    else if (char === '.') this.#field();
    else if (char === '+' || char === '-' || /\p{Nd}/u.test(char)) this.#number();
    else if (isWordy(char)) this.#word();
    else throw new JsonPathError(`unrecognized character in action: ${describe(char)}`);
  }

  #deep(): void {
    if (this.#nodes.at(-1)?.kind === 'deep') throw new JsonPathError('invalid multiple recursive descent');
    this.#at += 2;
    this.#take();
    this.#nodes.push({ kind: 'deep' });
    if (isWordy(this.#peek())) this.#field();
  }

  #field(): void {
    this.#take();
    for (;;) {
      const char = this.#peek();
      if (char !== '\\' && isTerminator(char)) break;
      this.#next();
      if (char === '\\') this.#next();
    }
    const name = this.#take();
    this.#nodes.push(name === '*' ? { kind: 'every' } : { kind: 'field', name: name.replaceAll('\\', '') });
  }

  #word(): void {
    while (!isTerminator(this.#peek())) this.#next();
    const word = this.#take();
    const isBool = word === 'true' || word === 'false';
    this.#nodes.push(isBool ? { kind: 'value', value: word === 'true' } : { kind: 'word', word });
  }

  #number(): void {
    while (/^[.\p{Nd}]$/u.test(this.#peek())) this.#next();
    const text = this.#take();
    const isInt =
      /^[+-]?[0-9]+$/.test(text) &&
      BigInt.asIntN(64, BigInt(text.replace('+', ''))) === BigInt(text.replace('+', ''));
    const number = Number(text);
    if (!isInt && (!/^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$/.test(text) || !Number.isFinite(number)))
      throw new JsonPathError(`cannot parse number ${text}`);
    this.#nodes.push({ kind: 'value', value: isInt ? BigInt(text.replace('+', '')) : number });
  }

  #quoted(quote: string): void {
    for (;;) {
      const char = this.#next();
      if (char === '' || char === '\n') throw new JsonPathError('unterminated quoted string');
      if (char === quote && this.#text[this.#at - 2] !== '\\') break;
    }
    this.#nodes.push({ kind: 'text', text: unquote(this.#take()) });
  }

  #brackets(): void {
    for (;;) {
      const char = this.#next();
      if (char === '' || char === '\n') throw new JsonPathError('unterminated array');
      if (char === ']') break;
    }
    const text = this.#take().slice(1, -1);
    const items = (text === '*' ? ':' : text).split(',');
    if (items.length > 1) {
      const paths = items.map((item) => parsePath(`[${item.replace(/^ +|(?<! ) +$/g, '')}]`));
      this.#nodes.push({ kind: 'union', paths });
      return;
    }
    const key = /^'([^']*)'$/.exec(items[0]!);
    if (key) this.#nodes.push(...parsePath(`.${key[1]}`));
    else this.#nodes.push(parseSlice(items[0]!));
  }

  #filter(): void {
    this.#at += '[?('.length;
    this.#take();
    let quote = '';
    let isClosed = false;
    for (;;) {
      const char = this.#next();
      if (char === '' || char === '\n') throw new JsonPathError('unterminated filter');
      if (char === '"' || char === "'") {
        if (quote === '') quote = char;
        else if (char === quote && this.#text[this.#at - 2] !== '\\') isClosed = true;
      }
      // Of several quoted texts only the first is looked at, as in client-go.
      if (char === ')' && (quote !== '') === isClosed) break;
    }
    if (this.#next() !== ']') throw new JsonPathError('unclosed array expect ]');
    const text = this.#take().slice(0, -2);
    const [, left, operator, right] = /^([^!<>=]+)([!<>=]+)([^\n]+)$/.exec(text) ?? [];
    this.#nodes.push({
      kind: 'filter',
      left: parsePath(left ?? text),
      operator,
      right: right === undefined ? [] : parsePath(right),
    });
  }

  #peek(): string {
    const code = this.#text.codePointAt(this.#at);
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  /** Empty at the end. */
  #next(): string {
    const char = this.#peek();
    this.#at += char.length;
    return char;
  }

  /** What was read since the last call. */
  #take(): string {
    const text = this.#text.slice(this.#start, this.#at);
    this.#start = this.#at;
    return text;
  }
}

function parseSlice(text: string): Node {
  const parts = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text);
  if (!parts) throw new JsonPathError(`invalid array index ${text}`);
  const [from, to, step] = [parts[1] ?? '', parts[2], parts[3]].map((part) => {
    const digits = part?.replace(':', '') ?? '';
    if (digits === '-' || Math.abs(Number(digits)) > 2 ** 63)
      throw new JsonPathError(`array index ${digits} is not a number`);
    return digits === '' ? undefined : Number(digits);
  });
  // Without a start an index is the first item, as in client-go.
  return { kind: 'slice', slice: { from, to, step, isIndex: parts[2] === undefined } };
}

function isTerminator(char: string): boolean {
  return char === '' || ' \t\r\n.,[]$@{}'.includes(char);
}

function isEndOfLine(char: string): boolean {
  return char === '\r' || char === '\n';
}

function isWordy(char: string): boolean {
  return /^[_\p{L}\p{Nd}]$/u.test(char);
}

/** Such as `U+007E '~'`. */
function describe(char: string): string {
  return `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} '${char}'`;
}
