import { describe, expect, it } from 'vitest';
import { startGitHub, token } from '../github/github-server.ts';
import { gitOpsRepository, temporaryFolder } from '../kit/gitops-repository.ts';
import { runScript, type ScriptResult } from './run-script.ts';
import { runStep } from './run-step.ts';

/** The step of the workflow, as GitHub fills it in for pull request 7 of acme/gitops. */
function post(env: NodeJS.ProcessEnv): Promise<ScriptResult> {
  const event = { GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'acme/gitops', NUMBER: '7' };
  const { checkout: cwd } = gitOpsRepository();
  return runStep('promotion-gate.yml', 'comment', { cwd, env: { ...event, ...env } });
}

describe('the comment of a workflow', () => {
  it('is made once, and changed in place from then on, on whatever page it is', async () => {
    const server = await startGitHub();
    const say = (COMMENT: string) => post({ ...server.env, COMMENT });
    const person = { issue: 7, user: { login: 'ann' }, html_url: '' };
    for (let id = 1; id <= 120; id += 1) server.state.comments.push({ ...person, id, body: `comment ${id}` });

    expect((await say('first $(whoami) `x`')).stdout).toMatch(/^The comment was created: http/);
    for (let id = 122; id <= 240; id += 1)
      server.state.comments.push({ ...person, id, body: `comment ${id}` });
    expect((await say('second')).stdout).toMatch(/^The comment was updated: http/);
    expect((await say('second')).stdout).toMatch(/^The comment was true already: http/);
    const own = server.state.comments.filter(({ body }) => body.includes('promotion-gate'));
    expect(own.map(({ body }) => body)).toEqual(['<!-- bitiq:promotion-gate -->\nsecond']);
  });

  it('says what to do without a token that may write, and never shows it', async () => {
    const server = await startGitHub();
    server.faults.push({
      match: /^POST/,
      answer: { status: 403, body: { message: 'Resource not accessible by integration' } },
    });
    const refused = await post({ ...server.env, COMMENT: 'text' });
    expect(refused.status).toBe(3);
    expect(refused.stderr).toContain('Resource not accessible by integration');
    expect(refused.stderr).toContain('fix: ');
    expect(refused.stderr).not.toContain(token);
    const without = await post({ ...server.env, COMMENT: 'text', GITHUB_TOKEN: '', GH_TOKEN: '' });
    expect(without).toMatchObject({ status: 3, stderr: expect.stringContaining('There is no token') });
  });

  it('refuses to run on half of what it needs', async () => {
    const { status, stderr } = await runScript('post-comment.js', ['--number', '7'], {
      cwd: temporaryFolder(),
    });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: '--repository, --number and --marker are needed, and a text in COMMENT. Nothing was changed.\n',
    });
  });
});
