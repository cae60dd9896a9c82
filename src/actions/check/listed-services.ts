import { isMap, isSeq } from 'yaml';
import type { Config } from '../../model/config.ts';
import { suggestion } from '../../model/did-you-mean.ts';
import type { Finding } from '../../model/finding.ts';
import type { Tree } from '../../git/tree.ts';
import { parseYaml, placeOf, type KeyPath, type YamlSource } from '../../yaml/source.ts';
import { readConfigSource } from '../read/read-state.ts';

/** Services that no environment has: nothing renders, builds or updates them. One that some environments lack is not there yet. */
export async function findHomeless(
  tree: Tree,
  config: Config,
  texts: ReadonlyMap<string, string>,
): Promise<Finding[]> {
  const listed = new Set<string>();
  for (const [file, text] of texts) {
    try {
      const { services } = parseYaml(text, file).document.toJS() as { services: { name: string }[] };
      for (const { name } of services) listed.add(name);
    } catch {
      return [];
    }
  }
  const missing = config.services.filter(({ name }) => !listed.has(name));
  if (missing.length === 0 || texts.size < config.environments.length) return [];
  const source = await readConfigSource(tree);
  const [environment = ''] = config.environments.map(({ name }) => name);
  return missing.map(({ name }): Finding => {
    const entries = source.document.getIn(['services']) as { items?: readonly unknown[] } | undefined;
    const index = (entries?.items ?? []).findIndex((item) => isMap(item) && item.get('name') === name);
    return {
      code: 'values-mismatch',
      severity: 'warning',
      place: placeOf(source, ['services', index, 'name']),
      message: `No environment has ${name}: no values file lists it.`,
      fix: `\`bitiq service add ${name} --env ${environment}\` writes its entry there, or remove it from bitiq.yaml.`,
    };
  });
}

/** Peers that may call a service and that are not among these services of bitiq.yaml. One that the environment does not have yet is not reported. */
export function checkPeers(source: YamlSource, names: readonly string[]): Finding[] {
  const services = source.document.get('services', true);
  const entries: KeyPath[] = [
    ['defaults'],
    ...(isSeq(services) ? services.items.map((_, index) => ['services', index]) : []),
  ];
  return entries.flatMap((entry) => {
    const path = [...entry, 'networkPolicy', 'allowFrom'];
    const list = source.document.getIn(path);
    if (!isSeq(list)) return [];
    return (list.toJSON() as unknown[]).flatMap((peer, index): Finding[] => {
      if (typeof peer !== 'string' || names.includes(peer)) return [];
      const owner: unknown = source.document.getIn([...entry, 'name']);
      const whose = typeof owner === 'string' ? `${owner} lets` : 'The defaults let';
      return [
        {
          code: 'values-mismatch',
          severity: 'error',
          place: placeOf(source, [...path, index]),
          message: `${whose} ${JSON.stringify(peer)} call, but bitiq.yaml lists no such service.`,
          fix: suggestion(peer, names),
        },
      ];
    });
  });
}
