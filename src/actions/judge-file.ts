import { readFile } from 'node:fs/promises';
import type { Tree } from '../git/tree.ts';
import { evaluatePolicies, type PolicyReport } from './evaluate-policies.ts';
import { environmentLabel, namespaceObject } from './policy/namespace-object.ts';

/** What the policies of a tree say of a file of Kubernetes objects, as if they stood in that environment. */
export async function judgeFile(options: {
  readonly tree: Tree;
  readonly path: string;
  /** What findings call the file. */
  readonly file: string;
  readonly environment: string;
  readonly now: Date;
}): Promise<PolicyReport> {
  const { tree, path, file, environment, now } = options;
  return evaluatePolicies({
    tree,
    manifests: await readFile(path, 'utf8'),
    namespace: namespaceObject('default', { [environmentLabel]: environment }),
    file,
    now,
  });
}
