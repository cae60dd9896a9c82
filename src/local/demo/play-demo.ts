import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EnvironmentView } from '../../model/loop-view.ts';
import { promote } from '../../actions/promote.ts';
import { imageCheck } from '../../actions/plan/require-images.ts';
import { rollback } from '../../actions/rollback.ts';
import type { Actor } from '../../actions/plan/prepared-plan.ts';
import { startLoop, type Loop } from '../loop.ts';
import { loopPaths } from '../loop-paths.ts';
import { askVersion, environmentOf, failStep, findServiceView, until } from './ask.ts';
import { clone } from './person.ts';

/** One step of the demo that held. */
export interface DemoStep {
  readonly title: string;
  readonly seconds: number;
  /** What the running services said. */
  readonly facts: readonly string[];
}

export interface Timeline {
  readonly steps: readonly DemoStep[];
  readonly seconds: number;
  /** Seconds from the start of the commit and `git push` to the new version answering in dev: of the first good commit and of the second. */
  readonly pushToHealthy: readonly [number, number];
}

export interface DemoOptions {
  readonly root: string;
  readonly state: string;
  readonly helm: string;
  readonly clock: () => Date;
  readonly signal: AbortSignal;
  readonly note: (text: string) => void;
  readonly onStep: (step: DemoStep) => void;
}

const service = 'toy-service';
/** Passes the service's own tests, which take a free port, and fails where it is run with one. */
const broken =
  "if (process.env['PORT'] !== '0') app.server.removeAllListeners('request').on('request', (_, response) => response.writeHead(503).end('no database'));\n";
const peer = 'toy-web';

/** Plays the whole story on a loop of its own and checks every step by asking the running services; throws `demo-failed`. */
export async function playDemo(options: DemoOptions): Promise<Timeline> {
  const { signal, clock } = options;
  const began = performance.now();
  const steps: DemoStep[] = [];
  const step = async (title: string, play: () => Promise<readonly string[]>): Promise<number> => {
    const started = performance.now();
    const facts = await play();
    const seconds = (performance.now() - started) / 1000;
    steps.push({ title, seconds, facts });
    options.onStep({ title, seconds, facts });
    return seconds;
  };
  const actor = (reason: string): Actor => ({
    name: 'Demo',
    email: 'demo@bitiq.localhost',
    isMachine: true,
    reason,
    now: clock(),
  });
  const clones = join(options.state, 'clones');
  await rm(clones, { recursive: true, force: true });
  const loop = await startLoop({ ...options, port: 0, readyCapMs: 8000, onEvent: () => {} });
  try {
    const { serves, runs, seen } = observe(loop, signal);
    const store = loopPaths(options.state).images;
    const images = imageCheck(store, signal);
    const person = await clone({
      url: `${loop.url}/git/${service}.git`,
      token: loop.token,
      folder: join(clones, service),
    });
    const keeper = await clone({
      url: `${loop.url}/git/bitiq.git`,
      token: loop.token,
      folder: join(clones, 'bitiq'),
    });
    const push = (find: string, replace: string, subject: string, file = 'README.md') =>
      person.change({ file, find, replace, subject });

    await step('first start: both services are built, and dev comes up', async () => {
      await until('dev coming up', () => runs('dev', (view) => view.state === 'synced' && healthy(view)), {
        signal,
        within: 300_000,
        seen,
      });
      return [await serves('dev', service), await serves('dev', peer)];
    });

    let good = '';
    const first = await step('a commit to toy-service is pushed, and dev serves it', async () => {
      good = await push('# ', '# A first change: ', 'Say that this is a first change');
      return [await serves('dev', service, good)];
    });

    await step('dev is promoted, and prod serves it', async () => {
      await promote(loop.gitOps, {
        to: 'prod',
        actor: actor('the demo promotes'),
        helm: options.helm,
        images,
      });
      const fact = await serves('prod', service, good);
      await until(
        'prod being synced',
        () => runs('prod', (view) => view.release === 'prod/1' && view.state === 'synced'),
        { signal, seen },
      );
      return [fact, await serves('prod', peer)];
    });
    const firstRelease = environmentOf(loop.view(), 'prod');

    await step('the template of the chart changes on main: dev moves, prod does not', async () => {
      const before = environmentOf(loop.view(), 'dev').manifestDigest;
      await keeper.change({
        file: 'helm/bitiq/templates/_pod-template.tpl',
        find: '{{- include "bitiq.podLabels" . | nindent 4 }}',
        replace: '{{- include "bitiq.podLabels" . | nindent 4 }}\n    example.com/changed-by: demo',
        subject: 'Label every Pod',
      });
      await until(
        'dev taking the new template',
        () => runs('dev', (view) => view.manifestDigest !== before && view.state === 'synced'),
        { signal, seen },
      );
      const after = environmentOf(loop.view(), 'prod');
      if (after.manifestDigest !== firstRelease.manifestDigest)
        failStep('prod has other manifests after a change on main');
      if (JSON.stringify(after.services) !== JSON.stringify(firstRelease.services))
        failStep('prod restarted a service after a change on main');
      return [`prod still runs ${after.manifestDigest}`, await serves('prod', service, good)];
    });

    await step('a commit whose health check fails is pushed: dev stays on what it had', async () => {
      const bad = await push(
        'app.server.on(',
        `${broken}app.server.on(`,
        'Answer nothing any more',
        'src/server.ts',
      );
      const failed = await until(
        'dev refusing it',
        () => runs('dev', (view) => view.state === 'failed' && wants(view, bad)),
        { signal, seen },
      );
      return [
        firstLine(failed.message ?? ''),
        await serves('dev', service, good),
        `prod: ${await serves('prod', service, good)}`,
      ];
    });

    let better = '';
    const warm = await step('a good commit is pushed, and dev serves it', async () => {
      better = await push(broken, '', 'Answer again', 'src/server.ts');
      return [await serves('dev', service, better)];
    });

    await step('it is promoted, and prod serves it', async () => {
      await promote(loop.gitOps, {
        to: 'prod',
        actor: actor('the demo promotes again'),
        helm: options.helm,
        images,
      });
      const fact = await serves('prod', service, better);
      await until(
        'prod being synced',
        () => runs('prod', (view) => view.release === 'prod/2' && view.state === 'synced'),
        { signal, seen },
      );
      return [fact];
    });

    await step('prod is rolled back: the older combination, on byte-identical manifests', async () => {
      await rollback(loop.gitOps, { environment: 'prod', actor: actor('the demo rolls back') });
      const fact = await serves('prod', service, good);
      const view = await until(
        'prod being synced',
        () => runs('prod', (each) => each.release === 'prod/1' && each.state === 'synced'),
        { signal, seen },
      );
      if (view.manifestDigest !== firstRelease.manifestDigest)
        failStep('the manifests are not those that ran before');
      return [
        fact,
        `manifests are ${view.manifestDigest}, as before`,
        `dev: ${await serves('dev', service, better)}`,
      ];
    });
    return { steps, seconds: (performance.now() - began) / 1000, pushToHealthy: [first, warm] };
  } finally {
    await loop.stop();
  }
}

