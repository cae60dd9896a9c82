import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fc } from '../../../test/kit/fast-check.ts';
import { actorAt, gitOpsRepository, tagOf } from '../../../test/kit/gitops-repository.ts';
import { headOfMain, openRepository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import { BitiqError } from '../../model/errors.ts';
import { explain } from '../explain.ts';
import { freeze } from '../freeze.ts';
import { hold } from '../hold.ts';
import { readLedger } from './ledger.ts';
import { promote } from '../promote.ts';
import { readConfig } from './read-state.ts';
import { setTags } from '../set.ts';
import { readStatus } from '../status.ts';

const helm = process.env['BITIQ_HELM']!;
const now = new Date('2026-01-02T00:00:00Z');

/** What somebody, or a merge, makes of a file. */
const damages: Readonly<Record<string, (text: Buffer) => Buffer>> = {
  empty: () => Buffer.alloc(0),
  comment: () => Buffer.from('# nothing\n'),
  'no YAML': (text) => Buffer.concat([text, Buffer.from('\n  x: [\n')]),
  'a conflict': (text) =>
    Buffer.concat([
      Buffer.from('<<<<<<< HEAD\n'),
      text,
      Buffer.from('=======\n'),
      text,
      Buffer.from('>>>>>>> x\n'),
    ]),
  'a list': () => Buffer.from('- 1\n- 2\n'),
  'a text': () => Buffer.from('just words\n'),
  'of bytes': () => Buffer.from([0xff, 0xfe, 0x00, 0x61]),
  'twice a key': (text) => Buffer.concat([text, text]),
  'CRLF, half': (text) => Buffer.from(text.toString('utf8').replace('\n', '\r\n')),
  'cut off': (text) => text.subarray(0, Math.floor(text.length / 2)),
  'of another type': (text) => Buffer.from(text.toString('utf8').replace(/: .*$/m, ': {a: [1]}')),
};

const files = (environment: string) => [
  `helm/bitiq/values-${environment}.yaml`,
  `environments/${environment}/application.yaml`,
  `environments/${environment}/holds.yaml`,
  `environments/${environment}/freezes.yaml`,
];

/** All that is read of an environment. */
async function readAll(remote: string, name: string) {
  const repository = await openRepository(remote);
  const head = await headOfMain(repository);
  const config = await readConfig(commitTree(repository, head));
  const statuses = await readStatus(repository, head, config, { now, branches: [] });
  const environment = config.environments.find((each) => each.name === name)!;
  const explained = await explain(repository, {
    ...{ head, config, environment: name, service: 'toy-web', images: undefined, now },
  });
  return {
    // The head of main is another one.
    status: { ...statuses.find((each) => each.environment === name)!, commit: '' },
    ledger: await readLedger(repository, { head, environment, limit: 10 }),
    // What lies on the way to it is that of the other environment.
    explained: { ...explained, newer: undefined, stopped: undefined, notes: [] },
  };
}

it(
  'what is wrong with the files of one environment hides nothing of another',
  { timeout: 600_000 },
  async () => {
    const fixture = gitOpsRepository();
    const repository = await openRepository(fixture.remote);
    let clock = 0;
    const act = () => actorAt(++clock, 'why');
    for (const number of [2, 3]) {
      const tags = new Map([['toy-web', tagOf(number)]]);
      await setTags(repository, { environment: 'dev', tags, actor: act(), helm });
      await promote(repository, { to: 'prod', actor: act(), helm });
    }
    for (const environment of ['dev', 'prod']) {
      await hold(repository, { environment, services: ['toy-service'], actor: act() });
      await freeze(repository, { environment, actor: act() });
    }
    fixture.git('fetch', '--quiet', '--tags');
    fixture.git('reset', '--quiet', '--hard', 'origin/main');
    const sound = fixture.git('rev-parse', 'HEAD');
    const before = { dev: await readAll(fixture.remote, 'dev'), prod: await readAll(fixture.remote, 'prod') };
    expect(before.dev.status.faults).toEqual([]);
    expect(before.prod.ledger.map(({ release }) => release)).toEqual(['prod/2', 'prod/1']);

    const broken = fc.record({
      environment: fc.constantFrom('dev' as const, 'prod' as const),
      places: fc.uniqueArray(fc.constantFrom(0, 1, 2, 3), { minLength: 1 }),
      how: fc.array(fc.constantFrom(...Object.keys(damages)), { minLength: 4, maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(broken, async ({ environment, places, how }) => {
        fixture.git('reset', '--quiet', '--hard', sound);
        for (const place of places) {
          const file = files(environment)[place]!;
          const text = Buffer.from(fixture.read(file));
          writeFileSync(join(fixture.checkout, file), damages[how[place]!]!(text));
        }
        fixture.git('commit', '--quiet', '--all', '--allow-empty', '--message', 'Break');
        fixture.git('push', '--quiet', '--force', 'origin', 'HEAD:main');
        const other = environment === 'dev' ? 'prod' : 'dev';
        expect(await readAll(fixture.remote, other)).toEqual(before[other]);
        // Of its own it is a fault with a code, and never one of the program.
        await readAll(fixture.remote, environment).catch((error: unknown) => {
          expect(error).toBeInstanceOf(BitiqError);
        });
      }),
      { numRuns: 15 },
    );
  },
);
