import { openRepository, headOfMain, type Repository } from '../../src/git/repository.ts';
import { commitTree } from '../../src/git/tree.ts';
import type { Applied } from '../../src/actions/plan/apply-plan.ts';
import { readLedger, type LedgerEntry } from '../../src/actions/read/ledger.ts';
import { promote, type PromoteOptions } from '../../src/actions/promote.ts';
import { readConfig, requireEnvironment } from '../../src/actions/read/read-state.ts';
import { rollback } from '../../src/actions/rollback.ts';
import { setTags } from '../../src/actions/set.ts';
import {
  actorAt,
  gitOpsRepository,
  openFixture,
  tagOf,
  temporaryFolder,
  type GitOpsFixture,
} from './gitops-repository.ts';
import { copyMadeLater } from './made-once.ts';

const helm = process.env['BITIQ_HELM']!;
const application = 'environments/prod/application.yaml';

/** A GitOps repository with releases, and what people do to it. Every action has a later time than the one before. */
export interface ReleasedRepository {
  readonly fixture: GitOpsFixture;
  readonly repository: Repository;
  /** Gives toy-web the tag with this number. */
  set(commits: number, environment?: string): Promise<Applied>;
  promote(reason?: string, more?: Partial<PromoteOptions>): Promise<Applied>;
  rollback(to?: string, environment?: string): Promise<Applied>;
  removeTag(release: string): void;
  log(environment?: string): Promise<LedgerEntry[]>;
  /** Writes `targetRevision:` and this text into the Application of prod, by hand. */
  point(text: string): void;
  pointer(): string | undefined;
}

/** A repository where prod ran prod/1 to prod/<count>, each with the next tag of toy-web. */
export async function releasedRepository(count: number): Promise<ReleasedRepository> {
  const folder = temporaryFolder();
  await copyMadeLater(`released-${count}`, folder, async (made) => {
    gitOpsRepository({ folder: made });
    const at = await openReleased(openFixture(made), 0);
    for (let number = 1; number <= count; number++) {
      await at.set(number + 1);
      await at.promote(`p${number}`);
    }
  });
  return openReleased(openFixture(folder), 2 * count);
}

/** What people do to a repository, each a second after the one before, from this second on. */
async function openReleased(fixture: GitOpsFixture, second: number): Promise<ReleasedRepository> {
  const repository = await openRepository(fixture.remote);
  let clock = second;
  return {
    fixture,
    repository,
    set: (commits, environment = 'dev') =>
      setTags(repository, {
        environment,
        tags: new Map([['toy-web', tagOf(commits)]]),
        actor: actorAt(++clock, `tag ${commits}`),
        helm,
      }),
    promote: (reason, more) =>
      promote(repository, { from: 'dev', to: 'prod', actor: actorAt(++clock, reason), helm, ...more }),
    rollback: (to, environment = 'prod') =>
      rollback(repository, { environment, to, actor: actorAt(++clock, 'back'), helm: async () => helm }),
    removeTag: (release) => fixture.remoteGit('update-ref', '-d', `refs/tags/${release}`),
    log: async (environment = 'prod') => {
      const head = await headOfMain(repository);
      const config = await readConfig(commitTree(repository, head));
      return readLedger(repository, {
        head,
        environment: requireEnvironment(config, environment),
        limit: 20,
      });
    },
    point: (text) => {
      const now = fixture.remoteGit('show', `main:${application}`);
      const written = `${now.replace(/targetRevision:.*/, `targetRevision:${text}`)}\n`;
      fixture.commit({ [application]: written }, 'By hand');
    },
    pointer: () => /targetRevision: "?([^\s"]*)/.exec(fixture.remoteGit('show', `main:${application}`))?.[1],
  };
}
