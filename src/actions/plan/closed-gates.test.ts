import { spawnSync } from 'node:child_process';
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  actorAt,
  repositoryWithPolicies,
  temporaryFolder,
  type GitOpsFixture,
} from '../../../test/kit/gitops-repository.ts';
import { openRepository } from '../../git/repository.ts';
import { promote } from '../promote.ts';
import { setTags } from '../set.ts';

const helm = process.env['BITIQ_HELM']!;
const hasOpa = spawnSync('opa', ['version']).status === 0;
const rego = (text: string) => ({ 'policies/own/own.rego': text });
const valid = 'package bitiq.own\n\ndeny contains "no" if { false }\n';

/** What stands at the place of `opa` on PATH; undefined: nothing does. */
function withOpa(script: string | undefined): void {
  const path = process.env['PATH']!;
  const folder = temporaryFolder();
  if (script !== undefined) {
    writeFileSync(join(folder, 'opa'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'opa'), 0o755);
  }
  const others = path.split(delimiter).filter((each) => spawnSync(join(each, 'opa'), ['version']).error);
  process.env['PATH'] = [folder, ...others].join(delimiter);
  onTestFinished(() => {
    process.env['PATH'] = path;
  });
}

interface Fault {
  readonly name: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly prepare?: (fixture: GitOpsFixture) => void;
  readonly opa?: string | undefined;
  readonly code: string;
  readonly message: RegExp;
}

const policy = (more: string) =>
  `apiVersion: policies.kyverno.io/v1\nkind: ValidatingPolicy\nmetadata:\n  name: own\n${more}`;

const faults: readonly Fault[] = [
  {
    name: 'Rego without opa',
    files: rego(valid),
    opa: undefined,
    code: 'policy-not-evaluated',
    message: /own\.rego was not evaluated: it is Rego, and there is no opa on PATH/,
  },
  {
    name: 'an opa that crashes',
    files: rego(valid),
    opa: 'echo "panic: no memory" >&2; kill -SEGV $$',
    code: 'policy-not-evaluated',
    message: /own\.rego was not evaluated: opa failed/,
  },
  {
    name: 'an opa that fails without a result',
    files: rego(valid),
    opa: 'echo "cannot read" >&2; exit 2',
    code: 'policy-not-evaluated',
    message: /own\.rego was not evaluated: opa failed: cannot read/,
  },
  {
    name: 'an opa that says nothing, and that it went well',
    files: rego(valid),
    opa: 'exit 0',
    code: 'policy-not-evaluated',
    message: /own\.rego was not evaluated: opa failed: it ended with exit code 0 and printed no result/,
  },
  {
    name: 'an opa that took too long',
    files: rego(valid),
    opa: `echo '{"errors": [{"message": "caller cancelled query execution", "code": "eval_cancel_error"}]}'; exit 2`,
    code: 'policy-not-evaluated',
    message: /cannot be evaluated: opa says "caller cancelled/,
  },
  {
    name: 'a policy that is a link',
    prepare: (fixture) => {
      symlinkSync('availability', join(fixture.checkout, 'policies/linked'));
      fixture.commit({});
    },
    code: 'file-invalid',
    message: /policies\/linked is a symbolic link/,
  },
  {
    name: 'a policy that is not YAML',
    files: { 'policies/own/policy.yaml': 'kind: [\n' },
    code: 'policy-invalid',
    message: /policies\/own\/policy\.yaml is not valid YAML/,
  },
  {
    name: 'an expression that does not compile',
    files: {
      'policies/own/policy.yaml': policy(
        'spec:\n  matchConstraints:\n    resourceRules:\n      - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}\n  validations:\n    - expression: object.spec.replicas >\n',
      ),
    },
    code: 'policy-invalid',
    message: /does not compile/,
  },
  {
    name: 'a kind that bitiq does not evaluate',
    files: {
      'policies/own/policy.yaml':
        'apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata:\n  name: own\nspec: {}\n',
    },
    code: 'policy-invalid',
    message: /ClusterPolicy/,
  },
  {
    name: 'an exception that is broken',
    files: {
      'policies/exceptions/own.yaml':
        'apiVersion: policies.kyverno.io/v1\nkind: PolicyException\nmetadata:\n  name: own\nspec: {}\n',
    },
    code: 'policy-invalid',
    message: /policyRefs/,
  },
  {
    name: 'a policy that stands where nothing reads it',
    files: { 'policies/own.json': '{"kind": "ValidatingPolicy"}\n' },
    code: 'policy-invalid',
    message: /policies\/own\.json is not read/,
  },
  ...(hasOpa
    ? [
        {
          name: 'Rego of another package',
          files: rego('package main\n\ndeny contains "no" if { true }\n'),
          code: 'policy-invalid',
          message: /own\.rego is of the package main, which is not read/,
        },
        {
          name: 'Rego that decides by another rule',
          files: rego('package bitiq.own\n\nviolation contains {"msg": "no"} if { true }\n'),
          code: 'policy-invalid',
          message: /a rule violation, which is not read/,
        },
        {
          name: 'Rego that denies by true',
          files: rego('package bitiq.own\n\ndeny if { true }\n'),
          code: 'policy-invalid',
          message: /deny of the package bitiq\.own is not a set or list/,
        },
        {
          name: 'Rego with a built-in that fails',
          files: rego('package bitiq.own\n\ndeny contains "no" if { to_number("many") > 1 }\n'),
          code: 'policy-invalid',
          message: /to_number/,
        },
      ]
    : []),
];

