import type { LoopView, RunView, ServiceView } from '../../src/model/loop-view.ts';

/** Moments before a fixed one, as ISO 8601. */
function before(now: Date, seconds: number): string {
  return new Date(now.getTime() - seconds * 1000).toISOString();
}

/** A loop in the middle of its day: a build under way, one that failed, prod a little behind dev. */
export function sampleView(now: Date): LoopView {
  const ago = (seconds: number): string => before(now, seconds);
  return {
    source: 'loop',
    environments: [
      {
        environment: 'dev',
        release: 'dev@4f0c2a9',
        revision: '4f0c2a9d2b7f1e0c9a8b7c6d5e4f3a2b1c0d9e8f',
        releaseId: '3b1f0c9a8d7e',
        manifestDigest: `sha256:${'ab12cd34'.repeat(8)}`,
        state: 'synced',
        services: [
          healthy('toy-service', 'v0.1.0-5.g9d3e1f7', 40001, ago(42)),
          healthy('toy-web', 'v0.1.0-2.g51ab0c4', 40002, ago(4000)),
        ],
      },
      {
        environment: 'prod',
        release: 'prod/3',
        revision: 'b7e6d5c4a3928170f6e5d4c3b2a1908f7e6d5c4b',
        releaseId: 'a1b2c3d4e5f6',
        state: 'synced',
        services: [
          healthy('toy-service', 'v0.1.0-3.g77c0de1', 40011, ago(86_400)),
          healthy('toy-web', 'v0.1.0-2.g51ab0c4', 40012, ago(86_400)),
        ],
      },
    ],
    runs: [
      { ...run('r-9', 'toy-web', 'Show both versions side by side', ago(2.4)), ...underWay },
      {
        ...run('r-8', 'toy-service', 'Answer with the commit it was built from', ago(47)),
        tag: 'v0.1.0-5.g9d3e1f7',
      },
      { ...run('r-7', 'toy-service', 'Count requests', ago(900)), ...failed },
      {
        ...run('r-6', 'toy-web', 'Read the address of toy-service from its environment', ago(5000)),
        tag: 'v0.1.0-2.g51ab0c4',
      },
    ],
    events: [
      { at: ago(2.2), kind: 'run', text: 'Building toy-web at 0c1d2e3' },
      { at: ago(2.4), kind: 'webhook', text: 'The push to toy-web was delivered' },
      { at: ago(2.5), kind: 'push', text: 'toy-web: main is at 0c1d2e3, “Show both versions side by side”' },
      { at: ago(42), kind: 'sync', text: 'dev runs toy-service v0.1.0-5.g9d3e1f7' },
      { at: ago(44), kind: 'update', text: 'dev: toy-service v0.1.0-3.g77c0de1 → v0.1.0-5.g9d3e1f7' },
      {
        at: ago(898),
        kind: 'problem',
        text: 'The tests of toy-service at 1f2e3d4 failed; dev stays on what it ran',
      },
      { at: ago(86_400), kind: 'release', text: 'prod/3 from dev@2b7f1e0: both services tried for a day' },
    ],
  };
}

/** The same loop while people think: toy-service held in dev, prod frozen twice. */
export function stoppedView(now: Date): LoopView {
  const view = sampleView(now);
  const since = before(now, 7200);
  const hold = {
    service: 'toy-service',
    reason: 'It loses the <cart>; look at the sessions first',
    by: 'Ada Lovelace <ada@example.com>',
    since,
  };
  const freezes = [
    { freeze: { reason: 'The fair', by: 'Bob', since }, until: before(now, -86_400) },
    { freeze: { reason: 'Nobody is here', by: 'Bob', since }, until: undefined },
  ];
  return {
    ...view,
    environments: view.environments.map((environment) => ({
      ...environment,
      freezes: environment.environment === 'prod' ? freezes : [],
      services: environment.services.map((service) =>
        environment.environment === 'dev' && service.service === hold.service
          ? { ...service, hold }
          : service,
      ),
    })),
  };
}

