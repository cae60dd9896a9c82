import { parseCompatibility } from '../../model/compatibility.ts';
import { paths, type Config } from '../../model/config.ts';
import { BitiqError, type Place } from '../../model/errors.ts';
import type { FileChange } from '../../model/file-change.ts';
import { requireService } from '../../model/require-service.ts';
import { literalVariables } from '../../model/values/declared-variables.ts';
import type { Tree } from '../../git/tree.ts';
import { removeServiceEntry } from '../../yaml/service-entry.ts';
import { placeOf, type KeyPath, type YamlSource } from '../../yaml/source.ts';
import { readServices } from '../../yaml/values-file.ts';
import { deriveChanges } from '../plan/change-services.ts';
import { holdKind, readStops } from '../read/read-stops.ts';
import { readConfig, readConfigSource, readValues } from '../read/read-state.ts';

/** What removing a service changes, and what a person should look at. */
export interface ServiceRemoval {
  readonly changes: readonly FileChange[];
  /** Places that still mention the service in a text, such as an address in `env:`. */
  readonly mentions: readonly Place[];
}

/**
 * Takes a service out of a tree: what addService wrote goes to the byte, together with what was added to its entries
 * since. Throws `service-missing`, or `action-denied` while a peer, a hold or a rule of compatibility names it and when
 * it is the last one; writes nothing.
 */
export async function removeService(tree: Tree, name: string): Promise<ServiceRemoval> {
  const config = await readConfig(tree);
  const index = config.services.indexOf(requireService(config, name));
  if (config.services.length === 1) throw lastOne(name);
  const source = await readConfigSource(tree);
  const edited = new Map<string, string>([[paths.config, removeServiceEntry(source, index)]]);
  const needed: Place[] = findRules(source, config, name);
  const mentions: Place[] = [];
  for (const environment of config.environments) {
    const [values, { source: holdsFile, stops: holds }] = await Promise.all([
      readValues(tree, environment.name),
      readStops(tree, environment.name, holdKind),
    ]);
    needed.push(
      ...findPeers(values, name),
      ...holds.flatMap((hold, at) => (hold.service === name ? [placeOf(holdsFile, ['holds', at])] : [])),
    );
    mentions.push(...findAddresses(values, name));
    const entry = readServices(values).find((each) => each.name === name);
    if (entry !== undefined) edited.set(values.file, removeServiceEntry(values, entry.index));
  }
  if (needed.length > 0) throw stillNeeded(name, needed);
  return { changes: await deriveChanges(tree, edited), mentions };
}

interface Entry {
  readonly name?: unknown;
  readonly networkPolicy?: { readonly allowFrom?: unknown } | null;
  readonly env?: Readonly<Record<string, unknown>> | null;
}

/** Where a rule of compatibility speaks of the service. */
function findRules(source: YamlSource, { compatibility = [] }: Config, name: string): Place[] {
  return compatibility.flatMap((text, at) => {
    const rule = parseCompatibility(text);
    return rule?.service === name || rule?.needs === name ? [placeOf(source, ['compatibility', at])] : [];
  });
}

/** Where the services that stay, or the defaults, let the service call them. */
function findPeers(values: YamlSource, name: string): Place[] {
  return entriesOf(values, name).flatMap(({ entry, path }) => {
    const allowed = entry.networkPolicy?.allowFrom;
    if (!Array.isArray(allowed)) return [];
    return allowed.flatMap((peer, at) =>
      peer === name ? [placeOf(values, [...path, 'networkPolicy', 'allowFrom', at])] : [],
    );
  });
}

/** Where the services that stay have the service's address in their environment variables. */
function findAddresses(values: YamlSource, name: string): Place[] {
  const address = new RegExp(`//${name}(?=[:/.?#]|$)`);
  return entriesOf(values, name).flatMap(({ entry, path }) =>
    literalVariables(entry.env).flatMap(({ value, at }) =>
      address.test(value) ? [placeOf(values, [...path, 'env', ...at])] : [],
    ),
  );
}

function entriesOf(values: YamlSource, without: string): { entry: Entry; path: KeyPath }[] {
  const data = values.document.toJS() as { defaults?: Entry | null; services?: Entry[] };
  return [
    ...(data.defaults ? [{ entry: data.defaults, path: ['defaults'] }] : []),
    ...(data.services ?? [])
      .map((entry, index) => ({ entry, path: ['services', index] }))
      .filter(({ entry }) => entry.name !== without),
  ];
}

function lastOne(name: string): BitiqError {
  return new BitiqError({
    code: 'action-denied',
    message: `${name} is the last service, and a release needs at least one.`,
    fix: 'Add another one first: `bitiq service add --help`.',
  });
}

function stillNeeded(name: string, places: readonly Place[]): BitiqError {
  const listed = places.map((place) => `\n  ${place.file}:${place.line}  ${place.keyPath ?? ''}`).join('');
  return new BitiqError({
    code: 'action-denied',
    message: `${name} is still named ${places.length === 1 ? 'here' : 'in these places'}:${listed}`,
    fix: 'Remove the name there first, then run the command again.',
    place: places[0],
  });
}
