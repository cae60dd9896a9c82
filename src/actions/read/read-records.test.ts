import { expect, it } from 'vitest';
import { actorAt, gitOpsRepository } from '../../../test/kit/gitops-repository.ts';
import { openRepository } from '../../git/repository.ts';
import { promote } from '../promote.ts';
import { requireRecord } from './read-records.ts';

it.each(['see -----BEGIN CERTIFICATE----- in the log', 'two lines\n-----BEGIN PGP SIGNATURE-----\n\nno'])(
  'the record of a release is read whole with the reason %j, which is not a signature',
  async (reason) => {
    const repository = await openRepository(gitOpsRepository().remote);
    await promote(repository, { to: 'prod', actor: actorAt(2, reason), helm: process.env['BITIQ_HELM']! });
    const record = await requireRecord(repository, 'prod', 'prod/1');
    expect(record).toMatchObject({ reason, checks: ['schema', 'render'] });
  },
);