/** The same loop on a bad day. */
export function failingView(now: Date): LoopView {
  const view = sampleView(now);
  const [dev, prod] = view.environments;
  if (dev === undefined || prod === undefined) return view;
  return {
    ...view,
    environments: [
      {
        ...dev,
        state: 'failed',
        message:
          'toy-service v0.1.0-6.g0badbad did not get ready in 20 s, so dev stays on what it ran before.',
        services: [
          {
            ...healthy('toy-service', 'v0.1.0-5.g9d3e1f7', 40001, before(now, 42)),
            wanted: 'v0.1.0-6.g0badbad',
            health: 'degraded',
            message:
              'The readiness probe GET /readyz answered 503.\nLast line: Error: cannot read the greeting of undefined',
          },
          {
            service: 'toy-web',
            wanted: 'v0.1.0-3.g0c1d2e3',
            running: 'v0.1.0-2.g51ab0c4',
            health: 'starting',
            url: 'http://127.0.0.1:40002',
          },
          {
            service: 'toy-new',
            wanted: 'v0.0.0-1.gfeedf00',
            health: 'waiting',
            message: 'Waiting for the image to be built.',
          },
        ],
      },
      {
        ...prod,
        state: 'syncing',
        services: [
          ...prod.services,
          {
            service: 'toy-new',
            wanted: 'v0.0.0-1.gfeedf00',
            health: 'stopped',
            message: 'It ended with exit code 1 three times; the next try is in 8 s.',
          },
        ],
      },
    ],
  };
}

function healthy(service: string, tag: string, port: number, since: string): ServiceView {
  return { service, wanted: tag, running: tag, health: 'healthy', url: `http://127.0.0.1:${port}`, since };
}

function run(name: string, service: string, subject: string, started: string): RunView {
  return {
    run: `build-${service}-${name}`,
    service,
    subject,
    started,
    revision: '9d3e1f70c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6',
    state: 'succeeded',
    duration: 1734,
    tasks: [
      {
        task: 'clone',
        state: 'succeeded',
        duration: 210,
        steps: [
          { step: 'clone', state: 'succeeded' },
          { step: 'tag', state: 'succeeded' },
        ],
      },
      {
        task: 'test',
        state: 'succeeded',
        duration: 930,
        steps: [
          { step: 'install', state: 'succeeded' },
          { step: 'test', state: 'succeeded' },
        ],
      },
      {
        task: 'build-image',
        state: 'succeeded',
        duration: 480,
        steps: [{ step: 'build', state: 'succeeded' }],
      },
      { task: 'report', state: 'succeeded', duration: 60, steps: [{ step: 'report', state: 'succeeded' }] },
    ],
  };
}

const underWay = {
  state: 'running',
  duration: undefined,
  tasks: [
    { task: 'clone', state: 'succeeded', duration: 190, steps: [{ step: 'clone', state: 'succeeded' }] },
    {
      task: 'test',
      state: 'running',
      steps: [
        { step: 'install', state: 'succeeded' },
        { step: 'test', state: 'running' },
      ],
    },
    { task: 'build-image', state: 'waiting', steps: [{ step: 'build', state: 'waiting' }] },
    { task: 'report', state: 'waiting', steps: [{ step: 'report', state: 'waiting' }] },
  ],
} as const satisfies Partial<RunView>;

const failed = {
  state: 'failed',
  message: 'Task test failed: step test ended with exit code 1.',
  tasks: [
    { task: 'clone', state: 'succeeded', duration: 205, steps: [{ step: 'clone', state: 'succeeded' }] },
    {
      task: 'test',
      state: 'failed',
      duration: 1140,
      message: 'Step test ended with exit code 1: 1 of 6 tests failed.',
      steps: [
        { step: 'install', state: 'succeeded' },
        { step: 'test', state: 'failed' },
      ],
    },
    { task: 'build-image', state: 'skipped', steps: [{ step: 'build', state: 'skipped' }] },
    { task: 'report', state: 'succeeded', duration: 55, steps: [{ step: 'report', state: 'succeeded' }] },
  ],
} as const satisfies Partial<RunView>;
