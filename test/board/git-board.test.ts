import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { freeze } from '../../src/actions/freeze.ts';
import { hold } from '../../src/actions/hold.ts';
import { recordHealth } from '../../src/actions/plan/record-health.ts';
import { setTags } from '../../src/actions/set.ts';
import { openRepository } from '../../src/git/repository.ts';
import { printDateTime } from '../../src/model/date-time.ts';
import type { LoopView } from '../../src/model/loop-view.ts';
import { actorAt, gitOpsRepository, tagOf, temporaryFolder } from '../kit/gitops-repository.ts';
import { mainFile } from '../kit/loop-process.ts';

/** Starts `bitiq board` in a checkout, and gives its address when it has one. */
async function startBoard(checkout: string) {
  const child = spawn(process.execPath, [mainFile, 'board', '--port', '0', '--interval', '50'], {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const noted: string[] = [];
  createInterface(child.stderr).on('line', (line) => noted.push(line));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const url = /^http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? '';
  return {
    url,
    line,
    noted,
    view: async () => (await (await fetch(`${url}/api/view`)).json()) as LoopView,
    page: async () => (await fetch(url)).text(),
    /** Ends it as Ctrl-C does, and gives its exit code. */
    end: async () => {
      const ended = once(child, 'close');
      child.kill('SIGINT');
      return ((await ended) as [number])[0];
    },
  };
}

it('shows what Git says, what was seen healthy and what is held, and follows the remote', async () => {
  const fixture = gitOpsRepository();
  const repository = await openRepository(fixture.remote);
  const actor = { ...actorAt(1), reason: 'slow' };
  await hold(repository, { environment: 'dev', services: ['toy-web'], actor });
  await freeze(repository, { environment: 'prod', actor: { ...actor, reason: 'the fair' } });
  // A clone of its own, as two fetches at once in one stand in each other's way.
  const clone = join(temporaryFolder(), 'clone');
  fixture.remoteGit('clone', '--quiet', fixture.remote, clone);
  const board = await startBoard(clone);
  expect(board.line).toMatch(/ shows what .* says; Ctrl-C ends it\.$/);

  const first = await board.view();
  expect(first).toMatchObject({ source: 'git', runs: [] });
  expect(first.environments).toMatchObject([
    {
      environment: 'dev',
      state: 'unseen',
      services: [
        { service: 'toy-service', wanted: tagOf(1), running: tagOf(1), health: 'unseen' },
        { service: 'toy-web', wanted: tagOf(1), health: 'unseen', hold: { reason: 'slow' } },
      ],
    },
    { environment: 'prod', release: 'prod/0', services: [], freezes: [{ freeze: { reason: 'the fair' } }] },
  ]);
  const page = await board.page();
  expect(page).toContain('0 of 2 seen healthy');
  expect(page).not.toContain('id="runs"');

  await setTags(repository, {
    environment: 'dev',
    tags: new Map([['toy-service', tagOf(2)]]),
    actor: { ...actor, reason: 'the new format' },
    helm: process.env['BITIQ_HELM']!,
  });
  await recordHealth(repository, {
    environment: 'dev',
    release: 'dev',
    healthy: new Map([['toy-service', tagOf(2)]]),
    actor,
  });
  await expect
    .poll(async () => (await board.view()).environments[0]?.services[0])
    .toMatchObject({ wanted: tagOf(2), health: 'healthy', since: printDateTime(actor.now) });
  const { events } = await board.view();
  // The commits of a test are older than those of its repository.
  expect(events).toContainEqual({
    at: expect.stringContaining('2026-01-01T00:00:01'),
    kind: 'update',
    text: expect.stringMatching(/^dev@\w{7}, set by Ada: the new format$/),
  });
  expect(await board.page()).toContain('1 of 2 seen healthy');

  fixture.commit({ 'bitiq.yaml': 'services: 3\n' });
  await expect.poll(() => board.noted.join('\n')).toMatch(/^Not up to date: bitiq\.yaml/m);
  expect((await board.view()).environments[0]?.services[0]?.wanted).toBe(tagOf(2));
  expect(await board.end()).toBe(0);
});
