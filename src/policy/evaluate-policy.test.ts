import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { createPolicyCel, noLookups } from '../cel/kubernetes.ts';
import { compilePolicies } from './compile-policy.ts';
import { evaluatePolicy, type PolicyDecision } from './evaluate-policy.ts';
import { readPolicies } from './read-policies.ts';
import { subjectOf, type SubjectOptions } from './subject.ts';

const now = new Date('2026-01-01T00:00:00Z');
const pods = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] };

function policy(spec: object, kind = 'ValidatingPolicy', metadata: object = {}): object {
  const apiVersion = kind.includes('Admission')
    ? 'admissionregistration.k8s.io/v1'
    : 'policies.kyverno.io/v1';
  return {
    apiVersion,
    kind,
    metadata: { name: 'p', ...metadata },
    spec: { matchConstraints: { resourceRules: [pods] }, ...spec },
  };
}

/** What the first policy of these documents decides of an object. */
function decide(
  documents: readonly object[],
  object: object,
  options: Partial<SubjectOptions> & { readonly params?: readonly unknown[] } = {},
): PolicyDecision | undefined {
  const text = documents.map((document) => stringify(document, { lineWidth: 0 })).join('---\n');
  const set = readPolicies(new Map([['policies/p/policy.yaml', text]]));
  const { policies, findings } = compilePolicies(set, { cel: createPolicyCel(noLookups), now });
  expect([...set.findings, ...findings]).toEqual([]);
  return evaluatePolicy(
    policies[0]!,
    subjectOf(object as never, { namespace: 'default', ...options }),
    options,
  );
}

const pod = (extra: object = {}, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', ...metadata },
  spec: { containers: [{ name: 'web', image: 'web:1' }], ...extra },
});
const wrapped = (kind: string, apiVersion: string) => {
  const { spec } = pod();
  const template = { metadata: { labels: { app: 'web' } }, spec };
  return {
    apiVersion,
    kind,
    metadata: { name: 'web', namespace: 'shop' },
    spec: kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template },
  };
};
const never = [{ expression: 'false' }];

describe('a policy', () => {
  it('gives the message of its first failure: expression, text, or a number', () => {
    const give = (validation: object) =>
      decide([policy({ validations: [{ expression: 'true' }, validation] })], pod());
    expect(give({ expression: 'false', message: ' no ' })).toMatchObject({ result: 'fail', message: 'no' });
    expect(give({ expression: 'false', messageExpression: 'object.metadata.name + "!"' })?.message).toBe(
      'web!',
    );
    expect(give({ expression: 'false' })?.message).toBe('CEL expression validation failed at index 1');
    expect(give({ expression: 'false', messageExpression: 'object.nothing' })?.message).toContain(
      'No such key',
    );
    expect(give({ expression: 'object.nothing' })).toMatchObject({
      result: 'error',
      message: 'No such key: nothing',
    });
    expect(give({ expression: 'object.metadata.name' })).toMatchObject({ result: 'error' });
  });

  it('reads a variable only when it is asked for, and at most once', () => {
    const variables = [
      { name: 'broken', expression: 'object.nothing' },
      { name: 'name', expression: 'object.metadata.name' },
      { name: 'twice', expression: 'variables.name + variables.name' },
    ];
    expect(
      decide([policy({ variables, validations: [{ expression: 'variables.twice == "webweb"' }] })], pod()),
    ).toEqual({
      result: 'pass',
      message: '',
    });
    expect(
      decide([policy({ variables, validations: [{ expression: 'variables.broken == 1' }] })], pod())?.result,
    ).toBe('error');
  });

  it.each([
    ['false', 'Fail', 'skip'],
    ['true', 'Fail', 'fail'],
    ['object.nothing', 'Fail', 'error'],
    ['object.nothing', 'Ignore', 'skip'],
  ])(
    'with the match condition %s and the failure policy %s gives %s',
    (expression, failurePolicy, result) => {
      const spec = { matchConditions: [{ name: 'c', expression }], failurePolicy, validations: never };
      expect(decide([policy(spec)], pod())?.result).toBe(result);
      expect(decide([policy(spec, 'ValidatingAdmissionPolicy')], pod())?.result).toBe(result);
    },
  );

  it('decides by a false condition even beside one that fails', () => {
    const matchConditions = [
      { name: 'a', expression: 'object.nothing' },
      { name: 'b', expression: 'false' },
    ];
    expect(decide([policy({ matchConditions, validations: never })], pod())?.result).toBe('skip');
  });

  it('knows the request, the namespace and what is deleted', () => {
    const spec = (expression: string) => policy({ validations: [{ expression }] });
    const namespaceObject = (name: string) => ({ metadata: { name, labels: { tier: 'gold' } } });
    expect(
      decide(
        [
          spec(
            'request.operation == "CREATE" && request.kind.kind == "Pod" && oldObject == null && namespaceObject.metadata.labels.tier == "gold" && object.metadata.namespace == "default"',
          ),
        ],
        pod(),
        { namespaceObject },
      )?.result,
    ).toBe('pass');
    const removal = policy({
      matchConstraints: { resourceRules: [{ ...pods, operations: ['DELETE'] }] },
      validations: [{ expression: 'object == null && oldObject.metadata.name == "web"' }],
    });
    expect(decide([removal], pod(), { operation: 'DELETE' })?.result).toBe('pass');
    expect(decide([removal], pod())).toBeUndefined();
  });
});

