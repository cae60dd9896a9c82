import { paths, type Config } from '../../model/config.ts';
import type { Finding } from '../../model/finding.ts';
import type { Tree } from '../../git/tree.ts';
import { matchesGlob } from '../../model/glob.ts';
import { checkDeliveryFields } from '../../kubernetes/delivery-fields.ts';
import { parseYaml, placeOf, type KeyPath } from '../../yaml/source.ts';
import { checkExpected } from './expected-values.ts';
import { errorAt } from './collect.ts';

const folder = 'environments';

/**
 * Findings about the root Application: what it delivers, and which files of environments/ it takes in. A repository without
 * environments/root.yaml has its Applications applied by others.
 */
export async function checkRoot(tree: Tree, config: Config): Promise<Finding[]> {
  const text = (await tree.read([paths.root])).get(paths.root);
  if (text === undefined) return [];
  const source = parseYaml(text, paths.root);
  const { document } = source;
  const expected: readonly (readonly [KeyPath, unknown])[] = [
    [['apiVersion'], 'argoproj.io/v1alpha1'],
    [['kind'], 'Application'],
    [['spec', 'source', 'path'], tree.folder + folder],
    [['spec', 'source', 'targetRevision'], tree.branch],
    [['spec', 'source', 'directory', 'recurse'], true],
  ];
  const findings = [
    ...checkDeliveryFields(source, 'Application', 'delivery-mismatch'),
    ...checkExpected(source, expected, {
      code: 'delivery-mismatch',
      say: (key, is) => `${source.file}: ${key} is ${is}.`,
    }),
  ];
  const report = (path: KeyPath, message: string, fix: string) =>
    findings.push(errorAt(placeOf(source, path), 'delivery-mismatch', message, fix));

  const directory = ['spec', 'source', 'directory'];
  const [include, exclude] = ['include', 'exclude'].map((key): unknown =>
    document.getIn([...directory, key]),
  );
  const isTaken = (file: string) =>
    (typeof include !== 'string' || matchesGlob(include, file)) &&
    !(typeof exclude === 'string' && matchesGlob(exclude, file));
  const listed = (await tree.list(folder)).map((path) => path.slice(folder.length + 1)).sort();
  const names = config.environments.map(({ name }) => name);
  const wanted = names.flatMap((name) =>
    ['application', 'image-updater', 'secret-store'].map((kind) => `${name}/${kind}.yaml`),
  );
  const unwanted = names.flatMap((name) => [`${name}/holds.yaml`, `${name}/freezes.yaml`]);
  const at = [...directory, 'include'];
  for (const file of listed) {
    if (wanted.includes(file) && !isTaken(file)) {
      const message = `${source.file} leaves out ${folder}/${file}, so Argo CD never sees it.`;
      report(at, message, `Let spec.source.directory.include take */${file.split('/')[1]} in.`);
    }
    if (unwanted.includes(file) && isTaken(file)) {
      const message = `${source.file} takes ${folder}/${file} in, which is not a Kubernetes object, so Argo CD delivers nothing at all.`;
      report(at, message, 'Let spec.source.directory.include name the files that are objects.');
    }
  }
  return findings;
}
