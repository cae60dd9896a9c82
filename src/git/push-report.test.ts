import { describe, expect, it } from 'vitest';
import { isMainProtected, readPorcelain } from './push-report.ts';

describe('the report of a push', () => {
  it('tells what was taken, what was refused and what nobody knows', () => {
    const text = [
      'To ../remote.git',
      '*\tabc:refs/tags/prod/1\t[new tag]',
      ' \tabc:refs/heads/main\t1111111..2222222',
      '=\tabc:refs/heads/same\t[up to date]',
      '!\tabc:refs/heads/a\t[rejected] (stale info)',
      '!\tabc:refs/heads/b\t[remote rejected] (pre-receive hook declined)',
      '!\tabc:refs/heads/c\t[remote failure] (remote failed to report status)',
      'Done',
    ].join('\n');
    expect(readPorcelain(text)).toEqual([
      { to: 'refs/tags/prod/1', state: 'taken', reason: '' },
      { to: 'refs/heads/main', state: 'taken', reason: '' },
      { to: 'refs/heads/same', state: 'taken', reason: '' },
      { to: 'refs/heads/a', state: 'refused', reason: 'stale info' },
      { to: 'refs/heads/b', state: 'refused', reason: 'pre-receive hook declined' },
      { to: 'refs/heads/c', state: 'unknown', reason: 'remote failed to report status' },
    ]);
  });
});

describe('a main branch that is protected', () => {
  const refused = (reason: string, ref = 'main') => [
    { to: 'refs/tags/prod/1', state: 'refused' as const, reason: 'atomic transaction failed' },
    { to: `refs/heads/${ref}`, state: 'refused' as const, reason },
  ];

  it('is told by the reason that the host gives for its ref', () => {
    const azure =
      'TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch.';
    for (const reason of ['protected branch hook declined', azure])
      expect(isMainProtected('main', { refused: refused(reason), said: '' })).toBe(true);
  });

  it.each([
    [
      'of another branch',
      refused('pre-receive hook declined', 'bitiq/prod'),
      'remote: GitLab: You are not allowed to push code to protected branches on this project.',
    ],
    [
      'of tags',
      refused('pre-receive hook declined'),
      'remote: error: GH013: Repository rule violations found for refs/tags/prod/1.',
    ],
    ['of a hook', refused('pre-receive hook declined'), 'remote: No pushes on Fridays.'],
  ])('is not one by a rule %s', (_, refs, said) => {
    expect(isMainProtected('main', { refused: refs, said })).toBe(false);
  });
});
