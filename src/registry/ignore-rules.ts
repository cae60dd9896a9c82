import { posix } from 'node:path';
import { RE2JS } from 're2js';

/** The rules of a `.dockerignore`. */
export interface IgnoreRules {
  /** Whether a path is left out: relative to the context folder, parts joined by /. */
  readonly ignores: (path: string) => boolean;
  /** Whether a rule can bring something of a folder back that is left out. */
  readonly hasExceptions: boolean;
}

/** A rule that Docker does not take either. */
export class IgnoreRuleFault extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

interface Rule {
  readonly isException: boolean;
  readonly fits: (path: string) => boolean;
}

/**
 * Reads the rules of a `.dockerignore` as Docker does (moby/patternmatcher): the last rule that fits a path, or a folder above it,
 * decides. A path is matched in a time that grows with its length times the length of the rules, whatever stars they have.
 * Throws an IgnoreRuleFault.
 */
export function readIgnoreRules(text: string): IgnoreRules {
  const rules = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .flatMap((line, index) => readRule(line, index + 1));
  return {
    hasExceptions: rules.some(({ isException }) => isException),
    ignores: (path) => {
      const paths = withParents(path);
      let isIgnored = false;
      for (const { isException, fits } of rules)
        if (isException === isIgnored && paths.some(fits)) isIgnored = !isException;
      return isIgnored;
    },
  };
}

function readRule(line: string, number: number): Rule[] {
  if (line.startsWith('#')) return [];
  const written = line.trim();
  const isException = written.startsWith('!');
  const pattern = (isException ? written.slice(1) : written).trim();
  if (pattern === '') {
    if (isException) throw new IgnoreRuleFault(number, 'there is no pattern after !');
    return [];
  }
  const clean = posix
    .normalize(pattern)
    .replace(/(?<=.)\/$/, '')
    .replace(/^\/(?=.)/, '')
    .trim();
  const fault = new IgnoreRuleFault(number, `${pattern} is not a pattern of Docker`);
  if (hasFault(clean) || (isException && clean === '/')) throw fault;
  try {
    return [{ isException, fits: matcherOf(clean) }];
  } catch {
    throw fault;
  }
}

/** `a/b/c`, `a` and `a/b`. */
function withParents(path: string): string[] {
  const parts = path.split('/');
  return [path, ...parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('/'))];
}

const special = /[*?[\]\\]/;

/** `**` stands for any folders, `*` and `?` for anything but a slash; a pattern without any of them must be equal. */
function matcherOf(pattern: string): (path: string) => boolean {
  if (!special.test(pattern)) return (path) => path === pattern;
  const [end, start] = [pattern.slice(2), pattern.slice(0, -2)];
  if (pattern.startsWith('**') && !special.test(end))
    return (path) => path.endsWith(end) || (end.startsWith('/') && path === end.slice(1));
  if (pattern.endsWith('**') && !special.test(start)) return (path) => path.startsWith(start);
  const pieces = [...pattern.matchAll(/\*\*\/?|\\[\s\S]|[\s\S]/gu)].map(([piece]) => piece);
  const expression = pieces.map((piece, index) => {
    if (piece.startsWith('**')) return index === pieces.length - 1 ? '.*' : '(.*/)?';
    if (piece === '*') return '[^/]*';
    if (piece === '?') return '[^/]';
    return /^[.+()|{}$]$/.test(piece) ? `\\${piece}` : piece;
  });
  const compiled = RE2JS.compile(expression.join(''));
  return (path) => compiled.matches(path);
}

/** What Go's filepath.Match does not take: a class without an end or without a character, a backslash at the end. */
function hasFault(pattern: string): boolean {
  const one = String.raw`(?:\\[\s\S]|[^\]\\-])`;
  const first = String.raw`(?:\\[\s\S]|[^\]\\^-]|\^${one})`;
  const classes = String.raw`\[${first}(?:-${one})?(?:${one}(?:-${one})?)*\]`;
  return !RE2JS.compile(String.raw`(?:\\[\s\S]|[^\[\\]|${classes})*`).matches(pattern);
}
