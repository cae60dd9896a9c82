import { LineCounter } from 'yaml';
import type { z } from 'zod';
import { suggestion } from '../model/did-you-mean.ts';
import type { Finding } from '../model/finding.ts';
import { parseAllWithinLimits } from '../yaml/parse-within-limits.ts';
import { placeAtOffset, placeOf, type KeyPath, type YamlSource } from '../yaml/source.ts';
import { validateYaml } from '../yaml/validate.ts';
import {
  bindingSchema,
  exceptionSchema,
  policySchema,
  type PolicyBinding,
  type Exception,
  type Policy,
} from './policy-schema.ts';

/** A policy with the file it was read from, so that its faults have a place. */
export interface LoadedPolicy {
  readonly policy: Policy;
  readonly source: YamlSource;
}

/** The content of policy files. */
export interface PolicySet {
  readonly policies: readonly LoadedPolicy[];
  readonly bindings: readonly PolicyBinding[];
  readonly exceptions: readonly Exception[];
  /** Broken files, and kinds or modes that bitiq does not evaluate. */
  readonly findings: readonly Finding[];
  /** Warnings about exceptions from a policy that is not in the files. */
  readonly pointless: readonly Finding[];
}

const policyKinds = ['ValidatingPolicy', 'NamespacedValidatingPolicy', 'ValidatingAdmissionPolicy'];

const helperKinds = ['ValidatingAdmissionPolicyBinding', 'PolicyException'];

/** Other kinds of Kyverno: bitiq reports that it does not evaluate them. */
const otherKinds =
  /^(Cluster)?(Policy|CleanupPolicy)$|^(Namespaced)?(Image(Validating|Verification)|Mutating|Generating|Deleting)Policy$|^MutatingAdmissionPolicy$/;

/** The policies, bindings and exceptions in these files (path → text), with a finding for each that is broken or not evaluated here. */
export function readPolicies(files: ReadonlyMap<string, string>): PolicySet {
  const policies: LoadedPolicy[] = [];
  const bindings: PolicyBinding[] = [];
  const exceptions: Exception[] = [];
  const findings: Finding[] = [];
  const asked: { exception: Exception; source: YamlSource }[] = [];
  const take = <T extends z.ZodType>(source: YamlSource, schema: T, use: (value: z.infer<T>) => void) => {
    const read = validateYaml(source, schema, 'policy-invalid');
    if (read.value !== undefined) use(read.value);
    findings.push(...read.findings);
  };
  for (const [file, text] of files) {
    const faults = findings.length;
    const documents = readDocuments(text, file, findings);
    if (findings.length === faults && !documents.some(isKnown)) findings.push(empty(file, documents[0]));
    for (const source of documents) {
      const kind: unknown = source.document.get('kind');
      if (policyKinds.includes(String(kind))) {
        take(source, policySchema, (policy) => {
          const mode = policy.spec.evaluation?.mode;
          if (mode === 'HTTP' || mode === 'Envoy') {
            const path = ['spec', 'evaluation', 'mode'];
            findings.push(unsupported(source, path, `the evaluation mode ${mode}, which judges requests`));
          } else policies.push({ policy, source });
        });
      } else if (kind === 'ValidatingAdmissionPolicyBinding') {
        take(source, bindingSchema, (binding) => bindings.push(binding));
      } else if (kind === 'PolicyException') {
        take(source, exceptionSchema, (exception) => {
          exceptions.push(exception);
          asked.push({ exception, source });
        });
      } else if (otherKinds.test(String(kind))) {
        findings.push(unsupported(source, ['kind'], `the kind ${String(kind)}`));
      }
    }
  }
  return {
    policies,
    bindings,
    exceptions,
    findings: [...findings, ...findRepeats(policies)],
    pointless: asked.flatMap((each) => findPointless(each, policies)),
  };
}

function isKnown({ document }: YamlSource): boolean {
  const kind = String(document.get('kind'));
  return policyKinds.includes(kind) || helperKinds.includes(kind) || otherKinds.test(kind);
}

/** A file without a policy would look like one that is enforced. */
function empty(file: string, source: YamlSource | undefined): Finding {
  const kind: unknown = source?.document.get('kind');
  return {
    code: 'policy-invalid',
    severity: 'error',
    place: source ? placeOf(source, ['kind']) : { file, line: 1 },
    message: `${file} has no policy, so it asks for nothing${typeof kind === 'string' ? `: there is no kind ${kind}` : ''}.`,
    fix:
      typeof kind === 'string'
        ? suggestion(kind, [...policyKinds, ...helperKinds])
        : 'Write the policy, or remove the file.',
  };
}

function readDocuments(text: string, file: string, findings: Finding[]): YamlSource[] {
  const lines = new LineCounter();
  const documents = parseAllWithinLimits(text, { lineCounter: lines, prettyErrors: false, version: '1.1' });
  return documents.flatMap((document) => {
    const source: YamlSource = { file, text, document, lines };
    const fault = document.errors[0];
    if (!fault) return document.contents === null || !('items' in document.contents) ? [] : [source];
    findings.push({
      code: 'policy-invalid',
      severity: 'error',
      place: placeAtOffset(source, fault.pos[0]),
      message: `${file} is not valid YAML: ${fault.message.split('\n')[0]}`,
      fix: 'Correct the file at the place shown.',
    });
    return [];
  });
}

function unsupported(source: YamlSource, path: KeyPath, what: string): Finding {
  return {
    code: 'policy-invalid',
    severity: 'error',
    place: placeOf(source, path),
    message: `${source.file} needs ${what}; bitiq does not evaluate that.`,
    fix: 'Write it as a ValidatingPolicy of the mode Kubernetes or JSON, or move the file out of policies/.',
  };
}

/** An exception from a missing policy excepts nothing. A policy with a fault is not missing. */
function findPointless(
  { exception, source }: { readonly exception: Exception; readonly source: YamlSource },
  policies: readonly LoadedPolicy[],
): Finding[] {
  const names = policies.map(({ policy }) => policy.metadata.name);
  return exception.spec.policyRefs.flatMap(({ name }, index) =>
    names.includes(name)
      ? []
      : [
          {
            code: 'policy-invalid' as const,
            severity: 'warning' as const,
            place: placeOf(source, ['spec', 'policyRefs', index, 'name']),
            message: `The exception ${exception.metadata.name} names the policy ${name}, which is not there.`,
            fix: suggestion(name, names),
          },
        ],
  );
}

function findRepeats(policies: readonly LoadedPolicy[]): Finding[] {
  const first = new Map<string, YamlSource>();
  return policies.flatMap(({ policy, source }) => {
    const key = `${policy.kind}/${policy.metadata.namespace ?? ''}/${policy.metadata.name}`;
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, source);
      return [];
    }
    return [
      {
        code: 'policy-invalid' as const,
        severity: 'error' as const,
        place: placeOf(source, ['metadata', 'name']),
        message: `The policy ${policy.metadata.name} is already in ${earlier.file}.`,
        fix: 'Give one of the two another name.',
      },
    ];
  });
}
