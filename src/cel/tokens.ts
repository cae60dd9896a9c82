/** A piece of a CEL expression: a text literal (with its quotes and prefix), or what lies between two of them. */
export interface CelPiece {
  readonly kind: 'code' | 'literal';
  readonly text: string;
}

const literal =
  /\/\/[^\n]*|(?:[rR][bB]?|[bB][rR])(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"[^"\n]*"|'[^'\n]*')|[bB]?(?:"""(?:\\[\s\S]|[^\\])*?"""|'''(?:\\[\s\S]|[^\\])*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')/g;

/** The pieces of an expression, in order; their texts joined give the expression again. Comments count as literals. */
function splitLiterals(expression: string): CelPiece[] {
  const pieces: CelPiece[] = [];
  let end = 0;
  for (const match of expression.matchAll(literal)) {
    if (match.index > end) pieces.push({ kind: 'code', text: expression.slice(end, match.index) });
    pieces.push({ kind: 'literal', text: match[0] });
    end = match.index + match[0].length;
  }
  if (end < expression.length) pieces.push({ kind: 'code', text: expression.slice(end) });
  return pieces;
}

/** The expression with its code changed and its text literals as they are. */
export function mapCode(expression: string, change: (code: string) => string): string {
  return splitLiterals(expression)
    .map(({ kind, text }) => (kind === 'code' ? change(text) : text))
    .join('');
}

/** The names that an expression reads of a variable, such as `limit` in `variables.limit`. */
export function fieldsOf(expression: string, variable: string): string[] {
  const names: string[] = [];
  mapCode(expression, (code) => {
    for (const match of code.matchAll(new RegExp(`(?<![\\w.])${variable}\\s*\\.\\s*(\\w+)`, 'g')))
      names.push(match[1]!);
    return code;
  });
  return names;
}
