import type { Combination } from '../model/combination.ts';
import type { Config, EnvironmentConfig } from '../model/config.ts';
import { BitiqError } from '../model/errors.ts';
import type { PolicyFinding } from '../model/policy.ts';
import type { ReleaseInput } from '../model/policy-release.ts';
import type { Repository } from '../git/repository.ts';
import type { Tree } from '../git/tree.ts';
import type { YamlSource } from '../yaml/source.ts';
import { evaluatePolicies, type PolicyReport } from './evaluate-policies.ts';
import { readNamespaceObject } from './policy/namespace-object.ts';
import { readReleaseInput } from './policy/release-input.ts';
import type { Rendering } from './render.ts';

export interface PolicyGateOptions {
  readonly tree: Tree;
  readonly head: string;
  readonly config: Config;
  readonly environment: EnvironmentConfig;
  readonly rendering: Rendering;
  /** The values that were rendered. */
  readonly values: YamlSource;
  readonly combination: Combination;
  readonly previous: { readonly name: string; readonly combination: Combination } | undefined;
  readonly release: ReleaseInput['release'];
  readonly now: Date;
}

/**
 * Judges a release that is about to be written. Throws `policy-denied` with every denial, or `policy-invalid` for policies
 * that are broken; warnings come back as notes. `checks` names the check for the record, and is empty without policies.
 */
export async function requirePolicies(
  repository: Repository,
  options: PolicyGateOptions,
): Promise<{ readonly checks: readonly string[]; readonly notes: readonly string[] }> {
  const report = await judgeRelease(repository, options);
  const broken = report.faults.find(({ severity }) => severity === 'error');
  if (broken) {
    throw new BitiqError({
      code: broken.code,
      message: broken.message,
      fix: broken.fix,
      place: broken.place,
    });
  }
  const denials = report.findings.filter(({ severity }) => severity === 'error');
  if (denials.length > 0) throw denied(options.release.name, denials);
  return {
    checks: report.policies > 0 ? ['policies'] : [],
    notes: [
      ...report.findings.map((finding) => `Policy ${printDenial(finding)}`),
      ...report.faults.map(({ message }) => message),
    ],
  };
}

/** What all policies of a tree say of a release. */
export async function judgeRelease(
  repository: Repository,
  options: PolicyGateOptions & { readonly since?: string | undefined },
): Promise<PolicyReport> {
  const { tree, environment, rendering } = options;
  return evaluatePolicies({
    tree,
    manifests: rendering.manifests,
    namespace: await readNamespaceObject(tree, environment.name, rendering.namespace),
    values: options.values,
    since: options.since,
    release: () => readReleaseInput(repository, options),
    now: options.now,
  });
}

const shown = 10;

function denied(release: string, denials: readonly PolicyFinding[]): BitiqError {
  const lines = denials
    .slice(0, shown)
    .map((finding) => `  - ${printDenial(finding)}\n    fix: ${finding.fix}`);
  const more =
    denials.length > shown ? [`  … and ${denials.length - shown} more: \`bitiq policy\` lists all.`] : [];
  const count = denials.length === 1 ? 'A policy denies' : `Policies deny ${denials.length} things about`;
  return new BitiqError({
    code: 'policy-denied',
    message: [`${count} ${release}:`, ...lines, ...more].join('\n'),
    fix: 'Change what the policies ask for, or write a PolicyException below policies/exceptions/.',
    place: denials[0]?.place,
  });
}

function printDenial({ policy, object, message, place, manifestLine }: PolicyFinding): string {
  const line = manifestLine === undefined ? '' : `, line ${manifestLine} of the manifests`;
  return `${policy}: ${object}: ${message} (${place.file}${place.line === undefined ? '' : `:${place.line}`}${line})`;
}
