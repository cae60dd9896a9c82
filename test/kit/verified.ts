import { expect } from 'vitest';
import { headOfMain, openRepository } from '../../src/git/repository.ts';
import { commitTree } from '../../src/git/tree.ts';
import { readConfig } from '../../src/actions/read/read-state.ts';
import { verify } from '../../src/actions/verify.ts';

/** Expects of every release of a remote what `bitiq verify --all` does, and gives how many there are. */
export async function expectVerified(remote: string): Promise<number> {
  const repository = await openRepository(remote);
  const head = await headOfMain(repository);
  const config = await readConfig(commitTree(repository, head));
  const { releases, findings } = await verify(repository, {
    ...{ head, config, names: [], helm: process.env['BITIQ_HELM'] },
    ...{ lookUpDigest: undefined, signaturesRequired: false },
  });
  expect([...findings, ...releases.flatMap((release) => release.findings)]).toEqual([]);
  return releases.length;
}
