import { LineCounter, parseDocument } from 'yaml';
import type { Place } from '../../model/errors.ts';
import type { RenderedDocument } from '../../kubernetes/objects.ts';
import type { LoadedPolicy } from '../../policy/read-policies.ts';
import { nodeAt, placeOf, type KeyPath, type YamlSource } from '../../yaml/source.ts';
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

/** The service that a rendered object belongs to, as its label says. */
export function serviceOf(document: RenderedDocument): string | undefined {
  return document.object.metadata.labels?.[serviceLabel];
}

/** The line of the manifests (from 1) that an expression is about: of the deepest field of `object` that it names and the object has. */
export function manifestLine(
  manifests: string,
  document: RenderedDocument,
  expressions: readonly string[],
): number | undefined {
  const offset = manifests.indexOf(document.text);
  if (offset < 0) return undefined;
  const first = manifests.slice(0, offset).split('\n').length;
  const lines = new LineCounter();
  const source: YamlSource = {
    file: '',
    text: document.text,
    document: parseDocument(document.text, { lineCounter: lines }),
    lines,
  };
  const paths = expressions
    .flatMap(fieldPaths)
    .flatMap((path) => prefixes.map((prefix) => [...prefix, ...path]));
  const found = paths
    .filter((path) => nodeAt(source, path) !== undefined)
    .sort((a, b) => b.length - a.length)[0];
  if (!found) return first;
  const parent = nodeAt(source, found)?.range?.[0] ?? 0;
  return first + lines.linePos(parent).line - 1;
}

/** What autogen puts before the paths of a policy for Pods. */
const prefixes: readonly KeyPath[] = [[], ['spec', 'template'], ['spec', 'jobTemplate', 'spec', 'template']];

function fieldPaths(expression: string): KeyPath[] {
  return [...expression.matchAll(/(?<![\w.])object((?:\s*\.\s*\??\s*[A-Za-z_]\w*(?![\w(]))+)/g)].map(
    (match) =>
      match[1]!
        .split('.')
        .map((part) => part.replace(/[?\s]/g, ''))
        .filter((part) => part !== ''),
  );
}
