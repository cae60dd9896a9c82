import { isMap, isScalar, type Node, type Pair } from 'yaml';
import { isDeepStrictEqual } from 'node:util';
import { BitiqError } from '../model/errors.ts';
import { lineStart } from './service-entry.ts';
import { nodeAt, parseYaml, placeOf, printKeyPath, type KeyPath, type YamlSource } from './source.ts';

/**
 * The text where a setting of a service, such as `['disruptionBudget', 'enabled']`, has a number or a truth value: in place where it has
 * one, else on a line of its own, with the map above it where that is not there, too. Every other byte stays; throws
 * `edit-unsupported` where that is impossible.
 */
export function setServiceValue(
  source: YamlSource,
  index: number,
  {
    setting,
    value,
    after,
  }: { readonly setting: KeyPath; readonly value: number | boolean; readonly after: string },
): string {
  const path = ['services', index, ...setting];
  const text = edited(source, { entry: ['services', index], setting, value, after });
  const wanted: unknown = structuredClone(source.document.toJS());
  let owner = wanted as Data;
  for (const key of path.slice(0, -1)) owner = (owner[key] ??= {}) as Data;
  owner[path.at(-1)!] = value;
  if (text !== undefined && isDeepStrictEqual(dataOf(text, source.file), wanted)) return text;
  throw new BitiqError({
    code: 'edit-unsupported',
    message: `${printKeyPath(path)} in ${source.file} cannot be set to ${value} byte-exactly.`,
    fix: `Write it there in a commit of its own, one key per line, then run the command again.`,
    place: placeOf(source, path),
  });
}

type Data = Record<string | number, unknown>;

function edited(
  source: YamlSource,
  {
    entry,
    setting,
    value,
    after,
  }: { readonly entry: KeyPath; readonly setting: KeyPath; readonly value: unknown; readonly after: string },
): string | undefined {
  const { text } = source;
  const node = nodeAt(source, [...entry, ...setting]);
  if (isScalar(node) && node.range && node.range[0] < node.range[1]) {
    return text.slice(0, node.range[0]) + String(value) + text.slice(node.range[1]);
  }
  const [first, second] = setting;
  const owner = second === undefined ? undefined : nodeAt(source, [...entry, first!]);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  if (isMap(owner) && !owner.flow) {
    const key = (owner.items[0] as Pair<Node> | undefined)?.key;
    if (!key?.range) return undefined;
    const at = lineStart(text, key.range[0]);
    return `${text.slice(0, at)}${' '.repeat(key.range[0] - at)}${second}: ${value as string}${newline}${text.slice(at)}`;
  }
  if (owner !== undefined) return undefined;
  const map = nodeAt(source, entry);
  const pair = isMap(map) ? map.items.find(({ key }) => isScalar(key) && key.value === after) : undefined;
  const [start] = (pair?.key as Node | undefined)?.range ?? [];
  const end = (pair?.value as Node | undefined)?.range?.[1];
  if (start === undefined || end === undefined) return undefined;
  const indent = ' '.repeat(start - lineStart(text, start));
  const lines =
    second === undefined
      ? [`${indent}${first}: ${value as string}`]
      : [`${indent}${first}:`, `${indent}  ${second}: ${value as string}`];
  const last = text.slice(0, end).trimEnd().length - 1;
  const lineEnd = text.indexOf('\n', last);
  return lineEnd < 0
    ? [text, ...lines].join(newline)
    : text.slice(0, lineEnd + 1) + lines.map((line) => line + newline).join('') + text.slice(lineEnd + 1);
}

function dataOf(text: string, file: string): unknown {
  try {
    return parseYaml(text, file).document.toJS();
  } catch {
    return undefined;
  }
}
