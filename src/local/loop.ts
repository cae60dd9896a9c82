import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { builderOf, builtServices } from '../model/built-services.ts';
import { cloneUrlOf, fullNameOf } from '../model/repository-address.ts';
import type { EventView, LoopView } from '../model/loop-view.ts';
import { headOfMain, openRepository, type Repository } from '../git/repository.ts';
import { commitTree, folderTree } from '../git/tree.ts';
import { readConfig } from '../actions/read/read-state.ts';
import { announceEnvironments } from './announce-environments.ts';
import { openBuilds, type Builds } from './builds/builds.ts';
import { openDelivery } from './delivery.ts';
import { openDeployers } from './deployers.ts';
import { describeEnd, describeProblem } from './describe-problem.ts';
import { openEventLog } from './event-log.ts';
import { receiveHook } from './receive-hook.ts';
import { keepHealth } from './keep-health.ts';
import { keepStops } from './keep-stops.ts';
import { gitOpsName, loopPaths } from './loop-paths.ts';
import { keepPrivate } from './keep-private.ts';
import { claimLoop } from './loop-record.ts';
import { pipelineFiles } from './pipeline-files.ts';
import { explainState } from './explain-state.ts';
import { rebuildMissing } from './rebuild-missing.ts';
import { scratchFolder } from './scratch-folder.ts';
import { seedRemotes } from './seed-remotes.ts';
import { watchRemotes, type WatchedRemotes } from './remotes/watch-remotes.ts';
import { startServer, type LoopServer } from './server.ts';
import { stepEnvironment, writeStepTools } from './step-environment.ts';
import { ensureSecret, writeGitCredentials } from './tokens.ts';
import { startUpdater, type Updater } from './updater.ts';
import { startDeliveries, type Deliveries } from './webhooks/start-deliveries.ts';
import { printWelcome } from './welcome.ts';

export interface LoopOptions {
  /** The folder of the toolkit, which is the checkout that the remotes are made from. */
  readonly root: string;
  /** The branch that holds the truth; default: that of the checkout. */
  readonly branch?: string | undefined;
  /** The state folder. */
  readonly state: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly helm: string;
  readonly clock: () => Date;
  /** The longest time that a new version gets to be ready, in milliseconds, whatever its probe says. Default 20,000. */
  readonly readyCapMs?: number | undefined;
  readonly onEvent: (event: EventView) => void;
  /** Status for a person, one line each. */
  readonly note: (text: string) => void;
}

/** A loop that runs. */
export interface Loop {
  readonly url: string;
  readonly token: string;
  readonly gitOps: Repository;
  /** What a person is told first: where everything is. */
  readonly welcome: string;
  view(): LoopView;
  /** Calls the listener after each change; returns the function that ends that. */
  subscribe(listener: () => void): () => void;
  /** Ends everything that it started; the state stays on disk. */
  stop(): Promise<void>;
}

/**
 * Starts the loop on a state folder and goes on from what is there: everything it does is derived from the heads of the
 * remotes, the images in the store and the runs on disk, so a kill at any moment loses nothing.
 */
