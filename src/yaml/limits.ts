import { Lexer } from 'yaml';

/** What is wrong with a text, and at which of its characters. */
export interface YamlFault {
  readonly message: string;
  readonly at: number;
}

/** Parsing takes some 50 times the memory of a text; what people write is far below. */
const largest = 8 * 1024 * 1024;
/** Brackets in one another: a parser that goes 700 deep ends the whole process. Go's refuses 10,000. */
const deepestFlow = 100;
/** Spaces, dashes, colons and question marks at the beginning of a line: as many blocks are in one another at most. */
const furthest = 200;
/** Keys that are lists or maps, or written with `?`: each takes a time that grows with all that is in it. */
const mostOddKeys = 500;

/** What makes a YAML text too large to be parsed in a time and a memory that anyone would wait for; undefined for what people write. */
export function findBeyondLimits(text: string): YamlFault | undefined {
  if (text.length > largest)
    return {
      message: `it has ${text.length} characters, and bitiq reads YAML of at most ${largest}`,
      at: 0,
    };
  return maySurpass(text) ? findTooDeep(text) : undefined;
}

/** Whether so many marks are in a text that what they mean has to be looked at. */
function maySurpass(text: string): boolean {
  let [brackets, questions, column, isLeading] = [0, 0, 0, true];
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === lineFeed) [column, isLeading] = [0, true];
    else {
      if (character === openBracket || character === openBrace) brackets++;
      if (character === question) questions++;
      isLeading &&= leading.has(character);
      if (isLeading && ++column > furthest) return true;
    }
  }
  return brackets > deepestFlow || questions > mostOddKeys;
}

const [lineFeed, openBracket, openBrace, question] = [10, 91, 123, 63];
const leading = new Set([...' \t-:?'].map((character) => character.charCodeAt(0)));

/** Goes through the tokens, of which a text or a block of it is one, whatever marks are in it. */
function findTooDeep(text: string): YamlFault | undefined {
  const isClosing = (token: string) => token === ']' || token === '}';
  let [at, flow, column, oddKeys, isLeading, afterClosing] = [0, 0, 0, 0, true, false];
  for (const token of new Lexer().lex(text)) {
    // Before a text the lexer puts a mark of its own, and another one before a document.
    if (token === '\u001f' || token === '\u0002' || token === '\u0018') continue;
    if (token === '[' || token === '{') flow++;
    else if (isClosing(token)) flow--;
    else if (token === '?' || (token === ':' && afterClosing)) oddKeys++;
    if (token.includes('\n')) [column, isLeading] = [0, true];
    else {
      isLeading &&= /^[ \t?:-]+$/.test(token);
      if (isLeading) column += token.length;
    }
    if (flow > deepestFlow || column > furthest)
      return { message: 'lists or maps are too deep in one another', at };
    if (oddKeys > mostOddKeys)
      return { message: `more than ${mostOddKeys} keys are lists or maps, or are written with ?`, at };
    at += token.length;
    if (token.trim() !== '') afterClosing = isClosing(token);
  }
  return undefined;
}
