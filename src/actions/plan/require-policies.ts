import type { Combination } from '../../model/combination.ts';
import type { Config, EnvironmentConfig } from '../../model/config.ts';
import { BitiqError } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import type { PolicyFinding } from '../../model/policy.ts';
import type { ReleaseInput } from '../../model/policy-release.ts';
import type { Repository } from '../../git/repository.ts';
import type { Tree } from '../../git/tree.ts';
import type { YamlSource } from '../../yaml/source.ts';
import { evaluatePolicies, type PolicyReport } from '../policy.ts';
import { readNamespaceObject } from '../policy/namespace-object.ts';
import { readReleaseInput } from '../policy/release-input.ts';
import type { Rendering } from '../render.ts';

export interface PolicyGateOptions {
  /** The environment at a head of main; the policies are those of the tree. */
  readonly base: {
    readonly tree: Tree;
    readonly head: string;
    readonly config: Config;
    readonly environment: EnvironmentConfig;
  };
  readonly rendering: Rendering;
  /** The values that were rendered. */
  readonly values: YamlSource;
  readonly combination: Combination;
  readonly previous: { readonly name: string; readonly combination: Combination } | undefined;
  readonly release: ReleaseInput['release'];
  readonly now: Date;
}

/** What the gate let through. */
export interface PassedPolicies {
  /** Names the check for the record; empty without policies, and where one was not evaluated. */
  readonly checks: readonly string[];
  /** Why policies were not evaluated, one sentence each: only with `allowUnevaluated`. */
  readonly unevaluated: readonly string[];
  /** What policies warn of. */
  readonly notes: readonly string[];
}

/**
 * Judges a release that is about to be written. Throws `policy-denied` with every denial. Where a policy could not be
 * evaluated it throws what is in the way, such as `policy-not-evaluated` or `policy-invalid`; with `allowUnevaluated`
 * the other policies decide, and it is told.
 */
export async function requirePolicies(
  repository: Repository,
  options: PolicyGateOptions & { readonly allowUnevaluated?: boolean | undefined },
): Promise<PassedPolicies> {
  const report = await judgeRelease(repository, options);
  const broken = report.faults.filter(({ severity }) => severity === 'error');
  if (broken.length > 0 && !options.allowUnevaluated) throw notEvaluated(options.release.name, broken);
  const denials = report.findings.filter(({ severity }) => severity === 'error');
  if (denials.length > 0) throw denied(options.release.name, denials);
  return {
    checks: report.policies > 0 && broken.length === 0 ? ['policies'] : [],
    unevaluated: broken.map(({ message }) => message),
    notes: [
      ...report.findings.map((finding) => `Policy ${printDenial(finding)}`),
      ...report.faults.flatMap(({ severity, message }) => (severity === 'error' ? [] : [message])),
    ],
  };
}

/** A gate that cannot judge stays closed. */
function notEvaluated(release: string, faults: readonly Finding[]): BitiqError {
  const [first] = faults;
  const others = faults.slice(1, shown).map(({ message }) => `  - ${message}`);
  const more = faults.length > shown ? [`  … and ${faults.length - shown} more.`] : [];
  return new BitiqError({
    code: first!.code,
    message: [
      first!.message,
      ...(others.length > 0 ? ['There is more:', ...others, ...more] : []),
      `So bitiq cannot tell whether the policies allow ${release}.`,
    ].join('\n'),
    fix: `${first!.fix} With \`--allow-unevaluated\` only the other policies decide, and the release records what was skipped.`,
    place: first!.place,
  });
}

/** What all policies of a tree say of a release. */
export async function judgeRelease(
  repository: Repository,
  options: PolicyGateOptions & { readonly since?: string | undefined },
): Promise<PolicyReport> {
  const { base, rendering } = options;
  const { tree, environment } = base;
  return evaluatePolicies({
    tree,
    manifests: rendering.manifests,
    namespace: await readNamespaceObject(tree, environment.name, rendering.namespace),
    values: options.values,
    since: options.since,
    release: () => readReleaseInput(repository, { ...base, ...options }),
    now: options.now,
    signal: repository.signal,
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
    fix: 'Change what the policies require, or write a PolicyException in policies/exceptions/.',
    place: denials[0]?.place,
  });
}

function printDenial({ policy, object, message, place, manifestLine }: PolicyFinding): string {
  const line = manifestLine === undefined ? '' : `, line ${manifestLine} of the manifests`;
  return `${policy}: ${object}: ${message} (${place.file}${place.line === undefined ? '' : `:${place.line}`}${line})`;
}
