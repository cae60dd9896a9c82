import { printComposite, type Combination } from '../model/combination.ts';
import { diffCombinations, type TagChange } from '../model/combination-diff.ts';
import type { Config } from '../model/config.ts';
import { suggestion } from '../model/did-you-mean.ts';
import { BitiqError } from '../model/errors.ts';
import type { PlannedCommit } from '../model/plan.ts';
import { parseTag } from '../model/tag.ts';
import type { Repository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { readCombination } from '../yaml/values-file.ts';
import { describeChange, editTags } from './edit-tags.ts';
import type { YamlSource } from '../yaml/source.ts';
import { planAndApply, type Applied } from './apply-plan.ts';
import { readEnvironmentState } from './environment-state.ts';
import { prepareRelease } from './prepare-release.ts';
import { editFile, trailersOf, type Actor, type PreparedPlan } from './prepare.ts';
import { appVersionPath, readChartFile, readConfig, readValues, requireEnvironment } from './read-state.ts';
import { renderEnvironment } from './render.ts';

export interface SetOptions {
  readonly environment: string;
  /** The tags that services are to have; services that are not named keep theirs. */
  readonly tags: ReadonlyMap<string, string>;
  readonly actor: Actor;
  /** The Helm that proves the result renders. */
  readonly helm: string;
  readonly dryRun?: boolean | undefined;
  /** Looks up images before anything is written; throws `image-missing`. */
  readonly requireImages?: ((config: Config, combination: Combination) => Promise<void>) | undefined;
}

/**
 * Gives services of an environment new tags in one commit: values file and appVersion of a following environment, a
 * new release of a pinned one. Does nothing where they have these tags already.
 */
export function setTags(repository: Repository, options: SetOptions): Promise<Applied> {
  return planAndApply(repository, { ...options, plan: (head) => prepareSet(repository, head, options) });
}

async function prepareSet(repository: Repository, head: string, options: SetOptions): Promise<PreparedPlan> {
  const tree = commitTree(repository, head);
  const config = await readConfig(tree);
  const environment = requireEnvironment(config, options.environment);
  const state = await readEnvironmentState(repository, head, environment);
  const values = await readValues(tree, environment.name);
  // A pinned environment starts from what it runs; before its first release from what main says it would.
  const current =
    state.kind === 'pinned' && state.commit !== undefined ? state.combination : readCombination(values);
  const wanted = withTags(current, options.tags, values);
  if (environment.pinned) {
    return prepareRelease(repository, {
      ...options,
      action: 'set',
      head,
      config,
      environment,
      combination: wanted,
      from: 'set',
    });
  }

  const changes = diffCombinations(current, wanted);
  const base = {
    action: 'set' as const,
    environment: environment.name,
    from: state.release,
    base: head,
    changes,
  };
  if (changes.length === 0) {
    return {
      plan: { ...base, commits: [], notes: [`${environment.name} has these tags already.`] },
      files: [],
    };
  }
  await options.requireImages?.(config, new Map(changes.map((change) => [change.service, change.to ?? ''])));
  const chart = await readChartFile(tree);
  const valuesEdit = editTags(values, wanted);
  const chartEdit = editFile(chart, [{ path: appVersionPath, value: printComposite(wanted) }]);
  const files = new Map([
    [values.file, valuesEdit.content],
    [chart.file, chartEdit.content],
  ]);
  const rendering = await renderEnvironment(tree, {
    environment: environment.name,
    helm: options.helm,
    replaced: files,
  });
  const commit: PlannedCommit = {
    on: 'main',
    subject: subjectOf(environment.name, changes),
    body: changes.map((change) => describeChange(config, change)).join('\n'),
    trailers: trailersOf({
      action: 'set',
      environment,
      from: state.release,
      to: undefined,
      actor: options.actor,
    }),
    edits: [...valuesEdit.edits, ...chartEdit.edits],
  };
  return {
    plan: { ...base, commits: [commit], manifestDigest: rendering.digest, notes: [] },
    files: [files],
  };
}

function subjectOf(environment: string, changes: readonly TagChange[]): string {
  const [first] = changes;
  return changes.length === 1 && first
    ? `${environment}: ${first.service} ${first.to}`
    : `${environment}: ${changes.length} services have new versions`;
}

function withTags(current: Combination, tags: ReadonlyMap<string, string>, values: YamlSource): Combination {
  for (const [service, tag] of tags) {
    parseTag(tag);
    if (!current.has(service)) throw serviceMissing(service, [...current.keys()], values.file);
  }
  return new Map([...current, ...tags]);
}

function serviceMissing(service: string, services: readonly string[], file: string): BitiqError {
  return new BitiqError({
    code: 'service-missing',
    message: `${file} lists no service ${JSON.stringify(service)}.`,
    fix: suggestion(service, services),
  });
}
