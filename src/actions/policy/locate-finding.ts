import type { Place } from '../../model/errors.ts';
import type { RenderedDocument } from '../../kubernetes/objects.ts';
import type { LoadedPolicy } from '../../policy/read-policies.ts';
import { placeOf, type KeyPath, type YamlSource } from '../../yaml/source.ts';
import { readServices } from '../../yaml/values-file.ts';

const serviceLabel = 'app.kubernetes.io/name';

/** Where in the values file what a policy is about is said: the key that the policy names, of the service that the object belongs to. */
export function placeInValues(
  loaded: LoadedPolicy | undefined,
  service: string | undefined,
  values: YamlSource,
): Place {
  const key = loaded?.policy.metadata.annotations?.['bitiq.io/values'];
  const entry = readServices(values).find(({ name }) => name === service);
  const path: KeyPath = entry ? ['services', entry.index, ...(key?.split('.') ?? [])] : [];
  return placeOf(values, path);
}

/** The service that a rendered object belongs to, as its label says, else its name. */
export function serviceOfDocument(document: RenderedDocument): string {
  return document.object.metadata.labels?.[serviceLabel] ?? document.name;
}

/** The line (from 1) that each document of the manifests begins at. */
export function firstLines(
  manifests: string,
  documents: readonly RenderedDocument[],
): ReadonlyMap<RenderedDocument, number> {
  const lines = new Map<RenderedDocument, number>();
  let [offset, line] = [0, 1];
  for (const document of documents) {
    const start = manifests.indexOf(document.text, offset);
    if (start < 0) continue;
    for (
      let at = manifests.indexOf('\n', offset);
      at >= 0 && at < start;
      at = manifests.indexOf('\n', at + 1)
    )
      line += 1;
    offset = start;
    lines.set(document, line);
  }
  return lines;
}

/**
 * The line of a document that an expression is about, counted from its `first`: of the deepest field of `object` that it
 * names and the document has in block style, as Helm's templates are written.
 */
export function lineInDocument(
  document: RenderedDocument,
  first: number,
  expressions: readonly string[],
): number {
  const lines = document.text.split('\n');
  const found = expressions
    .flatMap(fieldPaths)
    .flatMap((path) =>
      prefixes.map((prefix) => {
        const { depth, line } = walk(lines, [...prefix, ...path]);
        return { own: depth - prefix.length, line };
      }),
    )
    .sort((a, b) => b.own - a.own)[0];
  return first + (found?.line ?? 0);
}

/** How deep a path leads into a document, and the line of the last key that is there. */
function walk(lines: readonly string[], path: readonly string[]): { depth: number; line: number } {
  let [at, indent, depth] = [-1, -1, 0];
  for (const key of path) {
    let own: number | undefined;
    const next = lines.findIndex((text, index) => {
      if (index <= at || own === -1) return false;
      const column = text.search(/[^ ]/);
      if (column < 0 || text[column] === '#') return false;
      // The first line below sets how far this map is indented; a line further left ends it.
      if (own === undefined && at >= 0) own = column > indent ? column : -1;
      own ??= 0;
      if (column < own) own = -1;
      if (column !== own) return false;
      return text.startsWith(`${key}:`, column) || text.startsWith(`"${key}":`, column);
    });
    if (next < 0) break;
    [at, indent, depth] = [next, own ?? 0, depth + 1];
  }
  return { depth, line: Math.max(at, 0) };
}

/** What autogen puts before the paths of a policy for Pods. */
const prefixes = [[], ['spec', 'template'], ['spec', 'jobTemplate', 'spec', 'template']];

function fieldPaths(expression: string): string[][] {
  return [...expression.matchAll(/(?<![\w.])object((?:\s*\.\s*(?:\?\s*)?[A-Za-z_]\w*(?![\w(]))+)/g)].map(
    (match) =>
      match[1]!
        .split('.')
        .map((part) => part.replace(/[?\s]/g, ''))
        .filter((part) => part !== ''),
  );
}
