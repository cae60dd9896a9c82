import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../test/kit/gitops-repository.ts';
import { BitiqError } from '../model/errors.ts';
import { explainMachine } from './explain-machine.ts';

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: said Node`), { code, syscall: 'write', path: '/tmp/x' });
}

it.each([
  ['ENOSPC', /refused to write \/tmp\/x: the disk is full \(ENOSPC\)\.$/],
  ['EROFS', /read-only file system/],
  ['EACCES', /it is not permitted/],
  ['ENOTDIR', /a part of its path is a file/],
  ['EMFILE', /too many files are open/],
])('tells %s as what it is', (code, message) => {
  expect(explainMachine(systemError(code))).toMatchObject({
    code: 'system-error',
    exit: 3,
    message: expect.stringMatching(message) as string,
  });
});

it('tells that there is no folder for temporary files', async () => {
  const error = await mkdtemp(join(temporaryFolder(), 'nowhere/x')).catch((thrown: unknown) => thrown);
  expect(explainMachine(error)).toMatchObject({
    code: 'system-error',
    fix: expect.stringContaining('TMPDIR') as string,
  });
});

it('leaves any other error as it is', () => {
  const own = new BitiqError({ code: 'usage', message: 'm', fix: 'f', cause: systemError('ENOSPC') });
  for (const error of [own, new TypeError('x'), systemError('ENOENT'), 'SIGINT', undefined])
    expect(explainMachine(error)).toBe(error);
});
