import type { Config } from '../../model/config.ts';
import type { Repository } from '../../git/repository.ts';
import { commitTree, type Tree } from '../../git/tree.ts';
import { parseYaml } from '../../yaml/source.ts';
import { evaluatePolicies } from '../policy.ts';
import { actionOf, previousOf } from '../policy/judge-named-release.ts';
import { readNamespaceObject } from '../policy/namespace-object.ts';
import { readValues } from '../read/read-state.ts';
import type { Rendering } from '../render.ts';
import { judgeRelease } from '../plan/require-policies.ts';
import { resolveRelease } from '../read/resolve-release.ts';
import type { JudgedSide } from './compare-policies.ts';
import type { DiffSide } from './resolve-side.ts';

/** A side as Helm rendered it; one that delivered nothing yet has no rendering. */
export interface RenderedSide {
  readonly side: DiffSide;
  readonly manifests: string;
  readonly rendered?: { readonly rendering: Rendering; readonly tree: Tree; readonly environment: string };
}

/**
 * What the policies at the head of main say of a side: of its objects, and of a release also what the rules over releases
 * say of it against the one before.
 */
export async function judgeSide(
  repository: Repository,
  { side, manifests, rendered }: RenderedSide,
  options: { readonly head: string; readonly config: Config; readonly now: Date },
): Promise<JudgedSide> {
  if (rendered === undefined) return { manifests, verdicts: [], faults: [], policies: 0 };
  const { head, config, now } = options;
  const { rendering, environment: name } = rendered;
  const tree = commitTree(repository, head);
  const environment = config.environments.find((each) => each.name === name);
  if (side.release === undefined || environment === undefined) {
    const report = await evaluatePolicies({
      tree,
      manifests,
      namespace: await readNamespaceObject(rendered.tree, name, rendering.namespace),
      values: side.values === undefined ? undefined : parseYaml(side.values, side.name),
      now,
    });
    return { manifests, ...report };
  }
  const found = await resolveRelease(repository, { head, config, name: side.release });
  const report = await judgeRelease(repository, {
    base: { tree, head, config, environment },
    ...{ rendering, now },
    values: await readValues(rendered.tree, name),
    combination: side.combination,
    previous: await previousOf(repository, head, config, found),
    release: {
      name: side.release,
      action: actionOf(found.record),
      from: found.record?.from ?? 'main',
    },
  });
  return { manifests, ...report };
}
