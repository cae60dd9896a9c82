import { JsonPathError } from './nodes.ts';

const short: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

const escape =
  /\\(?:([abfnrtv\\'"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([\s\S]?))|(['"])/g;

/** The text of a quoted one, with the escapes of Go's strconv.Unquote; throws where there is another. */
export function unquote(quoted: string): string {
  const quote = quoted[0]!;
  const refuse = (): never => {
    throw new JsonPathError(`unquote string ${quoted} error invalid syntax`);
  };
  return quoted
    .slice(1, -1)
    .replace(
      escape,
      (
        found,
        letter?: string,
        byte?: string,
        four?: string,
        eight?: string,
        octal?: string,
        wrong?: string,
        bare?: string,
      ) => {
        if (bare !== undefined) return bare === quote ? refuse() : bare;
        if (wrong !== undefined) return refuse();
        if (letter === "'" || letter === '"') return letter === quote ? letter : refuse();
        if (letter !== undefined) return short[letter]!;
        const code =
          octal === undefined ? Number.parseInt((byte ?? four ?? eight)!, 16) : Number.parseInt(octal, 8);
        if (octal !== undefined && code > 255) return refuse();
        // A byte beyond ASCII is not a character of its own.
        if ((byte ?? octal) !== undefined) return code < 0x80 ? String.fromCharCode(code) : '\ufffd';
        const isRune = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
        return isRune ? String.fromCodePoint(code) : refuse();
      },
    );
}
