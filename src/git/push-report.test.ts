import { describe, expect, it } from 'vitest';
import { readPorcelain } from './push-report.ts';

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
