/**
 * The value of a YAML document in plain block style (maps, lists, one-line scalars), twenty times as fast as a whole parser; undefined on
 * any doubt (block scalars, flow collections, anchors, tags, unusual numbers, faults), where a parser must decide. What it gives is
 * what both YAML 1.1 and YAML 1.2's core schema say.
 */
export function parsePlainYaml(text: string): unknown {
  // Deeper or longer than any person writes is for the parser, which refuses it by its place.
  if (text.length > longest || unprintable.test(text)) return undefined;
  const lines: Line[] = [];
  for (const raw of text.split('\n')) {
    const indent = raw.search(/[^ ]/);
    if (indent < 0 || raw[indent] === '#') continue;
    // Each dash at the beginning is a list in the one before it.
    if (/^[ -]*/.exec(raw)![0].length > deepest) return undefined;
    lines.push({ indent, text: raw.trimEnd().slice(indent) });
  }
  const first = lines[0];
  if (first === undefined) return undefined;
  const reader = { lines, at: 0 };
  const value = readBlock(reader, first.indent);
  return reader.at === lines.length && value !== doubt ? value : undefined;
}

const longest = 8 * 1024 * 1024;
const deepest = 400;

interface Line {
  readonly indent: number;
  readonly text: string;
}

interface Reader {
  readonly lines: Line[];
  at: number;
}

const doubt = Symbol('doubt');
// Anything that is not printable ASCII or a line feed: tabs, carriage returns, exotic line breaks.
const unprintable = /[^\n\u0020-\u007E\u00A1-\u024F\u2190-\u21FF\u2013\u2014\u2026]/;

function readBlock(reader: Reader, indent: number): unknown {
  const line = reader.lines[reader.at];
  if (line?.indent !== indent) return doubt;
  return isItem(line.text) ? readList(reader, indent) : readMap(reader, indent);
}

function readMap(reader: Reader, indent: number): unknown {
  const map: Record<string, unknown> = {};
  for (
    let line = reader.lines[reader.at];
    line !== undefined && line.indent >= indent;
    line = reader.lines[reader.at]
  ) {
    const entry = line.indent === indent && !isItem(line.text) ? keyLine.exec(line.text) : null;
    if (entry === null) return doubt;
    const key = readKey(entry[1]!);
    if (key === undefined || Object.hasOwn(map, key)) return doubt;
    reader.at++;
    const value = readValue(reader, indent, withoutComment(entry[2] ?? ''), isItem);
    if (value === doubt) return doubt;
    map[key] = value;
  }
  return map;
}

function readList(reader: Reader, indent: number): unknown {
  const list: unknown[] = [];
  for (
    let line = reader.lines[reader.at];
    line !== undefined && line.indent >= indent;
    line = reader.lines[reader.at]
  ) {
    if (line.indent !== indent) return doubt;
    // A list may stand at the indentation of its key; the next key ends it.
    if (!isItem(line.text)) return list;
    const written = line.text.slice(1).trimStart();
    const rest = withoutComment(written);
    let value: unknown;
    if (rest !== '' && (isItem(rest) || keyLine.test(rest))) {
      const inner = indent + line.text.length - written.length;
      reader.lines[reader.at] = { indent: inner, text: rest };
      value = readBlock(reader, inner);
    } else {
      reader.at++;
      value = readValue(reader, indent, rest, () => false);
    }
    if (value === doubt) return doubt;
    list.push(value);
  }
  return list;
}

function readValue(
  reader: Reader,
  indent: number,
  inline: string,
  mayStartAtIndent: (text: string) => boolean,
): unknown {
  const next = reader.lines[reader.at];
  const isDeeper = next !== undefined && next.indent > indent;
  // A deeper line after a value would belong to it.
  if (inline !== '') return isDeeper ? doubt : readScalar(inline);
  if (isDeeper) return readBlock(reader, next.indent);
  return next?.indent === indent && mayStartAtIndent(next.text) ? readList(reader, indent) : null;
}

const keyLine = /^([A-Za-z0-9_./-]+|"(?:[^"\\]|\\.)*"):(?: +([^ ].*)?)?$/;
const word = /^(?:null|true|false|yes|no|on|off|y|n|e[-+]?[0-9]+)$/i;

function isItem(text: string): boolean {
  return text === '-' || text.startsWith('- ');
}

/** What stands before a comment. Inside quotes a number sign is not a comment; a scalar that then looks odd is doubtful anyway. */
function withoutComment(text: string): string {
  if (!text.includes('#')) return text;
  if (text.startsWith('#')) return '';
  const end = text.startsWith('"') ? /^"(?:[^"\\]|\\.)*"/.exec(text)?.[0].length : 0;
  if (end === undefined) return text;
  const comment = text.indexOf(' #', end);
  return comment < 0 ? text : text.slice(0, comment).trimEnd();
}

function readKey(text: string): string | undefined {
  if (text.startsWith('"')) return quoted(text);
  // What begins with a digit may be a number or a date, in more ways than are worth telling apart: 1e-3, 0b1, 1_000, 2026-01-01.
  return word.test(text) || /^[-+.0-9]|^__proto__$/.test(text) ? undefined : text;
}

function readScalar(text: string): unknown {
  if (text.startsWith('"')) return quoted(text) ?? doubt;
  if (text === '{}') return {};
  if (text === '[]') return [];
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (/^(?:0|-?[1-9][0-9]{0,14})$/.test(text)) return Number(text);
  if (/^[0-9]+(?:m|k|M|G|Ki|Mi|Gi|s|%)$/.test(text)) return text;
  // Two dots make no number: a version.
  if (/^[0-9]+\.[0-9]+\.[0-9][0-9A-Za-z.-]*$/.test(text)) return text;
  const isText = /^[A-Za-z/_][^#:"'\\]*$|^[A-Za-z/_][A-Za-z0-9_./@:-]*[A-Za-z0-9_/]$/.test(text);
  return isText && !word.test(text) ? text : doubt;
}

// Every JSON string says the same in YAML.
function quoted(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' && value !== '__proto__' ? value : undefined;
  } catch {
    return undefined;
  }
}
