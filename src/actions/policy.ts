import type { Finding } from '../model/finding.ts';
import { isDenied, type PolicyFinding, type PolicyVerdict } from '../model/policy.ts';
import type { ReleaseInput } from '../model/policy-release.ts';
import type { Tree } from '../git/tree.ts';
import { readManifests, type RenderedDocument } from '../kubernetes/objects.ts';
import { createPolicyCel, fieldsOf } from '../cel/kubernetes.ts';
import { compilePolicies, type CompiledPolicy } from '../policy/compile-policy.ts';
import { evaluateJson, evaluatePolicy, type PolicyDecision } from '../policy/evaluate-policy.ts';
import { renderedLookups } from '../policy/known-objects.ts';
import { readPolicies } from '../policy/read-policies.ts';
import { subjectOf, type NamespaceObject } from '../policy/subject.ts';
import type { YamlSource } from '../yaml/source.ts';
import { evaluateRego } from './policy/evaluate-rego.ts';
import { namespaceObject } from './policy/namespace-object.ts';
import { firstLines, lineInDocument, placeInValues, serviceOfDocument } from './policy/locate-finding.ts';
import { readPolicyFiles } from './policy/read-policy-files.ts';

export interface PolicyOptions {
  /** Where policies/ is read from. */
  readonly tree: Tree;
  /** What `helm template` printed, or any objects as YAML. */
  readonly manifests: string;
  /** The namespace of objects that name none, and the labels that it and every other one is taken to have. */
  readonly namespace: NamespaceObject;
  /** The values that the manifests were rendered from, so that findings have a place in them. */
  readonly values?: YamlSource | undefined;
  /** The file that findings stand in when there are no values. */
  readonly file?: string | undefined;
  /** Objects that are the same in these manifests, but for what names the release, are not judged again. */
  readonly since?: string | undefined;
  /** Gives what the rules over releases are asked about, when there are such rules; without it they are not asked. */
  readonly release?: (() => Promise<ReleaseInput>) | undefined;
  readonly now: Date;
  /** Ends what waits for another program. */
  readonly signal?: AbortSignal | undefined;
}

/** What all policies say. */
export interface PolicyReport {
  /** In the order of policies and objects; a policy that does not take an object in says nothing of it. */
  readonly verdicts: readonly PolicyVerdict[];
  /** One for each failure and each error. */
  readonly findings: readonly PolicyFinding[];
  /** Policies that are broken, or that cannot be evaluated here. */
  readonly faults: readonly Finding[];
  /** How many objects were judged, and how many were left out as unchanged. */
  readonly objects: number;
  readonly unchanged: number;
  /** Only those that were evaluated. */
  readonly policies: number;
  /** Files that are broken or need what is not here, so that the policies in them decided nothing. */
  readonly notEvaluated: number;
  /** Rules over releases that were not asked, as no release was given. */
  readonly notAsked: number;
  /** What the rules over releases were asked about, so that others can be asked the same; absent when there are none. */
  readonly release?: ReleaseInput | undefined;
}

/** Judges objects, and a release when one is given, by the policies of a tree: all of them, never stopping at the first. */
export async function evaluatePolicies(options: PolicyOptions): Promise<PolicyReport> {
  const files = await readPolicyFiles(options.tree);
  const documents = readManifests(options.manifests, options.file);
  const cel = createPolicyCel(renderedLookups(documents, options.namespace.metadata.name));
  const set = readPolicies(files.yaml);
  const { policies, findings: faults } = compilePolicies(set, { cel, now: options.now });
  const changed = changedDocuments(documents, options.since);
  let lines: ReadonlyMap<RenderedDocument, number> | undefined;
  const lineOf = (document: RenderedDocument) =>
    (lines ??= firstLines(options.manifests, documents)).get(document);
  const found: { verdict: PolicyVerdict; finding: PolicyFinding | undefined }[] = [];

  for (const document of changed) {
    const subject = subjectOf(document.object, {
      namespace: options.namespace.metadata.name,
      namespaceObject: (name) => namespaceNamed(name, options.namespace),
    });
    for (const policy of policies.filter(({ mode }) => mode === 'Kubernetes')) {
      const decision = evaluatePolicy(policy, subject);
      if (!decision) continue;
      const verdict = verdictOf(policy, { ...subject, ...decision });
      found.push({ verdict, finding: objectFinding(policy, verdict, document, { ...options, lineOf }) });
    }
  }
  const rules = policies.filter(({ mode }) => mode === 'JSON');
  const release = rules.length + files.rego.size > 0 ? await options.release?.() : undefined;
  for (const policy of release ? rules : []) {
    const { name } = release!.release;
    const decision = evaluateJson(policy, release);
    const verdict = verdictOf(policy, { kind: 'Release', name, namespace: '', ...decision });
    found.push({ verdict, finding: releaseFinding(policy, verdict, { ...options, release }) });
  }
  const rego = await evaluateRego(files.rego, { ...options, documents: changed, release });
  const broken = [...set.findings, ...faults, ...rego.faults].filter(({ severity }) => severity === 'error');
  return {
    verdicts: [...found.map(({ verdict }) => verdict), ...rego.verdicts],
    findings: [...found.flatMap(({ finding }) => (finding ? [finding] : [])), ...rego.findings],
    faults: [...files.strays, ...set.findings, ...faults, ...rego.faults],
    objects: changed.length,
    unchanged: documents.length - changed.length,
    policies:
      policies.length -
      (release ? 0 : rules.length) +
      (rego.faults.some(({ severity }) => severity === 'error') ? 0 : files.rego.size),
    notEvaluated: new Set(broken.map(({ place }) => place.file)).size,
    notAsked: release ? 0 : rules.length,
    release,
  };
}