export async function startLoop(options: LoopOptions): Promise<Loop> {
  const { state, helm, clock, note } = options;
  const claim = await claimLoop(loopPaths(state).record).catch((error: unknown) => {
    throw explainState(error, state);
  });
  const parts: Partial<Parts> = {};
  const stop = async (): Promise<void> => {
    await stopAll(parts);
    await claim.release();
  };
  try {
    const log = openEventLog(clock, options.onEvent);
    const problem = (text: string): void => log.add('problem', text);
    const at = loopPaths(state, await scratchFolder(state));
    const token = await ensureSecret(at.gitToken);
    await keepPrivate(state, note);
    await writeGitCredentials(at.gitCredential, at.gitToken);
    const secret = await ensureSecret(at.webhookSecret);
    await Promise.all([at.images, at.cache, at.runs].map((folder) => mkdir(folder, { recursive: true })));
    const config = await readConfig(folderTree({ directory: options.root, folder: '' }));
    const services = builtServices(config.services).filter((service) => service.example !== undefined);
    await seedRemotes({ at, root: options.root, branch: options.branch, services, clock, note });
    await writeStepTools(at.stepTools, options.root);

    const gitOps = await openRepository(at.gitOps);
    const announce = announceEnvironments(log);
    const health = keepHealth({ repository: gitOps, clock, onProblem: problem });
    const deployers = (parts.deployers = openDeployers({
      at,
      clock,
      onChange: log.changed,
      onRestored: announce,
      onHealthy: (...what) => health.record(...what),
      readyCapMs: options.readyCapMs,
    }));
    const delivered = await readConfig(commitTree(gitOps, await headOfMain(gitOps)));
    for (const environment of delivered.environments) await health.begin(environment.name);
    for (const environment of delivered.environments) await deployers.of(environment.name);

    const stops = keepStops({ repository: gitOps, clock, onChange: log.changed, onProblem: problem });
    const delivery = openDelivery({
      repository: gitOps,
      helm,
      deployerOf: deployers.of,
      onSynced: announce,
      onProblem: problem,
    });
    const repositories = services.map((service) => ({
      gitDir: join(at.git, `${service.name}.git`),
      name: service.name,
      fullName: fullNameOf(service.repository),
      cloneUrl: cloneUrlOf(service.repository),
      htmlUrl: service.repository,
    }));
    // It is there before the builds, which may end, and tell it, before they are open.
    const updater = (parts.updater = startUpdater({
      repository: gitOps,
      imageStore: at.images,
      sourceOf: (service) => join(at.git, `${builderOf(config.services, service)}.git`),
      helm,
      clock,
      isBuilding: () => parts.builds?.isBuilding() ?? false,
      onUpdated: (environment, { prepared: { plan }, head }) => {
        const changes = plan.changes.map((change) => `${change.service} ${change.to}`).join(', ');
        if (changes !== '') log.add('update', `${environment}: ${changes} (${head.slice(0, 7)})`);
      },
      onSkipped: (environment, message) => log.add('update', `${environment}: ${message}`),
      onProblem: problem,
    }));
    const readPipelines = pipelineFiles(gitOps);
    const builds = (parts.builds = await openBuilds({
      site: {
        runs: at.runs,
        work: at.work,
        images: at.images,
        cache: at.cache,
        tools: at.stepTools,
        hidden: [dirname(at.gitToken)],
        remotes: () =>
          repositories.map(({ name, gitDir, cloneUrl: address }) => ({
            address,
            gitDir,
            url: `${parts.server?.url ?? ''}/git/${name}.git`,
          })),
        env: stepEnvironment(process.env),
        masks: [token, secret],
        clock,
      },
      readPipelines,
      onChange: log.changed,
      onStarted: (request) => log.add('run', `${request.service}: building ${request.revision.slice(0, 7)}`),
      onEnded: (view) => {
        if (view.state === 'succeeded') log.add('run', `${view.service}: built ${view.tag ?? ''}`);
        else log.add('problem', describeEnd(view, parts.server?.url ?? ''));
        updater.notice();
      },
    }));
    const server: LoopServer = (parts.server = await startServer({
      port: options.port,
      git: { root: at.git, token, onProblem: problem },
      hooks: {
        seenFile: at.seenHooks,
        onProblem: problem,
        onHook: (hook, claim) =>
          receiveHook(
            hook,
            {
              gitOps,
              readPipelines,
              secret,
              clock,
              start: builds.start,
              onReceived: (text) => log.add('webhook', text),
            },
            claim,
          ),
      },
      board: {
        snapshot: view,
        subscribe: log.subscribe,
        openLog: builds.logFile,
        get remotes() {
          const names = [gitOpsName, ...services.map((service) => service.name)];
          return names.map((name) => ({ name, url: `${parts.server?.url ?? ''}/git/${name}.git` }));
        },
        remotesNote: `\`bitiq up\` printed the whole commands; without them Git asks for a password, which is in ${at.gitToken}.`,
      },
    }));
    const hooks = { url: `${server.url}/hooks`, secret, repositories };
    await rebuildMissing({
      ...hooks,
      gitOps,
      images: at.images,
      deliveries: at.deliveries,
      isSettled: builds.isSettled,
      clock,
      note: (text) => log.add('run', text),
    }).catch((error: unknown) => problem(`Images that are gone are not built: ${describeProblem(error)}`));
    const deliveries: Deliveries = (parts.deliveries = startDeliveries({
      ...hooks,
      directory: at.deliveries,
      clock,
      onProblem: problem,
    }));
    parts.watch = await watchRemotes({
      root: at.git,
      repositories: [gitOpsName, ...services.map((service) => service.name)],
      onProblem: problem,
      onPush: ({ repository, head }) => {
        if (repository !== gitOpsName) {
          deliveries.notice(repository, head);
          return;
        }
        delivery
          .deliver(head)
          .catch((error: unknown) => problem(`Nothing is delivered: ${describeProblem(error)}`));
        void stops.read(head);
        updater.retry();
      },
    });
    updater.notice();
    await claim.publish(server.url);

    return {
      url: server.url,
      token,
      gitOps,
      welcome: printWelcome({
        url: server.url,
        gitCredential: at.gitCredential,
        services,
        statePath: state,
        isDefaultState: state === join(options.root, '.bitiq'),
      }),
      view,
      subscribe: log.subscribe,
      stop,
    };

    function view(): LoopView {
      return {
        source: 'loop',
        environments: deployers.views().map(stops.addTo),
        runs: builds.views(),
        events: log.events,
      };
    }
  } catch (error) {
    await stop();
    throw explainState(error, state);
  }
}

interface Parts {
  watch: WatchedRemotes;
  deliveries: Deliveries;
  server: LoopServer;
  updater: Updater;
  builds: Builds;
  deployers: ReturnType<typeof openDeployers>;
}

/** Ends what takes work in before what does it; builds and services, which may need seconds to end, end at the same time. */
async function stopAll(parts: Partial<Parts>): Promise<void> {
  await parts.watch?.close();
  await parts.deliveries?.close();
  const endBuilds = async (): Promise<void> => {
    await parts.builds?.close();
    await parts.updater?.close();
  };
  await Promise.all([endBuilds(), parts.deployers?.stop(), parts.server?.close()]);
}
