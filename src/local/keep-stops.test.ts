import { expect, it } from 'vitest';
import { actorAt, gitOpsRepository } from '../../test/kit/gitops-repository.ts';
import { freeze } from '../actions/freeze.ts';
import { hold } from '../actions/hold.ts';
import { openRepository } from '../git/repository.ts';
import type { EnvironmentView } from '../model/loop-view.ts';
import { keepStops } from './keep-stops.ts';

const healthy = { wanted: 'v1.0.0-0.gabc1234', running: 'v1.0.0-0.gabc1234', health: 'healthy' } as const;
const view = (environment: string): EnvironmentView => ({
  environment,
  release: 'dev@abc1234',
  revision: 'abc1234',
  state: 'synced',
  services: [
    { ...healthy, service: 'toy-service' },
    { ...healthy, service: 'toy-web' },
  ],
});

it('adds the holds and freezes of the last head to what runs, as long as they have effect', async () => {
  const fixture = gitOpsRepository();
  const repository = await openRepository(fixture.remote);
  const actor = actorAt(1);
  const told: string[] = [];
  let now = actor.now;
  const stops = keepStops({
    repository,
    clock: () => now,
    onChange: () => told.push('changed'),
    onProblem: (message) => told.push(message),
  });
  const read = () => stops.read(fixture.remoteGit('rev-parse', 'main'));
  const shown = (environment: string) => {
    const { freezes, services } = stops.addTo(view(environment));
    return {
      frozen: freezes?.map((each) => each.freeze.reason),
      held: services.map((each) => each.hold?.reason),
    };
  };
  const nothing = [undefined, undefined];
  expect(shown('dev')).toEqual({ frozen: [], held: nothing });

  const until = new Date(now.getTime() + 60_000);
  const holder = { ...actor, reason: 'slow' };
  await hold(repository, { environment: 'dev', services: ['toy-web'], actor: holder, until });
  await freeze(repository, { environment: 'prod', actor: { ...actor, reason: 'the fair' } });
  await read();
  expect(shown('dev')).toEqual({ frozen: [], held: [undefined, 'slow'] });
  expect(shown('prod')).toEqual({ frozen: ['the fair'], held: nothing });
  expect(told).toEqual(['changed']);

  fixture.commit({ 'environments/prod/freezes.yaml': 'freezes: often\n' });
  await read();
  expect(shown('prod')).toEqual({ frozen: ['the fair'], held: nothing });
  expect(told[1]).toMatch(/^prod: what is held or frozen cannot be read: /);

  now = new Date(until.getTime() + 1);
  expect(shown('dev')).toEqual({ frozen: [], held: nothing });
});
