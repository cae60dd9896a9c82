import { expect, it } from 'vitest';
import type { EnvironmentView } from '../model/loop-view.ts';
import { announceEnvironments } from './announce-environments.ts';

it('announceEnvironments tells each state of an environment once', () => {
  const told: string[] = [];
  const announce = announceEnvironments({ add: (kind, text) => told.push(`${kind} ${text}`) });
  const dev = viewOf({ environment: 'dev', release: 'dev@1234567' });
  const prod = viewOf({ environment: 'prod', release: 'prod/2' });
  for (const view of [dev, prod, dev, { ...prod, state: 'failed' as const, message: 'No port.' }, prod])
    announce(view);
  expect(told).toEqual([
    'sync dev: dev@1234567 runs (web v1.0.0-0.gabc1234)',
    'sync prod: prod/2 runs (web v1.0.0-0.gabc1234)',
    'problem prod: prod/2 failed. No port.',
    'sync prod: prod/2 runs (web v1.0.0-0.gabc1234)',
  ]);
});

function viewOf(fields: Pick<EnvironmentView, 'environment' | 'release'>): EnvironmentView {
  const tag = 'v1.0.0-0.gabc1234';
  return {
    ...fields,
    revision: '',
    manifestDigest: undefined,
    state: 'synced',
    message: undefined,
    services: [
      {
        service: 'web',
        wanted: tag,
        running: tag,
        health: 'healthy',
        message: undefined,
        url: undefined,
        since: undefined,
      },
    ],
  };
}
