import type { Cursor } from './cursor.ts';

/** Checks what a run asks for before it starts: to be cancelled, or to wait, for which there is nobody who would start it here. */
export function checkSpecStatus(cursor: Cursor, kind: 'PipelineRun' | 'TaskRun'): void {
  const text = cursor.text() ?? '';
  const pending = `${kind}Pending`;
  if (text === pending) {
    cursor.refuse(`the status ${pending}`, 'Leave status out and start the run when it may run.');
    return;
  }
  const allowed =
    kind === 'TaskRun' ? ['TaskRunCancelled'] : ['Cancelled', 'CancelledRunFinally', 'StoppedRunFinally'];
  if (text === '' || allowed.includes(text)) return;
  cursor.fault(`${cursor.path} is "${text}".`, `It can be ${[...allowed, pending].join(', ')}.`);
}
