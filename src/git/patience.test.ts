import { describe, expect, it } from 'vitest';
import { patienceOf } from './patience.ts';

const settings = (...keys: string[]) => new Map(keys.map((key) => [key, ['1']]));

describe('the patience with a remote', () => {
  it('ends where nobody has set another', () => {
    const { args, env } = patienceOf(settings(), {});
    expect(args).toEqual(['-c', 'http.lowSpeedLimit=1', '-c', 'http.lowSpeedTime=60']);
    expect(env['GIT_SSH_COMMAND']).toContain('-o ConnectTimeout=30');
  });

  it.each([
    [settings('http.lowspeedtime'), {}],
    [settings('http.https://git.acme.com.lowspeedlimit'), {}],
    [settings(), { GIT_HTTP_LOW_SPEED_TIME: '9' }],
  ])('is that of a person over http', (of, env) => {
    expect(patienceOf(of, env).args).toEqual([]);
  });

  it.each([
    [settings('core.sshcommand'), {}],
    [settings(), { GIT_SSH_COMMAND: 'ssh -i key' }],
    [settings(), { GIT_SSH: '/usr/bin/ssh' }],
  ])('is that of a person over ssh', (of, env) => {
    expect(patienceOf(of, env).env).toEqual({});
  });
});