describe('constraints', () => {
  const rules = (rule: object, more: object = {}) =>
    policy({ matchConstraints: { resourceRules: [{ ...pods, ...rule }], ...more }, validations: never });

  it.each([
    ['other names', rules({ resourceNames: ['other'] })],
    ['another version', rules({ apiVersions: ['v2'] })],
    ['another scope', rules({ scope: 'Cluster' })],
    ['an exclusion', rules({}, { excludeResourceRules: [{ ...pods, resourceNames: ['web'] }] })],
    ['labels', rules({}, { objectSelector: { matchLabels: { app: 'web' } } })],
    ['a namespace', rules({}, { namespaceSelector: { matchLabels: { tier: 'gold' } } })],
    [
      'another namespace',
      policy({ validations: never }, 'NamespacedValidatingPolicy', { namespace: 'other' }),
    ],
  ])('leave out by %s', (_, document) => {
    expect(decide([document], pod())).toBeUndefined();
  });

  it.each([
    ['its name', rules({ resourceNames: ['web'] })],
    ['wildcards', rules({ apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], operations: ['*'] })],
    [
      'its namespace by the name that Kubernetes gives',
      rules({}, { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } } }),
    ],
    [
      'a label that is not there',
      rules(
        {},
        { objectSelector: { matchExpressions: [{ key: 'x', operator: 'NotIn', values: ['gold'] }] } },
      ),
    ],
    ['its namespace', policy({ validations: never }, 'NamespacedValidatingPolicy', { namespace: 'default' })],
  ])('take in by %s', (_, document) => {
    expect(decide([document], pod())?.result).toBe('fail');
  });
});

