import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../tekton/index.ts';
import { RunTree } from './run-tree.ts';

const at = '';
const ended = (status: Condition['status'], message = ''): Condition => ({
  type: 'Succeeded',
  status,
  reason: '',
  message,
  lastTransitionTime: at,
});

function draw(rows: number, tasks: readonly string[], columns = 80) {
  const screen = { text: '' };
  const tree = new RunTree({
    tasks,
    size: () => ({ rows, columns }),
    paint: (_, text) => text,
    write: (text) => (screen.text = text.replace(/\r?\u001B\[\d*[AJ]/g, '')),
  });
  return { tree, screen };
}

describe('the tree of a run', () => {
  it('shows each task, and the steps of those that run or failed', () => {
    const { tree, screen } = draw(40, ['a', 'b', 'c']);
    tree.take({ type: 'task-started', at, task: 'a', attempt: 0 });
    tree.take({ type: 'step-started', at, task: 'a', step: 's' });
    expect(screen.text).toBe('▸ a\n  ▸ s\n· b\n· c\n');
    tree.take({ type: 'log', at, task: 'a', step: 's', line: 'why' });
    tree.take({ type: 'step-ended', at, task: 'a', step: 's', exitCode: 3, reason: 'Error' });
    tree.take({ type: 'task-ended', at, task: 'a', condition: ended('False', 'broken\nmore') });
    expect(screen.text).toBe('✗ a  broken\n  ✗ s  Error, exit code 3\n· b\n· c\n');
    tree.take({ type: 'task-skipped', at, task: 'b', reason: 'no need' });
    expect(screen.text).toBe('✗ a  broken\n  ✗ s  Error, exit code 3\n– b  no need\n· c\n');
    expect(tree.failedLogs()).toEqual(['a/s | why']);
  });

  it('puts the tasks of a matrix in the place of the planned one, and shows what matters of many', () => {
    const { tree, screen } = draw(12, ['m', 'x', 'y', 'z', 'u']);
    tree.take({ type: 'task-started', at, task: 'm-0', attempt: 0 });
    tree.take({ type: 'task-started', at, task: 'm-1', attempt: 1 });
    tree.take({ type: 'task-ended', at, task: 'm-0', condition: ended('True') });
    expect(screen.text).toBe('▸ m-1  retry 1\n1 of 6 tasks are over\n');
  });

  it('keeps the lines of the logs above the tree, and lets none of them steer the terminal', () => {
    const { tree, screen } = draw(40, ['a']);
    tree.take({ type: 'task-started', at, task: 'a', attempt: 0 });
    tree.take({ type: 'log', at, task: 'a', step: 's', line: 'one' });
    tree.take({ type: 'log', at, task: 'a', step: 's', line: 'two\u001B[2J' });
    tree.say('Interrupted.');
    expect(screen.text).toBe('a/s | one\na/s | two\nInterrupted.\n▸ a\n');
    tree.take({ type: 'log', at, task: 'a', step: 's', line: 'three' });
    tree.end();
    expect(screen.text).toBe('a/s | three\n▸ a\n');
  });

  it('does not tell the log of a step again that may fail', () => {
    const { tree } = draw(40, ['a']);
    tree.take({ type: 'log', at, task: 'a', step: 's', line: 'why' });
    tree.take({ type: 'step-ended', at, task: 'a', step: 's', exitCode: 3, reason: 'Continued' });
    tree.take({ type: 'task-ended', at, task: 'a', condition: ended('True') });
    expect(tree.failedLogs()).toEqual([]);
  });

  it('makes no line wider than the terminal', () => {
    const name = 'a-task-with-quite-a-long-name';
    const { tree, screen } = draw(40, [name, 'b'], 24);
    tree.take({
      type: 'task-ended',
      at,
      task: 'b',
      condition: ended('False', '構築に失敗しました: 🙂 and more'),
    });
    expect(screen.text).toBe('· a-task-with-quite-a-…\n✗ b  構築に失敗しまし…\n');
    const tiny = draw(40, [name], 4);
    tiny.tree.take({ type: 'task-started', at, task: name, attempt: 3 });
    expect(tiny.screen.text).toBe('▸ \n');
  });
});
