import { isSeq, LineCounter, YAMLParseError, type Node, type YAMLSeq } from 'yaml';
import { BitiqError, messageOf, type Place } from '../model/errors.ts';
import { parsePlainYaml } from '../yaml/parse-plain.ts';
import { parseValueWithinLimits, parseWithinLimits } from '../yaml/parse-within-limits.ts';

/** Any Kubernetes object, as far as every object is alike. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** One document of a rendering. Its head is known at once; the whole object is parsed when it is first needed. */
export interface RenderedDocument {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** `<kind>/<name>`, with the API group for kinds outside Kubernetes' core: unique in a rendering of one namespace. */
  readonly key: string;
  /** The document's text, without its `---` line and comments in front. */
  readonly text: string;
  readonly object: KubernetesObject;
}

/**
 * The documents of a multi-document YAML text, in its order; empty ones are left out. Reading 5,000 heads takes a few
 * milliseconds where parsing them all takes a second, so compare `text` before asking for `object`. A `List`, as
 * `kubectl get` prints it, is its items. Throws
 * `render-failed` for a document that is not a Kubernetes object, at its line when the text is that of a `file`.
 */
export function readManifests(text: string, file?: string): RenderedDocument[] {
  let offset = 0;
  let line = 1;
  return text.split(/^(---(?:[ \t].*)?)$/m).flatMap((part, index) => {
    const isSeparator = index % 2 === 1;
    const document = isSeparator ? '' : part.replace(/^(?:[ \t]*(?:#.*)?(?:\r?\n|$))+/, '');
    const start = offset + part.length - document.length;
    if (file !== undefined) line += countLines(text, offset, start);
    const place = file === undefined ? undefined : { file, line };
    if (file !== undefined) line += countLines(text, start, offset + part.length);
    offset += part.length;
    if (document.trim() === '') return [];
    return isList.test(document) ? readItems(document, place) : [readDocument(document, place)];
  });
}

function countLines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

const isList = /^[ \t]*["']?kind["']?:[ \t]*["']?List["']?[ \t]*(?:,[ \t]*)?\r?$/m;

function readItems(text: string, place: Place | undefined): RenderedDocument[] {
  const lines = new LineCounter();
  const document = parseWithinLimits(text, { lineCounter: lines });
  const items: unknown = document.get('items');
  if (document.errors.length > 0 || document.get('kind') !== 'List' || !isSeq(items))
    return [readDocument(text, place)];
  return (items as YAMLSeq<Node>).items.map((item) => {
    const [start, end] = item.range ?? [0, 0];
    const above = lines.linePos(start).line - 1;
    // The first line as far right as those below it, so that the lines are those of a document.
    const indent = ' '.repeat(Math.max(lines.linePos(start).col - 1, 0));
    const own = text.slice(start, end);
    const at = place && { ...place, line: (place.line ?? 1) + above };
    return { ...readDocument(indent + own, at), text: own };
  });
}

function readDocument(text: string, place: Place | undefined): RenderedDocument {
  let parsed: KubernetesObject | undefined;
  const object = () => (parsed ??= parseObject(text, place));
  const head = readHead(text) ?? headOf(object());
  return {
    ...head,
    key: keyOf(head.apiVersion, head.kind, head.name),
    text,
    get object() {
      return object();
    },
  };
}

interface Head {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

// Only what block style says plainly; anything else is left to the parser.
const plain = `["']?([A-Za-z0-9][-A-Za-z0-9./]*)["']?[ \\t]*$`;
const apiVersionLine = new RegExp(`^apiVersion: ${plain}`, 'm');
const kindLine = new RegExp(`^kind: ${plain}`, 'm');
const nameLine = new RegExp(`^metadata:[ \\t]*\\n(?:(?:  +.*)?\\n)*?  name: ${plain}`, 'm');

function readHead(text: string): Head | undefined {
  const apiVersion = apiVersionLine.exec(text)?.[1];
  const kind = kindLine.exec(text)?.[1];
  const name = nameLine.exec(text)?.[1];
  return apiVersion && kind && name ? { apiVersion, kind, name } : undefined;
}

function headOf({ apiVersion, kind, metadata }: KubernetesObject): Head {
  return { apiVersion, kind, name: metadata.name };
}

function keyOf(apiVersion: string, kind: string, name: string): string {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const isOwn = group === '' || !group.includes('.') || group.endsWith('.k8s.io');
  return isOwn ? `${kind}/${name}` : `${kind}.${group}/${name}`;
}

/** The object in one YAML document; throws `render-failed`, at the place where a file has the document. */
export function parseObject(text: string, place?: Place): KubernetesObject {
  let value: unknown;
  try {
    value = parsePlainYaml(text) ?? parseValueWithinLimits(text);
  } catch (error) {
    throw place ? invalidAt(place, text, error) : invalid(text, messageOf(error), { place, cause: error });
  }
  if (/[-:,[]\s*\*\w/.test(text) && isCyclic(value))
    throw invalid(text, 'an alias contains itself', { place });
  if (!isObject(value))
    throw invalid(text, 'it is not a map with apiVersion, kind and metadata.name', { place });
  return value;
}

function isObject(value: unknown): value is KubernetesObject {
  if (typeof value !== 'object' || value === null) return false;
  const { apiVersion, kind, metadata } = value as Partial<KubernetesObject>;
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string';
}

function isCyclic(value: unknown, above: ReadonlySet<unknown> = new Set()): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (above.has(value)) return true;
  const inside = new Set([...above, value]);
  return Object.values(value).some((item) => isCyclic(item, inside));
}

/** The line that the parser names counts from the document's own beginning. */
function invalidAt(place: Place, text: string, error: unknown): BitiqError {
  const inside = error instanceof YAMLParseError ? (error.linePos?.[0].line ?? 1) - 1 : 0;
  const why = messageOf(error).replace(/ at line \d+, column \d+:[\s\S]*$/, '');
  return invalid(text, why, { place: { ...place, line: (place.line ?? 1) + inside }, cause: error });
}

function invalid(
  text: string,
  why: string,
  { place, cause }: { readonly place: Place | undefined; readonly cause?: unknown },
): BitiqError {
  const beginning = text.split('\n').slice(0, 6).join('\n').replace(/^/gm, '  | ');
  return new BitiqError({
    code: 'render-failed',
    message: `${place ? `A document of ${place.file}` : 'A rendered document'} is not a Kubernetes object: ${why.replace(/(?<![.\s])[.\s]+$/, '')}.\n${beginning}`,
    fix: place
      ? 'Correct the document, which begins as shown, or take it out of the file.'
      : 'Correct the template that prints it; the document begins as shown.',
    place,
    cause,
  });
}