function observe(loop: Loop, signal: AbortSignal) {
  const seen = (): string =>
    JSON.stringify({
      ...loop.view(),
      events: loop.view().events.slice(0, 5),
      runs: loop.view().runs.slice(0, 2),
    });
  /** The environment once it is so; a build that failed ends the demo, as nothing can become so any more. */
  const runs = (
    environment: string,
    holds: (view: EnvironmentView) => boolean,
  ): EnvironmentView | undefined => {
    const failed = loop.view().runs.find((run) => run.state === 'failed');
    if (failed)
      failStep(
        `the build of ${failed.service} ${failed.revision.slice(0, 7)} failed. ${failed.message ?? ''}`,
      );
    const view = environmentOf(loop.view(), environment);
    return holds(view) ? view : undefined;
  };
  return {
    seen,
    runs,
    /** Waits until the service answers over HTTP, with this commit when one is named. */
    serves: (environment: string, name: string, commit?: string): Promise<string> =>
      until(
        `${environment} serving ${name}${commit === undefined ? '' : ` at ${commit.slice(0, 7)}`}`,
        async () => {
          runs(environment, () => true);
          const version = await askVersion(findServiceView(loop.view(), environment, name)?.url);
          const matches = version !== undefined && (commit === undefined || version.commit === commit);
          return matches ? `${environment} ${name} answers: ${version.tag}` : undefined;
        },
        { signal, seen },
      ),
  };
}

function healthy(view: EnvironmentView): boolean {
  return view.services.length > 0 && view.services.every((each) => each.health === 'healthy');
}

function wants(view: EnvironmentView, commit: string): boolean {
  const wanted = view.services.find((each) => each.service === service)?.wanted ?? '';
  return wanted !== '' && commit.startsWith(wanted.split('.g')[1] ?? '-');
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
