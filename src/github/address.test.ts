import { describe, expect, it } from 'vitest';
import { readGitHubAddress } from './address.ts';

const read = (url: string, env: NodeJS.ProcessEnv = {}) => readGitHubAddress(url, env);

describe('the address of a repository', () => {
  it.each([
    ['https://github.com/acme/gitops', 'https://api.github.com'],
    ['https://github.com/acme/gitops.git', 'https://api.github.com'],
    ['https://user:secret@github.com/acme/gitops.git/', 'https://api.github.com'],
    ['https://www.github.com/acme/gitops', 'https://api.github.com'],
    ['git@github.com:acme/gitops.git', 'https://api.github.com'],
    ['github.com:acme/gitops', 'https://api.github.com'],
    ['ssh://git@github.com/acme/gitops', 'https://api.github.com'],
    ['ssh://git@ssh.github.com:443/acme/gitops.git', 'https://api.github.com'],
    ['https://acme.ghe.com/acme/gitops', 'https://api.acme.ghe.com'],
    ['https://ghe.example/acme/gitops', 'https://ghe.example/api/v3'],
    ['https://ghe.example:8443/acme/gitops', 'https://ghe.example:8443/api/v3'],
    ['ssh://git@ghe.example:2222/acme/gitops', 'https://ghe.example/api/v3'],
    ['http://ghe.example/acme/gitops', 'https://ghe.example/api/v3'],
    ['http://127.0.0.1:80/acme/gitops', 'http://127.0.0.1:80/api/v3'],
  ])('%s has its API at %s', (url, apiUrl) => {
    expect(read(url)).toMatchObject({ owner: 'acme', name: 'gitops', apiUrl });
  });

  it('takes the API from GITHUB_API_URL where it can be that of the host', () => {
    const given = (url: string) => read('git@ghe.example:acme/gitops', { GITHUB_API_URL: url });
    expect(given('https://ghe.example/api/v3/')).toMatchObject({
      apiUrl: 'https://ghe.example/api/v3',
      tokenNames: expect.arrayContaining(['GITHUB_TOKEN', 'GH_ENTERPRISE_TOKEN']),
    });
    expect(given('')).toMatchObject({ tokenNames: [] });
    expect(read('git@work:acme/gitops', { GITHUB_API_URL: 'https://api.github.com' }).apiUrl).toBe(
      'https://api.github.com',
    );
    expect(() => given('https://api.github.com')).toThrow(
      'GITHUB_API_URL is https://api.github.com, which is not the API of ghe.example',
    );
    for (const url of [
      'https://ghe.example/api/v3',
      'https://api.acme.ghe.com',
      'https://github.com.evil.example',
    ])
      expect(() => read('https://github.com/acme/gitops', { GITHUB_API_URL: url })).toThrow(
        'which is not the API of github.com',
      );
    expect(read('https://acme.ghe.com/acme/gitops').tokenNames).toEqual(['GITHUB_TOKEN', 'GH_TOKEN']);
  });

  it.each([
    ['../gitops', 'it names no owner and repository'],
    ['/srv/git/acme/gitops.git', 'it names no owner and repository'],
    ['file:///srv/acme/gitops.git', 'it names no owner and repository'],
    ['https://github.com/acme', 'it names no owner and repository'],
    ['https://github.com/acme/group/gitops', 'it names no owner and repository'],
    ['https://gitlab.com/acme/gitops', 'gitlab.com is not GitHub'],
    ['git@bitbucket.org:acme/gitops.git', 'bitbucket.org is not GitHub'],
    ['https://gitlab.acme.example/acme/gitops', 'gitlab.acme.example is not GitHub'],
    ['https://me:secret@acme.visualstudio.com/acme/gitops', 'acme.visualstudio.com is not GitHub'],
  ])('refuses %s', (url, why) => {
    expect(() => read(url)).toThrow(why);
    expect(() => read(url)).not.toThrow('secret');
  });

  it('sends no token without TLS but to this machine', () => {
    const at = (GITHUB_API_URL: string) => () => read('https://github.com/acme/gitops', { GITHUB_API_URL });
    expect(at('http://ghe.example/api/v3')).toThrow('a token is sent by https alone');
    expect(at('http://localhost.evil.example/api/v3')).toThrow('a token is sent by https alone');
    expect(at('nonsense')).toThrow('a token is sent by https alone');
    expect(at('http://127.0.0.1:8080/api/v3')().apiUrl).toBe('http://127.0.0.1:8080/api/v3');
  });
});
