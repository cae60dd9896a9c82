import { describe, expect, it } from 'vitest';
import { actorAt, gitOpsRepository } from '../../../test/kit/gitops-repository.ts';
import { headOfMain, openRepository, type Repository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import { parseWeeklyWindow } from '../../model/weekly-window.ts';
import { checkStops } from '../check/stops.ts';
import { freeze } from '../freeze.ts';
import { thaw } from '../thaw.ts';
import { hold } from '../hold.ts';
import { unhold } from '../unhold.ts';
import { readConfig } from '../read/read-state.ts';
import { readStatus } from '../status.ts';

const holds = 'environments/dev/holds.yaml';
const freezes = 'environments/prod/freezes.yaml';
const at = (time: string, reason?: string) => ({ ...actorAt(0, reason), now: new Date(time) });

async function statusOf(repository: Repository, now: Date) {
  const head = await headOfMain(repository);
  return readStatus(repository, head, await readConfig(commitTree(repository, head)), { now, branches: [] });
}

async function findingsOf(repository: Repository, now = new Date('2026-01-02T00:00:00Z')) {
  const tree = commitTree(repository, await headOfMain(repository));
  const findings = await checkStops(tree, await readConfig(tree), { now });
  return findings.map((each) => `${each.severity} ${each.code} ${each.place.file}:${each.place.line}`);
}

describe('hold and unhold', () => {
  it('add and remove lines of holds.yaml, one commit each with its trailers', async () => {
    const fixture = gitOpsRepository();
    const repository = await openRepository(fixture.remote);
    const before = fixture.read(holds);
    await hold(repository, {
      environment: 'dev',
      services: ['toy-web'],
      actor: at('2026-01-01T00:00:00Z', 'waits for\nthe API.'),
      until: new Date('2026-01-03T00:00:00Z'),
    });
    expect(fixture.remoteGit('show', `main:${holds}`) + '\n').toBe(
      before.replace(
        'holds: []\n',
        [
          'holds:',
          '  - service: toy-web',
          '    reason: "waits for\\nthe API."',
          '    by: "Ada <ada@example.com>"',
          '    since: 2026-01-01T00:00:00Z',
          '    until: 2026-01-03T00:00:00Z',
          '',
        ].join('\n'),
      ),
    );
    expect(fixture.remoteGit('show', '--numstat', '--format=%B', 'main')).toBe(
      [
        'dev: hold toy-web',
        '',
        'Ada <ada@example.com> has held toy-web since 2026-01-01T00:00:00Z, until 2026-01-03T00:00:00Z: waits for the API',
        '',
        'Bitiq-Action: hold',
        'Bitiq-Environment: dev',
        'Bitiq-Held: toy-web',
        'Bitiq-Until: 2026-01-03T00:00:00Z',
        'Bitiq-By: Ada <ada@example.com>',
        'Bitiq-Reason: waits for the API.',
        '',
        '',
        `6\t1\t${holds}`,
      ].join('\n'),
    );
    const [dev] = await statusOf(repository, new Date('2026-01-02T00:00:00Z'));
    expect(dev?.holds.map((each) => each.service)).toEqual(['toy-web']);
    const [later] = await statusOf(repository, new Date('2026-01-03T00:00:00Z'));
    expect(later?.holds).toEqual([]);
    expect(await findingsOf(repository)).toEqual([]);
    expect(await findingsOf(repository, new Date('2026-01-03T00:00:00Z'))).toEqual([
      `warning stop-invalid ${holds}:8`,
    ]);

    await unhold(repository, { environment: 'dev', services: ['toy-web'], actor: actorAt(1) });
    expect(fixture.remoteGit('show', `main:${holds}`) + '\n').toBe(before);
  });

  it('of several services is one commit, and makes the file where it is missing', async () => {
    const fixture = gitOpsRepository();
    fixture.git('rm', '--quiet', holds);
    fixture.git('commit', '--quiet', '--message', 'No holds');
    fixture.git('push', '--quiet', 'origin', 'main');
    const repository = await openRepository(fixture.remote);
    const services = ['toy-web', 'toy-service'];
    await hold(repository, { environment: 'dev', services, actor: actorAt(1, 'r') });
    const text = fixture.remoteGit('show', `main:${holds}`);
    expect(text.match(/- service: .*/g)).toEqual(['- service: toy-web', '- service: toy-service']);
    await unhold(repository, { environment: 'dev', services: ['toy-web'], actor: actorAt(2) });
    expect(fixture.remoteGit('show', `main:${holds}`)).toContain('- service: toy-service');
  });

  it('takes the place of a hold that has ended', async () => {
    const fixture = gitOpsRepository();
    const repository = await openRepository(fixture.remote);
    const options = { environment: 'dev', services: ['toy-web'] };
    const until = new Date('2026-01-02T00:00:00Z');
    await hold(repository, { ...options, actor: at('2026-01-01T00:00:00Z', 'one'), until });
    await hold(repository, { ...options, actor: at('2026-01-02T00:00:00Z', 'two') });
    const text = fixture.remoteGit('show', `main:${holds}`);
    expect(text.match(/reason: .*/g)).toEqual(['reason: two']);
  });

  it.each([
    ['an unknown service', { services: ['toy-wbe'] }, 'r', 'service-missing', /toy-web/],
    ['an unknown environment', { environment: 'dve' }, 'r', 'environment-missing', /dev/],
    ['no reason', {}, ' ', 'usage', /--reason/],
    ['an end in the past', { until: new Date('2025-01-01T00:00:00Z') }, 'r', 'usage', /later/],
    ['a service that is held', { services: ['toy-service'] }, 'r', 'stop-conflict', /unhold dev toy-service/],
  ])('refuse %s, and change nothing', async (_, what, reason, code, fix) => {
    const fixture = gitOpsRepository();
    const repository = await openRepository(fixture.remote);
    const base = { environment: 'dev', services: ['toy-web'] };
    const first = await hold(repository, { ...base, services: ['toy-service'], actor: actorAt(0, 'r') });
    const again = () => hold(repository, { ...base, ...what, actor: actorAt(1, reason) });
    await expect(async () => again()).rejects.toMatchObject({
      code,
      fix: expect.stringMatching(fix) as string,
    });
    expect(fixture.remoteGit('rev-parse', 'main')).toBe(first.head);
  });

  it('refuse to lift what is not there', async () => {
    const repository = await openRepository(gitOpsRepository().remote);
    const options = { environment: 'dev', services: ['toy-web'], actor: actorAt(0) };
    await expect(unhold(repository, options)).rejects.toMatchObject({ code: 'stop-missing' });
  });

  it('with dryRun write nothing', async () => {
    const fixture = gitOpsRepository();
    const repository = await openRepository(fixture.remote);
    const main = fixture.remoteGit('rev-parse', 'main');
    const options = { environment: 'dev', services: ['toy-web'], actor: actorAt(0, 'r'), dryRun: true };
    const { plan } = (await hold(repository, options)).prepared;
    expect(plan.commits[0]?.edits).toMatchObject([{ path: holds, keyPath: 'holds[0]', line: 4, before: '' }]);
    expect(fixture.remoteGit('rev-parse', 'main')).toBe(main);
  });
});

describe('freeze and thaw', () => {
  const weekly = parseWeeklyWindow('Fri 16:00-Mon 08:00 Europe/Berlin')!;

  it('add and remove lines of freezes.yaml', async () => {
    const fixture = gitOpsRepository();
    const repository = await openRepository(fixture.remote);
    const before = fixture.read(freezes);
    const base = { environment: 'prod' };
    await freeze(repository, { ...base, weekly, actor: at('2026-01-01T00:00:00Z', 'no one is here') });
    const once = fixture.remoteGit('show', `main:${freezes}`) + '\n';
    expect(once).toBe(
      before.replace(
        'freezes: []\n',
        [
          'freezes:',
          '  - reason: "no one is here"',
          '    by: "Ada <ada@example.com>"',
          '    since: 2026-01-01T00:00:00Z',
          '    weekly:',
          '      days: Fri-Mon',
          '      from: "16:00"',
          '      to: "08:00"',
          '      timeZone: Europe/Berlin',
          '',
        ].join('\n'),
      ),
    );
    // A freeze for once may lie over it, and is thawed alone while the window is shut.
    const thursday = '2026-01-08T00:00:00Z';
    await freeze(repository, { ...base, actor: at(thursday, 'the sale') });
    const [, prod] = await statusOf(repository, new Date('2026-01-09T16:00:00Z'));
    expect(prod?.freezes).toMatchObject([
      { freeze: { reason: 'no one is here' }, until: '2026-01-12T07:00:00Z' },
      { freeze: { reason: 'the sale' }, until: undefined },
    ]);
    expect(await findingsOf(repository)).toEqual([]);
    await thaw(repository, { ...base, actor: at(thursday) });
    expect(fixture.remoteGit('show', `main:${freezes}`) + '\n').toBe(once);
    expect(fixture.remoteGit('log', '-1', '--format=%s%n%(trailers)', 'main').trim()).toBe(
      'prod: thaw\nBitiq-Action: thaw\nBitiq-Environment: prod\nBitiq-By: Ada <ada@example.com>',
    );

    await expect(thaw(repository, { ...base, actor: at(thursday) })).rejects.toMatchObject({
      code: 'stop-missing',
      fix: expect.stringContaining('--all') as string,
    });
    const thawed = await thaw(repository, { ...base, all: true, actor: at(thursday) });
    expect(thawed.prepared.plan.notes[0]).toContain('--weekly "Fri 16:00-Mon 08:00 Europe/Berlin"');
    expect(fixture.remoteGit('show', `main:${freezes}`) + '\n').toBe(before);
  });

  it('refuse a second freeze for the same time, and one without a reason', async () => {
    const repository = await openRepository(gitOpsRepository().remote);
    const until = new Date('2026-01-02T00:00:00Z');
    await freeze(repository, { environment: 'prod', actor: at('2026-01-01T00:00:00Z', 'a'), until });
    const again = (time: string, reason?: string) => async () =>
      freeze(repository, { environment: 'prod', actor: at(time, reason) });
    await expect(again('2026-01-01T12:00:00Z', 'b')).rejects.toMatchObject({ code: 'stop-conflict' });
    await expect(again('2026-01-02T00:00:00Z')).rejects.toMatchObject({ code: 'usage' });
    await again('2026-01-02T00:00:00Z', 'b')();
  });
});

describe('check', () => {
  it('finds every fault of holds and freezes at its line', async () => {
    const fixture = gitOpsRepository();
    fixture.commit({
      [holds]: [
        'holds:',
        '  - {service: toy-web, reason: a, by: Ada, since: 2026-01-01T00:00:00Z}',
        '  - {service: toy-web, reason: a, by: Ada, since: 2026-01-01T00:00:00Z}',
        '  - {service: toy-wbe, reason: a, by: Ada, since: 2026-01-01T00:00:00Z}',
        '',
      ].join('\n'),
      'environments/prod/holds.yaml': [
        'holds:',
        '  - {service: toy-web, by: Ada, since: 2026-01-01T00:00:00Z}',
        '  - {service: toy-web, reason: a, by: Ada, since: 2026-01-01}',
        '  - {service: toy-web, reason: a, by: Ada, since: 2026-01-01T00:00:00Z, untill: x}',
        '',
      ].join('\n'),
      'environments/dev/freezes.yaml': [
        'freezes:',
        '  - {reason: a, by: Ada, since: 2026-01-01T00:00:00Z}',
        '  - {reason: a, by: Ada, since: 2026-01-01T00:00:00Z}',
        '  - {reason: a, by: Ada, since: 2025-01-01T00:00:00Z, until: 2025-02-01T00:00:00Z}',
        '',
      ].join('\n'),
      [freezes]: [
        'freezes:',
        '  - {reason: a, by: Ada, since: 2026-01-01T00:00:00Z, weekly: {days: Fri, from: "16:00", to: "08:00", timeZone: Moon}}',
        '',
      ].join('\n'),
    });
    const repository = await openRepository(fixture.remote);
    expect((await findingsOf(repository)).sort()).toEqual(
      [
        `error stop-conflict ${holds}:3`,
        `error stop-invalid ${holds}:4`,
        'error stop-invalid environments/prod/holds.yaml:2',
        'error stop-invalid environments/prod/holds.yaml:3',
        'error stop-invalid environments/prod/holds.yaml:4',
        'error stop-conflict environments/dev/freezes.yaml:3',
        'warning stop-invalid environments/dev/freezes.yaml:4',
        `error stop-invalid ${freezes}:2`,
        `error stop-invalid ${freezes}:2`,
      ].sort(),
    );
    // What cannot be read stops every write there, and so nothing moves by mistake.
    const options = { environment: 'prod', services: ['toy-web'], actor: actorAt(0, 'r') };
    await expect(hold(repository, options)).rejects.toMatchObject({ code: 'stop-invalid' });
  });
});
