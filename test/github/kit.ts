import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { connectGitHub, type GitHub } from '../../src/github/client.ts';
import { openRepository } from '../../src/git/repository.ts';
import { promote, type PromoteOptions } from '../../src/actions/promote.ts';
import { printPlan } from '../../src/cli/print-plan.ts';
import type { Plan } from '../../src/model/plan.ts';
import { setTags } from '../../src/actions/set.ts';
import { actorAt, gitOpsRepository, tagOf, temporaryFolder } from '../kit/gitops-repository.ts';
import { startGitHub } from './github-server.ts';

export const helm = process.env['BITIQ_HELM']!;
export const remoteUrl = 'https://github.com/acme/gitops.git';

/** A GitOps repository whose origin is on github.com by name and on this disk by the user's rule, with a server that is its GitHub. */
export async function openWorkshop() {
  const fixture = gitOpsRepository();
  const server = await startGitHub();
  fixture.git('remote', 'set-url', 'origin', remoteUrl);
  sealNetwork(temporaryFolder(), fixture.remote);
  server.state.branchState = (branch) => {
    const is = (...args: string[]) => spawnSync('git', ['-C', fixture.remote, ...args]).status === 0;
    if (!is('rev-parse', '--verify', '--quiet', `refs/heads/${branch}`)) return 'missing';
    return is('merge-base', '--is-ancestor', branch, 'main') ? 'same' : 'ahead';
  };
  const repository = await openRepository(fixture.checkout);
  const github = await connectGitHub(remoteUrl, { env: server.env, secondMs: 10 });
  let clock = 0;
  return {
    fixture,
    server,
    repository,
    github,
    set: (commits: number, services = ['toy-service']) =>
      setTags(repository, {
        environment: 'dev',
        tags: new Map(services.map((service) => [service, tagOf(commits)])),
        actor: actorAt(++clock),
        helm,
      }),
    promote: (from = 'dev', force = false) =>
      promote(repository, { from, to: 'prod', actor: actorAt(++clock), helm, force }),
    propose: async (options: Partial<PromoteOptions> & { github?: GitHub | undefined } = {}) => {
      const pullRequest = { helm, ...('github' in options ? { github: options.github } : { github }) };
      const promotion = { to: 'prod', actor: actorAt(++clock), helm, pullRequest, ...options };
      const applied = await promote(repository, promotion);
      return { ...applied, applied };
    },
    /** What any other action takes to propose. */
    door: { github, describe: (plan: Plan) => printPlan(plan, (_, text) => text) },
    /** Merges the branch as GitHub's button does, or with one new commit that has the title alone. */
    merge: (how: 'merge' | 'squash' = 'merge', branch = 'bitiq/prod', message?: string) => {
      const pull = server.state.pulls.find((each) => each.state === 'open' && each.head.ref === branch);
      fixture.git('fetch', '--quiet', 'origin');
      fixture.git('checkout', '--quiet', '-B', 'main', 'origin/main');
      if (how === 'merge') fixture.git('merge', '--quiet', '--no-ff', '--no-edit', `origin/${branch}`);
      else {
        fixture.git('merge', '--quiet', '--squash', `origin/${branch}`);
        fixture.git('commit', '--quiet', '--message', message ?? `${pull.title} (#${pull.number})`);
      }
      fixture.git('push', '--quiet', 'origin', 'main');
      if (pull) pull.state = 'closed';
    },
    tags: () => fixture.remoteGit('tag', '--list').split('\n').filter(Boolean),
    pointer: (ref = 'main') =>
      /targetRevision: refs\/tags\/(\S+)/.exec(
        fixture.remoteGit('show', `${ref}:environments/prod/application.yaml`),
      )?.[1],
  };
}

/** The GitOps repository is on this disk, and no one looks for the commits of services on the network. */
function sealNetwork(folder: string, remote: string): void {
  const sealed = {
    XDG_CACHE_HOME: join(folder, 'cache'),
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: `url.${join(folder, 'nowhere')}/.insteadOf`,
    GIT_CONFIG_VALUE_0: 'https://github.com/bitiq-io/',
    GIT_CONFIG_KEY_1: `url.${remote}.insteadOf`,
    GIT_CONFIG_VALUE_1: remoteUrl,
  };
  const before = { ...process.env };
  Object.assign(process.env, sealed);
  onTestFinished(() => {
    for (const name of Object.keys(sealed)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });
}
