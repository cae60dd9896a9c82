import type { Finding } from '../../model/finding.ts';
import { notPlain, type StrangeEntry } from '../../git/strange-entry.ts';
import type { Tree } from '../../git/tree.ts';

/** The folder of policies in a GitOps repository. */
const policyFolder = 'policies';

/** The files of a repository's policies, by path. */
export interface PolicyFiles {
  /** `policies/<name>/policy.yaml` and everything in `policies/exceptions/`. */
  readonly yaml: ReadonlyMap<string, string>;
  /** `policies/**\/*.rego`. */
  readonly rego: ReadonlyMap<string, string>;
  /** Policies elsewhere below `policies/`, and links and submodules there: what no command evaluates. */
  readonly strays: readonly Finding[];
}

/** What may stand beside a policy. */
const besides = /^policies\/[^/]+\/(?:(?:good|bad|context|values)[-\w]*|kyverno-test)\.ya?ml$/;

/** Whether a file is one of the cases beside a policy. */
export function isCase(path: string): boolean {
  return besides.test(path);
}

/** Reads the policies, exceptions and Rego files of a tree; the cases beside a policy are left out. */
export async function readPolicyFiles(tree: Tree): Promise<PolicyFiles> {
  const listed = (await tree.list(policyFolder)).sort();
  const yaml = listed.filter((path) => /^policies\/([^/]+\/policy|exceptions\/.+)\.ya?ml$/.test(path));
  const rego = listed.filter((path) => path.endsWith('.rego') && !path.endsWith('_test.rego'));
  const others = listed.filter(
    (path) => /\.(?:ya?ml|json)$/.test(path) && !besides.test(path) && !yaml.includes(path),
  );
  const links = await tree.listStrange(policyFolder);
  const contents = await tree.read([...yaml, ...rego, ...others]);
  const pick = (paths: readonly string[]) => new Map(paths.map((path) => [path, contents.get(path) ?? '']));
  const strays = [...pick(others)].flatMap(([path, text]) => strayAt(path, text) ?? []);
  return { yaml: pick(yaml), rego: pick(rego), strays: [...strays, ...links.map(linkAt)] };
}

/** What a link leads to is not part of the tree, so it judges nothing. */
function linkAt(entry: StrangeEntry): Finding {
  const { code, message, fix } = notPlain(entry);
  return { code, severity: 'error', place: { file: entry.path }, message, fix };
}

function strayAt(path: string, text: string): Finding | undefined {
  const lines = text.split(/\r?\n/);
  const line = lines.findIndex((each) =>
    /^[\s{[-]*["']?kind["']?\s*:\s*["']?\w*(?:Policy|PolicyException|PolicyBinding|ConstraintTemplate)\b/.test(
      each,
    ),
  );
  if (line < 0) return undefined;
  const isException = lines[line]?.includes('PolicyException') ?? false;
  return {
    code: 'policy-invalid',
    severity: 'error',
    place: { file: path, line: line + 1, sourceLine: lines[line] },
    message: `${path} is not read, so it has no effect.`,
    fix: isException
      ? 'Move it into policies/exceptions/.'
      : 'Move it to policies/<name>/policy.yaml, a folder for each policy.',
  };
}