async function prepared(fault: Fault) {
  const fixture = repositoryWithPolicies();
  if (fault.files) fixture.commit(fault.files);
  fault.prepare?.(fixture);
  if ('opa' in fault) withOpa(fault.opa);
  return { fixture, repository: await openRepository(fixture.remote) };
}

const promotion = { from: 'dev', to: 'prod', actor: actorAt(1), helm };

describe('a release whose policies cannot be evaluated', () => {
  it.each(faults)('is refused: $name', async (fault) => {
    const { fixture, repository } = await prepared(fault);
    const refs = fixture.remoteGit('for-each-ref');
    const expected = {
      code: fault.code,
      message: expect.stringMatching(fault.message) as string,
      fix: expect.stringContaining('`--allow-unevaluated`') as string,
    };
    await expect(promote(repository, promotion)).rejects.toMatchObject(expected);
    await expect(
      setTags(repository, { ...promotion, environment: 'prod', tags: new Map() }),
    ).rejects.toMatchObject(expected);
    expect(fixture.remoteGit('for-each-ref')).toBe(refs);
  });

  it.each(faults.slice(0, 6))('is made when a person says so, and records it: $name', async (fault) => {
    const { fixture, repository } = await prepared(fault);
    await promote(repository, { ...promotion, allowUnevaluated: true });
    const record = fixture.remoteGit('cat-file', '-p', 'prod/1');
    expect(record).not.toContain('- policies');
    expect(record).toMatch(
      /\n {2}- check: policies\n {4}by: Ada <ada@example\.com>\n {4}why: ["']?--allow-un/,
    );
    expect(record).toMatch(fault.message);
  });

  it('is still refused by the other policies', async () => {
    const { fixture, repository } = await prepared(faults[0]!);
    const values = fixture.read('helm/bitiq/values-prod.yaml').replace('replicas: 2', 'replicas: 1');
    fixture.commit({ 'helm/bitiq/values-prod.yaml': values });
    await expect(promote(repository, { ...promotion, allowUnevaluated: true })).rejects.toMatchObject({
      code: 'policy-denied',
    });
  });

  it.skipIf(!hasOpa)('is made where opa allows it, with nothing of the policies skipped', async () => {
    const fixture = repositoryWithPolicies();
    fixture.commit(rego(valid));
    await promote(await openRepository(fixture.remote), promotion);
    const record = fixture.remoteGit('cat-file', '-p', 'prod/1');
    expect(record).toContain('- policies');
    expect(record).not.toContain('check: policies');
  });
});
