import { describe, expect, it } from 'vitest';
import { gitOpsRepository } from '../../../test/kit/gitops-repository.ts';
import { folderTree } from '../../git/tree.ts';
import { readConfig } from '../read/read-state.ts';
import { checkPolicies } from '../check/policies.ts';

const policy = `apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata:
  name: some
spec:
  validations:
    - expression: "true"
`;

async function findings(files: Readonly<Record<string, string>>) {
  const fixture = gitOpsRepository();
  fixture.commit(files);
  const tree = folderTree(fixture.checkout);
  const found = await checkPolicies(tree, await readConfig(tree), new Date(0));
  return found.map(({ code, place, message, fix }) => [code, place.file, place.line, message, fix]);
}

describe('a policy that would hold nowhere is told:', () => {
  it.each([
    ['beside the folders', 'policies/some.yaml'],
    ['under another name', 'policies/some/rule.yml'],
    ['too deep', 'policies/team/some/policy.yaml'],
  ])('one %s', async (_, path) => {
    expect(await findings({ [path]: policy })).toEqual([
      [
        'policy-invalid',
        path,
        2,
        `${path} is not read, so it has no effect.`,
        'Move it to policies/<name>/policy.yaml, a folder for each policy.',
      ],
    ]);
  });

  it('an exception outside its folder', async () => {
    const text = policy.replace('ValidatingPolicy', 'PolicyException');
    const [[, , , , fix] = []] = await findings({ 'policies/some/exception.yaml': text });
    expect(fix).toBe('Move it into policies/exceptions/.');
  });

  it('a file that is empty, and one whose kind is misspelt', async () => {
    const path = 'policies/some/policy.yaml';
    expect(await findings({ [path]: '# later\n' })).toEqual([
      ['policy-invalid', path, 1, `${path} has no policy, so it asks for nothing.`, expect.any(String)],
    ]);
    expect(await findings({ [path]: policy.replace('Validating', 'Validatng') })).toEqual([
      [
        'policy-invalid',
        path,
        2,
        `${path} has no policy, so it asks for nothing: there is no kind ValidatngPolicy.`,
        'Did you mean ValidatingPolicy?',
      ],
    ]);
  });

  it('and nothing of the cases beside a policy', async () => {
    const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n';
    const files = {
      policy,
      good: pod,
      bad: policy,
      'bad-two': pod,
      context: pod,
      'kyverno-test': pod,
      notes: pod,
    };
    expect(
      await findings(
        Object.fromEntries(Object.entries(files).map(([name, text]) => [`policies/some/${name}.yaml`, text])),
      ),
    ).toEqual([]);
  });
});

it('a misspelt key is shown at the key, also where its value begins on the next line', async () => {
  const text = policy.replace('validations', 'validation');
  expect((await findings({ 'policies/some/policy.yaml': text })).map((each) => each.slice(0, 3))).toEqual([
    ['policy-invalid', 'policies/some/policy.yaml', 6],
  ]);
});
