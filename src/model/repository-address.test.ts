import { describe, expect, it } from 'vitest';
import { commitPage, fullNameOf, isRepositoryAddress, sameAddressOf } from './repository-address.ts';

describe('the address of a repository', () => {
  it.each([
    'https://github.com/acme/shop',
    'https://github.com/acme/shop.git',
    'http://gitea.local:3000/acme/shop',
    'ssh://git@git.acme.com:2222/acme/shop.git',
    'git@github.com:acme/shop.git',
    'https://dev.azure.com/acme/web/_git/shop',
  ])('is %s', (address) => {
    expect(isRepositoryAddress(address)).toBe(true);
  });

  it.each([
    'src:evil',
    '../shop',
    '/srv/git/shop.git',
    'shop',
    'file:///srv/git/shop.git',
    'git://github.com/acme/shop',
    'ext::sh -c id',
    'ext::id@x:y',
    'ssh://-oProxyCommand=id/x',
    'ssh://-oProxyCommand=id@host/x',
    '-u@host:path',
    'git@-oProxyCommand=id:path',
    'git@host:-path',
    'https://github.com',
    'https://github.com/acme/shop\n',
    'javascript:alert(1)',
    '',
  ])('is not %j', (address) => {
    expect(isRepositoryAddress(address)).toBe(false);
    expect(commitPage(address, 'abc1234')).toBeUndefined();
  });

  it.each([
    ['https://github.com/acme/shop.git', 'https://github.com/acme/shop/commit/abc1234'],
    ['git@github.com:acme/shop.git', 'https://github.com/acme/shop/commit/abc1234'],
    ['https://gitlab.com/acme/web/shop', 'https://gitlab.com/acme/web/shop/-/commit/abc1234'],
    ['git@gitlab.acme.com:web/shop.git', 'https://gitlab.acme.com/web/shop/-/commit/abc1234'],
    ['https://code.acme.com/a/b/c', 'https://code.acme.com/a/b/c/-/commit/abc1234'],
    ['https://bitbucket.org/acme/shop', 'https://bitbucket.org/acme/shop/commits/abc1234'],
    ['https://git.acme.com/scm/web/shop.git', 'https://git.acme.com/projects/web/repos/shop/commits/abc1234'],
    ['https://dev.azure.com/acme/web/_git/shop', 'https://dev.azure.com/acme/web/_git/shop/commit/abc1234'],
    ['git@ssh.dev.azure.com:v3/acme/web/shop', 'https://dev.azure.com/acme/web/_git/shop/commit/abc1234'],
    ['http://gitea.local:3000/acme/shop', 'http://gitea.local:3000/acme/shop/commit/abc1234'],
    ['ssh://git@codeberg.org:22/acme/shop.git', 'https://codeberg.org/acme/shop/commit/abc1234'],
  ])('%s has the page %s of a commit', (address, page) => {
    expect(commitPage(address, 'abc1234')).toBe(page);
  });

  it('has a full name, and is one however it is reached', () => {
    expect(fullNameOf('git@gitlab.com:acme/web/shop.git')).toBe('acme/web/shop');
    const same = [
      'https://user@GitHub.com/Acme/shop.git/',
      'git@github.com:acme/shop',
      'ssh://git@github.com/acme/shop',
    ];
    expect(new Set(same.map(sameAddressOf))).toEqual(new Set(['github.com/acme/shop']));
  });
});
