import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith } from '../../test/images/kit.ts';
import { credentialsFor } from './credentials.ts';

const auth = Buffer.from('ann:se:same').toString('base64');
const ann = { user: 'ann', password: 'se:same', isIdentityToken: false };

async function read(config: unknown, registry: string) {
  const folder = await folderWith({
    'config.json': typeof config === 'string' ? config : JSON.stringify(config),
  });
  return credentialsFor(registry, { DOCKER_CONFIG: folder });
}

describe('credentialsFor', () => {
  it.each(['ghcr.io', 'https://ghcr.io', 'https://ghcr.io/v1/', 'ghcr.io/'])(
    'finds the entry %s',
    async (name) => {
      expect(await read({ auths: { 'other.io': { auth: 'eDp5' }, [name]: { auth } } }, 'ghcr.io')).toEqual(
        ann,
      );
    },
  );

  it("finds Docker Hub's entry, and that of $HOME", async () => {
    expect(await read({ auths: { 'https://index.docker.io/v1/': { auth } } }, 'docker.io')).toEqual(ann);
    const home = await folderWith({
      '.docker/config.json': JSON.stringify({ auths: { 'ghcr.io': { auth } } }),
    });
    expect(await credentialsFor('ghcr.io', { HOME: home })).toEqual(ann);
  });

  it('knows an identity token', async () => {
    const login = await read({ auths: { 'a.io': { auth, identitytoken: 'secret' } } }, 'a.io');
    expect(login).toEqual({ user: 'ann', password: 'secret', isIdentityToken: true });
  });

  it('is undefined where nothing useful stands', async () => {
    expect(await read({ auths: { 'ghcr.io': {} } }, 'ghcr.io')).toBeUndefined();
    expect(await read({}, 'ghcr.io')).toBeUndefined();
    expect(await read('{', 'ghcr.io')).toBeUndefined();
    expect(await credentialsFor('ghcr.io', { DOCKER_CONFIG: '/nowhere' })).toBeUndefined();
  });

  it('asks the credential helper, and goes on without it when it knows nothing', async () => {
    const script =
      '#!/bin/sh\nread host\n[ "$host" = a.io ] && echo \'{"Username":"<token>","Secret":"s"}\'\n';
    const bin = await folderWith({ 'docker-credential-test': script });
    await chmod(join(bin, 'docker-credential-test'), 0o755);
    const config = JSON.stringify({ credsStore: 'test', auths: { 'b.io': { auth } } });
    const env = {
      DOCKER_CONFIG: await folderWith({ 'config.json': config }),
      PATH: `${bin}:${process.env['PATH']}`,
    };
    expect(await credentialsFor('a.io', env)).toEqual({
      user: '<token>',
      password: 's',
      isIdentityToken: true,
    });
    expect(await credentialsFor('b.io', env)).toEqual(ann);
  });
});