describe('autogen', () => {
  const spec = {
    validations: [
      { expression: 'object.spec.containers.all(c, c.image == "web:1")' },
      { expression: 'object.metadata.labels.app == "web" && object.metadata.namespace == "shop"' },
    ],
  };

  it.each([
    ['Deployment', 'apps/v1'],
    ['StatefulSet', 'apps/v1'],
    ['Job', 'batch/v1'],
    ['CronJob', 'batch/v1'],
  ])(
    'judges a %s, keeps the namespace where it is, and gives the expression as it was written',
    (kind, apiVersion) => {
      expect(decide([policy(spec)], wrapped(kind, apiVersion))?.result).toBe('pass');
      const broken = { validations: [{ expression: 'object.spec.containers.all(c, c.image == "other")' }] };
      expect(decide([policy(broken)], wrapped(kind, apiVersion))).toMatchObject({
        result: 'fail',
        expression: broken.validations[0]!.expression,
      });
    },
  );

  it('judges only what is chosen, and nothing when the policy is not for Pods alone', () => {
    const chosen = { ...spec, autogen: { podControllers: { controllers: ['cronjobs'] } } };
    expect(decide([policy(chosen)], wrapped('Deployment', 'apps/v1'))).toBeUndefined();
    const both = {
      ...spec,
      matchConstraints: { resourceRules: [{ ...pods, resources: ['pods', 'services'] }] },
    };
    expect(decide([policy(both)], wrapped('Deployment', 'apps/v1'))).toBeUndefined();
  });
});

describe('an exception', () => {
  const exception = (spec: object) => ({
    apiVersion: 'policies.kyverno.io/v1',
    kind: 'PolicyException',
    metadata: { name: 'e' },
    spec: { policyRefs: [{ name: 'p', kind: 'ValidatingPolicy' }], ...spec },
  });
  const named = [{ name: 'c', expression: 'object.metadata.name == "web"' }];

  it.each([
    [{}, 'skip'],
    [{ matchConditions: named }, 'skip'],
    [{ matchConditions: named, reportResult: 'pass' }, 'pass'],
    [{ matchConditions: [{ name: 'c', expression: 'false' }] }, 'fail'],
    [{ policyRefs: [{ name: 'other', kind: 'ValidatingPolicy' }] }, 'fail'],
    [{ expiresAt: '2025-12-31T00:00:00Z' }, 'fail'],
    [{ expiresAt: '2026-12-31T00:00:00Z' }, 'skip'],
  ])('%j gives %s', (spec, result) => {
    expect(decide([policy({ validations: never }), exception(spec)], pod())?.result).toBe(result);
  });

  it('may only allow images and values, which the policy then asks for', () => {
    const validations = [
      { expression: 'object.spec.containers.all(c, c.image in exceptions.allowedImages)' },
      { expression: '"v" in exceptions.allowedValues' },
    ];
    const allowed = exception({ images: ['web:1'], allowedValues: ['v'] });
    expect(decide([policy({ validations }), allowed], pod())?.result).toBe('pass');
    expect(decide([policy({ validations })], pod())?.result).toBe('fail');
  });
});

describe('an admission policy', () => {
  const binding = (spec: object) => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'b' },
    spec: { policyName: 'p', validationActions: ['Deny'], ...spec },
  });
  const kind = 'ValidatingAdmissionPolicy';

  it('reads its parameters, by variables too', () => {
    const spec = {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      variables: [{ name: 'limit', expression: 'int(params.data.limit)' }],
      validations: [{ expression: 'object.spec.containers.size() <= variables.limit' }],
    };
    const params = (limit: string) => [{ metadata: { name: 'limits' }, data: { limit } }];
    const bound = [policy(spec, kind), binding({ paramRef: { name: 'limits' } })];
    expect(decide(bound, pod(), { params: params('1') })?.result).toBe('pass');
    expect(decide(bound, pod(), { params: params('0') })?.result).toBe('fail');
    expect(decide(bound, pod(), { params: [] })?.result).toBe('error');
  });

  it('ignores its errors when it says so, and names the expression when it has no message', () => {
    const validations = [{ expression: 'object.nothing' }, { expression: ' 1 == 2 ' }];
    expect(decide([policy({ failurePolicy: 'Ignore', validations }, kind)], pod())).toMatchObject({
      result: 'fail',
      message: 'failed expression: 1 == 2',
    });
  });

  it('says nothing of what no binding takes in', () => {
    const bound = binding({ matchResources: { objectSelector: { matchLabels: { app: 'x' } } } });
    expect(decide([policy({ validations: never }, kind), bound], pod())).toBeUndefined();
  });
});