/** What an environment delivers is judged as that environment's, also where an object names another namespace. */
function namespaceNamed(name: string, namespace: NamespaceObject): NamespaceObject {
  if (name === namespace.metadata.name) return namespace;
  return namespaceObject(name, {
    ...namespace.metadata.labels,
    'kubernetes.io/metadata.name': name,
  });
}

/** What named the release on every object in older charts, and the chart's version: no reason to judge an object again. */
const releaseLine = /^[ \t]*"?(bitiq\.io\/release-id|bitiq\.io\/composite-version|helm\.sh\/chart)"?:.*\n/gm;

function changedDocuments(
  documents: readonly RenderedDocument[],
  since: string | undefined,
): RenderedDocument[] {
  if (since === undefined) return [...documents];
  const before = new Map(
    readManifests(since).map(({ key, text }) => [key, text.replace(releaseLine, '').trimEnd()]),
  );
  return documents.filter(({ key, text }) => before.get(key) !== text.replace(releaseLine, '').trimEnd());
}

function verdictOf(
  policy: CompiledPolicy,
  judged: PolicyDecision & { readonly kind: string; readonly name: string; readonly namespace: string },
): PolicyVerdict {
  return {
    policy: policy.name,
    policyFile: policy.loaded.source.file,
    kind: judged.kind,
    name: judged.name,
    namespace: judged.namespace,
    result: judged.result,
    actions: policy.actions,
    message: judged.message,
    expression: judged.expression,
  };
}

function objectFinding(
  policy: CompiledPolicy,
  verdict: PolicyVerdict,
  document: RenderedDocument,
  {
    values,
    file,
    lineOf,
  }: PolicyOptions & { readonly lineOf: (document: RenderedDocument) => number | undefined },
): PolicyFinding | undefined {
  if (verdict.result === 'pass' || verdict.result === 'skip') return undefined;
  const first = lineOf(document);
  const line = first && lineInDocument(document, first, expressionsOf(policy, verdict.expression));
  return {
    ...findingOf(policy, verdict),
    place: values
      ? placeInValues(policy.loaded, serviceOfDocument(document), values)
      : { file: file ?? 'manifests', line },
    manifestLine: line,
  };
}

function releaseFinding(
  policy: CompiledPolicy,
  verdict: PolicyVerdict,
  { values, file, release }: Omit<PolicyOptions, 'release'> & { readonly release: ReleaseInput | undefined },
): PolicyFinding | undefined {
  if (verdict.result === 'pass' || verdict.result === 'skip') return undefined;
  // A rule over the release names services in its message; the first is where to look.
  const words = verdict.message.match(/[a-z][-a-z0-9]*/g) ?? [];
  const service = words.find((word) => release?.services.some(({ name }) => name === word));
  return {
    ...findingOf(policy, verdict),
    place: values
      ? placeInValues(policy.loaded, service, values)
      : { file: file ?? policy.loaded.source.file },
  };
}

function findingOf(policy: CompiledPolicy, verdict: PolicyVerdict): Omit<PolicyFinding, 'place'> {
  const { annotations } = policy.loaded.policy.metadata;
  return {
    policy: verdict.policy,
    policyFile: verdict.policyFile,
    severity: isDenied(verdict) ? 'error' : 'warning',
    object: `${verdict.kind}/${verdict.name}`,
    message: verdict.result === 'error' ? `the policy itself fails: ${verdict.message}` : verdict.message,
    fix:
      annotations?.['bitiq.io/fix'] ??
      `Change what ${verdict.policyFile} asks for, or write a PolicyException below policies/exceptions/.`,
  };
}

/** The expression that decided, and those of the variables that it reads. */
function expressionsOf(policy: CompiledPolicy, expression: string | undefined): string[] {
  if (expression === undefined) return [];
  const variables = policy.loaded.policy.spec.variables ?? [];
  const collect = (text: string): string[] => [
    text,
    ...fieldsOf(text, 'variables').flatMap((name) => {
      const variable = variables.find((each) => each.name === name);
      return variable && variable.expression !== text ? collect(variable.expression) : [];
    }),
  ];
  return collect(expression);
}
