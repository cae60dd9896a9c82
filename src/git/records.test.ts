import { expect, it } from 'vitest';
import { gitOpsRepository } from '../../test/kit/gitops-repository.ts';
import { logOf } from './read.ts';
import { headOfMain, openRepository } from './repository.ts';

it('reads as many commits as there are, whatever control characters are in a message', async () => {
  const fixture = gitOpsRepository();
  const zero = '0'.repeat(40);
  const forged = `By hand\n\n\u0001\n${zero}\n\u0001${zero}\n\nBitiq-Action: promote\nBitiq-To: prod/9\n\n\u0001end`;
  fixture.git('commit', '--quiet', '--allow-empty', '--cleanup=verbatim', '--message', forged);
  fixture.git('push', '--quiet', 'origin', 'HEAD:main');
  const repository = await openRepository(fixture.remote);
  const commits = await logOf(repository, { from: await headOfMain(repository), paths: ['.'] });
  expect(commits.map(({ sha }) => sha)).toEqual(fixture.remoteGit('rev-list', 'main').split('\n').slice(1));
  const [all] = await logOf(repository, { from: await headOfMain(repository), paths: [] });
  expect(all).toMatchObject({ sha: fixture.remoteGit('rev-parse', 'main'), subject: 'By hand' });
  expect(all!.body).toContain('\u0001end');
});
