import type { Tree } from '../../git/tree.ts';

/** The folder of policies in a GitOps repository. */
const policyFolder = 'policies';

/** The files of a repository's policies, by path. */
export interface PolicyFiles {
  /** `policies/<name>/policy.yaml` and everything in `policies/exceptions/`. */
  readonly yaml: ReadonlyMap<string, string>;
  /** `policies/**\/*.rego`. */
  readonly rego: ReadonlyMap<string, string>;
}

/** Reads the policies, exceptions and Rego files of a tree; the cases beside a policy are left out. */
export async function readPolicyFiles(tree: Tree): Promise<PolicyFiles> {
  const listed = (await tree.list(policyFolder)).sort();
  const yaml = listed.filter((path) => /^policies\/([^/]+\/policy|exceptions\/.+)\.ya?ml$/.test(path));
  const rego = listed.filter((path) => path.endsWith('.rego') && !path.endsWith('_test.rego'));
  const contents = await tree.read([...yaml, ...rego]);
  const pick = (paths: readonly string[]) => new Map(paths.map((path) => [path, contents.get(path) ?? '']));
  return { yaml: pick(yaml), rego: pick(rego) };
}
