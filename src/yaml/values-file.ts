import { isAlias, isMap, isSeq, type YAMLMap } from 'yaml';
import { combinationOf, type Combination } from '../model/combination.ts';
import { BitiqError } from '../model/errors.ts';
import { isServiceName } from '../model/service-name.ts';
import { parseTag } from '../model/tag.ts';
import { placeOf, type KeyPath, type YamlSource } from './source.ts';

/** One entry of the `services:` list. */
export interface ServiceEntry {
  readonly name: string;
  readonly index: number;
  readonly repository: string | undefined;
  readonly tag: string;
}

/** The entries of the `services:` list of a values file; an entry without name or tag is a `values-invalid` error at its place. */
export function readServices(source: YamlSource): ServiceEntry[] {
  const services = source.document.get('services', true);
  if (services === undefined || services === null)
    throw invalid(source, ['services'], 'it has no list `services:`');
  const list = isAlias(services) ? services.resolve(source.document) : services;
  if (!isSeq(list)) throw invalid(source, ['services'], '`services:` is not a list');
  // What an alias or a merge says is known only when the values are read; to edit it there is another matter.
  const read = /\*[^\s,\]}]/.test(source.text) ? readAliases(source) : undefined;
  return list.items.map((item, index) => {
    const resolved = read?.[index];
    const get = (path: readonly string[]): unknown =>
      read === undefined ? (item as YAMLMap).getIn(path) : path.reduce<unknown>(memberOf, resolved);
    if (read === undefined ? !isMap(item) : typeof resolved !== 'object' || resolved === null)
      throw invalid(source, ['services', index], `services[${index}] is not a map`);
    const name = get(['name']);
    if (typeof name !== 'string' || !isServiceName(name)) {
      throw invalid(source, ['services', index, 'name'], `services[${index}].name is not a service name`);
    }
    const tag = get(['image', 'tag']);
    const tagPath = ['services', index, 'image', 'tag'];
    if (typeof tag !== 'string')
      throw invalid(source, tagPath, `the service ${name} has no image.tag that is a text`);
    try {
      parseTag(tag);
    } catch (error) {
      throw invalid(
        source,
        tagPath,
        `the tag of ${name} cannot be read: ${(error as Error).message.replace(/\.$/, '')}`,
      );
    }
    const repository = get(['image', 'repository']);
    return { name, index, tag, repository: typeof repository === 'string' ? repository : undefined };
  });
}

/** The list `services:` with every alias and merge in it read. */
function readAliases(source: YamlSource): readonly unknown[] {
  try {
    return (source.document.toJS() as { readonly services: readonly unknown[] }).services;
  } catch (error) {
    throw invalid(source, ['services'], (error as Error).message.replace(/\.$/, ''));
  }
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

/** The combination that a values file says; throws `values-invalid` with the place of a service that stands there twice. */
export function readCombination(source: YamlSource): Combination {
  const entries = readServices(source);
  const seen = new Map<string, number>();
  for (const { name, index } of entries) {
    const first = seen.get(name);
    if (first !== undefined) {
      throw invalid(
        source,
        ['services', index, 'name'],
        `the service ${name} is listed twice, first as services[${first}]`,
      );
    }
    seen.set(name, index);
  }
  return combinationOf(entries.map(({ name, tag }) => [name, tag] as const));
}

/** The digests that a values file has beside the tags, by service. */
export function readDigests(source: YamlSource): ReadonlyMap<string, string> {
  return new Map(
    readServices(source).flatMap(({ name, index }) => {
      const digest: unknown = source.document.getIn(['services', index, 'image', 'digest']);
      return typeof digest === 'string' ? [[name, digest] as const] : [];
    }),
  );
}

/** Where the tag of a service stands, addressed by its name. */
export function tagPath(source: YamlSource, service: string): KeyPath | undefined {
  const entry = readServices(source).find(({ name }) => name === service);
  return entry === undefined ? undefined : ['services', entry.index, 'image', 'tag'];
}

function invalid(source: YamlSource, path: KeyPath, why: string): BitiqError {
  return new BitiqError({
    code: 'values-invalid',
    message: `${source.file} cannot be read: ${why}.`,
    fix: 'Correct the file at the place shown; docs/adopting.md shows a whole one.',
    place: placeOf(source, path),
  });
}
