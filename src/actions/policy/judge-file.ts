import { BitiqError } from '../../model/errors.ts';
import type { Tree } from '../../git/tree.ts';
import { evaluatePolicies, type PolicyReport } from '../policy.ts';
import { environmentLabel, namespaceObject } from './namespace-object.ts';
import { readNamedFile } from '../read/read-named-file.ts';
import { readConfig, requireEnvironment } from '../read/read-state.ts';

/**
 * What the policies of a tree say of a file of Kubernetes objects, as if they stood in that environment. Throws `usage`
 * for a file that cannot be read or has no object, and `environment-missing`.
 */
export async function judgeFile(options: {
  readonly tree: Tree;
  readonly path: string;
  /** What findings call the file. */
  readonly file: string;
  /** One of bitiq.yaml, or undefined for objects of no environment. */
  readonly environment: string | undefined;
  readonly now: Date;
}): Promise<PolicyReport> {
  const { tree, path, file, environment, now } = options;
  const manifests = (await readNamedFile(path, file)).toString('utf8');
  if (environment !== undefined) requireEnvironment(await readConfig(tree), environment);
  const report = await evaluatePolicies({
    tree,
    manifests,
    namespace: namespaceObject('default', { [environmentLabel]: environment ?? 'none' }),
    file,
    now,
  });
  // Broken policies do not pass either, and are worth telling.
  if (report.objects > 0 || report.faults.some(({ severity }) => severity === 'error')) return report;
  throw new BitiqError({
    code: 'usage',
    message: `${file} has no Kubernetes object, so there is nothing to evaluate.`,
    fix: 'See whether the command that wrote it failed, such as `bitiq render`.',
  });
}
