import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root, temporaryFolder } from '../../../test/kit/gitops-repository.ts';
import { folderTree } from '../../git/tree.ts';
import { judgeFile } from './judge-file.ts';

const pod = (name: string, namespace: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}${namespace}}\nspec: {containers: [{name: a, image: 'evil/x:latest'}]}\n`;

it('judges objects as those of the environment, whatever namespace they name', async () => {
  const path = join(temporaryFolder(), 'objects.yaml');
  const objects = [
    pod('bare', ''),
    pod('own', ', namespace: bitiq-prod'),
    pod('other', ', namespace: kube-system'),
  ];
  writeFileSync(path, objects.join('---\n'));
  const report = await judgeFile({
    tree: folderTree(root),
    path,
    file: 'objects.yaml',
    environment: 'prod',
    now: new Date(0),
  });
  const denied = report.verdicts.filter(
    ({ policy, result }) => policy === 'known-images' && result === 'fail',
  );
  expect(denied.map(({ name }) => name)).toEqual(['bare', 'own', 'other']);
});
