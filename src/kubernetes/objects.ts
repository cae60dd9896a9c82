import { parse } from 'yaml';
import { BitiqError, messageOf } from '../model/errors.ts';
import { parsePlainYaml } from '../yaml/parse-plain.ts';

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

/** One document of a rendering. Its head is known at once; the whole object is parsed when it is first asked for. */
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
 * milliseconds where parsing them all takes a second, so compare `text` before asking for `object`. Throws
 * `manifest-invalid` for a document that is not a Kubernetes object.
 */
export function readManifests(text: string): RenderedDocument[] {
  return text.split(/^---(?:[ \t].*)?$/m).flatMap((part) => {
    const document = part.replace(/^(?:[ \t]*(?:#.*)?(?:\r?\n|$))+/, '');
    return document.trim() === '' ? [] : [readDocument(document)];
  });
}

/** The object of this kind and name; undefined when the rendering has none. */
export function findObject(
  documents: readonly RenderedDocument[],
  kind: string,
  name: string,
): KubernetesObject | undefined {
  return documents.find((document) => document.kind === kind && document.name === name)?.object;
}

function readDocument(text: string): RenderedDocument {
  let parsed: KubernetesObject | undefined;
  const object = () => (parsed ??= parseObject(text));
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

/** The object in one YAML document; throws `manifest-invalid`. */
export function parseObject(text: string): KubernetesObject {
  let value: unknown;
  try {
    value = parsePlainYaml(text) ?? parse(text);
  } catch (error) {
    throw invalid(text, messageOf(error), error);
  }
  if (!isObject(value)) throw invalid(text, 'it is not a map with apiVersion, kind and metadata.name');
  return value;
}

function isObject(value: unknown): value is KubernetesObject {
  if (typeof value !== 'object' || value === null) return false;
  const { apiVersion, kind, metadata } = value as Partial<KubernetesObject>;
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string';
}

function invalid(text: string, why: string, cause?: unknown): BitiqError {
  const beginning = text.split('\n').slice(0, 6).join('\n').replace(/^/gm, '  | ');
  return new BitiqError({
    code: 'manifest-invalid',
    message: `A rendered document is not a Kubernetes object: ${why.replace(/[.\s]+$/, '')}.\n${beginning}`,
    fix: 'Correct the template that prints it; the document begins as shown.',
    cause,
  });
}
