import { expect, it } from 'vitest';
import { temporaryFolder } from '../../test/images/kit.ts';
import { readBase } from './base-image.ts';

it('says how a build reaches a registry without TLS', async () => {
  const reference = { registry: '127.0.0.1:1', repository: 'team/base', tag: 'v1' };
  const platform = { os: 'linux', architecture: 'amd64' };
  const read = readBase(reference, { store: await temporaryFolder(), plainHttp: false, platform });
  await expect(read).rejects.toMatchObject({
    code: 'registry-unreachable',
    fix: 'Check the name and the network. A registry without TLS is reached with --plain-http.',
  });
});
