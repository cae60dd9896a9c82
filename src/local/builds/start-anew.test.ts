import { expect, it } from 'vitest';
import type { RunState } from '../../tekton/index.ts';
import type { RunRequest } from './run-request.ts';
import { runsToStartAnew } from './start-anew.ts';

const run = (name: string, state: RunState | undefined, service = 'toy-service') => {
  const request: RunRequest = { name, created: '', service, revision: '', resource: {}, pipelines: '' };
  return { request, state };
};
const names = (...newestFirst: Parameters<typeof runsToStartAnew>[0][number][]) =>
  runsToStartAnew(newestFirst).map((request) => request.name);

it('starts what did not come to an end, oldest first, under the name of another try', () => {
  expect(
    names(
      run('b-222222-9', 'cancelled'),
      run('w-111111', undefined, 'toy-web'),
      run('a-aaaaaa', 'running'),
      run('z-999999', 'succeeded'),
    ),
  ).toEqual(['a-aaaaaa-2', 'w-111111-2', 'b-222222-10']);
});

it('starts a run again whose loop was killed after it had marked it, and before it had asked for another try', () => {
  expect(names(run('a-aaaaaa', 'interrupted'))).toEqual(['a-aaaaaa-2']);
  expect(names(run('a-aaaaaa-2', 'running'), run('a-aaaaaa', 'interrupted'))).toEqual(['a-aaaaaa-3']);
  expect(names(run('a-aaaaaa-2', 'failed'), run('a-aaaaaa', 'interrupted'))).toEqual([]);
});

it('leaves out what a newer image of the same service has made needless, but not what a newer failure has not', () => {
  expect(names(run('b-bbbbbb', 'succeeded'), run('a-aaaaaa', 'running'))).toEqual([]);
  expect(names(run('b-bbbbbb', 'failed'), run('a-aaaaaa', 'running'))).toEqual(['a-aaaaaa-2']);
  expect(names(run('b-bbbbbb', 'succeeded', 'toy-web'), run('a-aaaaaa', 'running'))).toEqual(['a-aaaaaa-2']);
});
