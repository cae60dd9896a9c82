import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../../src/kubernetes/objects.ts';
import { createPolicyCel } from '../../src/cel/kubernetes.ts';
import { compilePolicies, type CompiledPolicy } from '../../src/policy/compile-policy.ts';
import { evaluateJson, evaluatePolicy } from '../../src/policy/evaluate-policy.ts';
import { groupVersionOf, resourceOf } from '../../src/kubernetes/kinds.ts';
import { readPolicies } from '../../src/policy/read-policies.ts';
import { subjectOf, type NamespaceObject, type UserInfo } from '../../src/policy/subject.ts';

/** One expectation of a kyverno-test.yaml, and what came out. */
export interface ExpectedResult {
  readonly policy: string;
  /** As the file names it, with the namespace when it gives one; `*` for all. */
  readonly resource: string;
  readonly expected: string;
  readonly found: string;
}

interface TestFile {
  readonly policies?: readonly string[];
  readonly resources?: readonly string[];
  readonly jsonPayloads?: readonly string[];
  readonly httpPayloads?: readonly string[];
  readonly envoyPayloads?: readonly string[];
  readonly exceptions?: readonly string[];
  readonly paramResources?: readonly string[];
  readonly variables?: string;
  readonly values?: Values;
  readonly userinfo?: string;
  readonly context?: string;
  readonly results: readonly {
    readonly policy: string;
    readonly kind?: string;
    readonly resources?: readonly string[];
    readonly operation?: 'CREATE' | 'UPDATE' | 'DELETE';
    readonly result: string;
  }[];
}

interface Values {
  readonly namespaces?: readonly NamespaceObject[];
  readonly namespaceSelector?: readonly { readonly name: string; readonly labels: Record<string, string> }[];
}

interface Context {
  readonly spec?: {
    readonly resources?: readonly KubernetesObject[];
    readonly images?: readonly { readonly image: string }[];
  };
}

/** The folders below that hold a kyverno-test.yaml, at any depth. */
export function testFolders(folder: string): string[] {
  const own = existsSync(join(folder, 'kyverno-test.yaml')) ? [folder] : [];
  const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...own, ...below.flatMap((entry) => testFolders(join(folder, entry.name)))];
}

/** Evaluates what a kyverno-test.yaml says with bitiq, and gives each expectation with what came out. */
export function runTestFile(folder: string): ExpectedResult[] {
  return readAll<TestFile>(join(folder, 'kyverno-test.yaml')).flatMap((test) => runTest(folder, test));
}

function runTest(folder: string, test: TestFile): ExpectedResult[] {
  const at = (path: string) => resolve(folder, path);
  const files = [...(test.policies ?? []), ...(test.exceptions ?? [])].map(at).flatMap(filesOf);
  const set = readPolicies(new Map(files.map((file) => [file, readFileSync(file, 'utf8')])));
  const context = test.context ? readAll<Context>(at(test.context)) : [];
  const known = context.flatMap(({ spec }) => spec?.resources ?? []);
  const cel = createPolicyCel({
    get: (apiVersion, resource, namespace, name) =>
      known.find((item) => isThere(item, apiVersion, resource, namespace) && item.metadata.name === name),
    list: (apiVersion, resource, namespace) =>
      known.filter((item) => isThere(item, apiVersion, resource, namespace)),
    imageMetadata: (image) =>
      context.flatMap(({ spec }) => spec?.images ?? []).find((each) => each.image === image),
  });
  const { policies, findings } = compilePolicies(set, { cel, now: new Date() });
  const faults = [...set.findings, ...findings];
  if (faults.length > 0) throw new Error(faults.map(({ message }) => message).join('\n'));

  const objects = (test.resources ?? []).map(at).flatMap((file) => readAll<KubernetesObject>(file));
  const payloads = (test.jsonPayloads ?? []).map((file) => ({
    name: basename(file),
    value: readAll<unknown>(at(file))[0],
  }));
  const params = (test.paramResources ?? []).map(at).flatMap((file) => readAll<unknown>(file));
  const values = test.values ?? (test.variables ? readAll<Values>(at(test.variables))[0] : undefined);
  const user = test.userinfo ? readAll<{ userInfo: UserInfo }>(at(test.userinfo))[0]?.userInfo : undefined;

  return test.results.flatMap((result) => {
    const named = policies.filter((policy) => policy.name === result.policy);
    const wanted = result.resources ?? ['*'];
    if (payloads.length > 0) {
      return wanted.map((resource) => {
        const found = payloads
          .filter(({ name }) => resource === '*' || name === resource)
          .flatMap(({ value }) => named.map((policy) => evaluateJson(policy, value).result));
        return entry(result, resource, found);
      });
    }
    const judge = (policy: CompiledPolicy, object: KubernetesObject) =>
      evaluatePolicy(
        policy,
        subjectOf(object, {
          namespace: 'default',
          namespaceObject: (name) => namespaceFrom(values, name),
          operation: result.operation,
          user: policy.isAdmissionPolicy ? { ...background, ...user } : user,
        }),
        { params },
      )?.result;
    return wanted.map((resource) => {
      const found = objects
        .filter(({ kind }) => !result.kind || kind === result.kind)
        .filter((object) => resource === '*' || isNamed(object, resource))
        .flatMap((object) => named.map((policy) => judge(policy, object) ?? 'skip'));
      return entry(result, resource, found);
    });
  });
}

function entry(
  result: TestFile['results'][number],
  resource: string,
  found: readonly string[],
): ExpectedResult {
  const distinct = [...new Set(found)].join('+') || 'nothing';
  return { policy: result.policy, resource, expected: result.result, found: distinct };
}

// Who asks when no one is named, for admission policies (pkg/admissionpolicy/user_info.go).
const background = {
  username: 'system:kyverno:background-scan',
  uid: 'system:kyverno:background-scan',
  groups: ['system:kyverno:background-scan'],
};

function namespaceFrom(values: Values | undefined, name: string): NamespaceObject | undefined {
  const whole = values?.namespaces?.find(({ metadata }) => metadata.name === name);
  if (whole) return whole;
  const labelled = values?.namespaceSelector?.find((each) => each.name === name);
  return labelled && { metadata: { name, labels: labelled.labels } };
}

function isThere(item: KubernetesObject, apiVersion: string, resource: string, namespace: string): boolean {
  return (
    groupVersionOf(item.apiVersion).group === groupVersionOf(apiVersion).group &&
    resourceOf(item.kind) === resource &&
    (namespace === '' || (item.metadata.namespace ?? 'default') === namespace)
  );
}

function isNamed({ metadata }: KubernetesObject, wanted: string): boolean {
  const [name, namespace] = wanted.split('/').reverse();
  return metadata.name === name && (namespace === undefined || metadata.namespace === namespace);
}

function filesOf(path: string): string[] {
  if (/\.ya?ml$/.test(path)) return [path];
  return readdirSync(path)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => join(path, name));
}

function readAll<T>(file: string): T[] {
  if (!existsSync(file)) throw new Error(`${dirname(file)} lacks ${basename(file)}`);
  return (parseAllDocuments(readFileSync(file, 'utf8')) as { toJS(): unknown }[])
    .map((document) => document.toJS())
    .filter((value) => value !== null) as T[];
}
