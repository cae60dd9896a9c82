import type { Cursor } from './cursor.ts';

/** What `onError` says; a parameter may stand here, and nothing else that a run puts in, until the run is planned. */
export function readOnError(cursor: Cursor): string {
  const text = cursor.text();
  return text?.startsWith('$(params') ? text : cursor.oneOf(['continue', 'stopAndFail'], 'stopAndFail');
}
