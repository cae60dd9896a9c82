import { expect, it } from 'vitest';
import { stepEnvironment } from './step-environment.ts';

it('names no file of the machine that a step could write, such as the configuration of Git', () => {
  const env = stepEnvironment({
    HOME: '/users/ada',
    GIT_CONFIG_GLOBAL: '/users/ada/git',
    HTTPS_PROXY: 'http://p',
  });
  expect(Object.keys(env).filter((name) => name.startsWith('GIT_'))).toEqual(['GIT_CONFIG_NOSYSTEM']);
  expect(Object.values(env).filter((value) => value.startsWith('/dev'))).toEqual([]);
  expect(env['HTTPS_PROXY']).toBe('http://p');
});
