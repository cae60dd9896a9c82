import type { Combination } from '../../model/combination.ts';
import type { Config, EnvironmentConfig } from '../../model/config.ts';
import { BitiqError } from '../../model/errors.ts';
import type { ValueEdit } from '../../model/plan.ts';
import type { Tree } from '../../git/tree.ts';
import { copyServiceEntry } from '../../yaml/copy-service-entry.ts';
import { parseYaml, placeOf, type YamlSource } from '../../yaml/source.ts';
import { readServices } from '../../yaml/values-file.ts';
import { meetAvailability } from './meet-availability.ts';

/** Where a release comes from, so that a service that the target lacks can come with it. */
export interface BringSource {
  readonly environment: string;
  readonly release: string;
  readonly combination: Combination;
  /** Its values file, which is read only when a service comes in. */
  readonly values: () => Promise<YamlSource>;
}

/**
 * A values file with entries for services that it lacks: those of the environment that they come from, each where the order of
 * bitiq.yaml puts it, with the replicas that the policies ask for. Throws `action-denied` for a service that bitiq.yaml does not
 * name, and `edit-unsupported` for an entry that cannot be copied.
 */
export async function bringServices(
  values: YamlSource,
  services: readonly string[],
  at: {
    readonly tree: Tree;
    readonly config: Config;
    readonly environment: EnvironmentConfig;
    readonly source: BringSource | undefined;
    readonly now: Date;
  },
): Promise<{
  readonly values: YamlSource;
  readonly edits: readonly ValueEdit[];
  readonly notes: readonly string[];
}> {
  if (services.length === 0) return { values, edits: [], notes: [] };
  const { config, environment, source } = at;
  const order = config.services.map(({ name }) => name);
  const coming = [...services].sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const from = await source?.values();
  let copied = values;
  for (const service of coming) {
    const found = from && readServices(from).find(({ name }) => name === service);
    if (!order.includes(service) || !found) throw unknown(service, at);
    const place = { from, index: found.index, at: positionOf(copied, service, order) };
    copied = parseYaml(copyServiceEntry(copied, place), values.file);
  }
  const met = await meetAvailability(at.tree, copied, { environment, services: coming, now: at.now });
  const { values: brought } = met;
  const entries = (brought.document.toJS() as { readonly services: readonly unknown[] }).services;
  const indexes = new Map(readServices(brought).map(({ name, index }) => [name, index]));
  return {
    values: brought,
    edits: coming.map((service): ValueEdit => {
      const index = indexes.get(service)!;
      const path = ['services', index];
      return {
        path: values.file,
        keyPath: `services[${index}]`,
        line: placeOf(brought, path).line ?? 1,
        before: '',
        after: JSON.stringify(entries[index]),
      };
    }),
    notes: coming.map(
      (service) =>
        `${service} comes into ${environment.name}: its entry in ${values.file} is that of ${source?.environment}${met.written.length > 0 ? `, with ${met.written.join(' and ')} where that was less, as the policies ask for in ${environment.name}` : ''}.`,
    ),
  };
}

/** After the nearest service before it in the order of bitiq.yaml that is listed, else in front of all: where its entry belongs. */
export function positionOf(values: YamlSource, service: string, order: readonly string[]): number {
  const listed = new Map(readServices(values).map(({ name, index }) => [name, index]));
  const before = order.slice(0, order.indexOf(service)).findLast((name) => listed.has(name));
  return before === undefined ? 0 : listed.get(before)! + 1;
}

function unknown(
  service: string,
  {
    environment,
    source,
  }: { readonly environment: EnvironmentConfig; readonly source: BringSource | undefined },
): BitiqError {
  const from = source?.release ?? 'set';
  return new BitiqError({
    code: 'action-denied',
    message: `${from} has ${service}, which bitiq.yaml does not name and ${environment.name} does not have.`,
    fix: `Leave it out with --except ${service}.`,
  });
}
