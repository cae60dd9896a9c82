import { describe, expect, it } from 'vitest';
import { connectGitHub } from '../../src/github/client.ts';
import { deleteHook, upsertHook } from '../../src/github/hooks.ts';
import { findPullRequest, upsertPullRequest } from '../../src/github/pull-requests.ts';
import { startGitHub } from './github-server.ts';

const url = 'https://hooks.example/';

async function open() {
  const server = await startGitHub();
  return {
    server,
    github: await connectGitHub('https://github.com/acme/gitops', { env: server.env, secondMs: 10 }),
  };
}

describe('webhooks', () => {
  it('are all changed where several go to one address', async () => {
    const { server, github } = await open();
    for (const [id, to] of [url, 'https://other.example/', url.slice(0, -1)].entries())
      server.state.hooks.push({ id, repository: 'gitops', config: { url: to, secret: 'old' } });
    expect(await upsertHook(github, { url, secret: 'new' })).toEqual({ state: 'updated', id: 0 });
    expect(server.state.hooks.map(({ config }) => config.secret)).toEqual(['new', 'old', 'new']);
  });

  it('count as removed when the answer was lost, and not when they are still there', async () => {
    const { server, github } = await open();
    for (const id of [1, 2]) server.state.hooks.push({ id, repository: 'gitops', config: { url } });
    server.faults.push({ match: /^DELETE/, answer: 'lose' });
    await deleteHook(github, 1);
    expect(server.state.hooks).toHaveLength(1);
    server.faults.push({ match: /^DELETE/, answer: { status: 404, body: { message: 'Not Found' } } });
    await expect(deleteHook(github, 2)).rejects.toMatchObject({ code: 'github-missing' });
  });
});

describe('the pull request of a branch', () => {
  it('is none of a fork, whatever its branch is called', async () => {
    const { server, github } = await open();
    const branch = 'bitiq/prod';
    const into = { ref: 'main', repo: { full_name: 'acme/gitops' } };
    const shown = { state: 'open', title: '', body: '', html_url: '', labels: [], base: into };
    for (const repo of [{ full_name: 'mallory/gitops' }, null])
      server.state.pulls.push({ ...shown, number: 1, head: { ref: branch, repo } });
    expect(await findPullRequest(github, branch)).toBeUndefined();
    server.state.pulls.push({ ...shown, number: 3, head: { ref: branch, repo: into.repo } });
    expect(await findPullRequest(github, branch)).toMatchObject({ number: 3 });
  });

  it('is updated when a label is added to it', async () => {
    const { server, github } = await open();
    const options = { branch: 'bitiq/prod', title: 'title', body: 'body', labels: ['prod'] };
    expect(await upsertPullRequest(github, options)).toMatchObject({ state: 'opened' });
    expect(await upsertPullRequest(github, options)).toMatchObject({ state: 'unchanged' });
    server.state.labels = ['prod'];
    expect(await upsertPullRequest(github, options)).toMatchObject({ state: 'updated' });
    expect(await upsertPullRequest(github, options)).toMatchObject({ state: 'unchanged' });
  });
});
