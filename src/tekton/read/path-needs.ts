import type { PathNeed, TaskSpec } from '../types.ts';
import type { Cursor } from './cursor.ts';

const literalPath = /(?<![\w$./:-])\/(workspace|tekton)(\/|\b(?![\w-]))/;

/** What of a task can only run where /workspace, /tekton and mount paths are real. */
export function pathNeedsOf(task: Cursor, spec: TaskSpec): PathNeed[] {
  const needs: PathNeed[] = [];
  for (const place of [task.at('steps'), task.at('stepTemplate'), task.at('sidecars')]) {
    for (const [cursor, text] of place.scalars()) {
      const found = literalPath.exec(text);
      if (!found || /\.image$|[dD]escription$|\.displayName$/.test(cursor.path)) continue;
      needs.push({ what: `${cursor.path}: the path /${found[1]}`, place: cursor.place });
    }
  }
  for (const { name, volumeMounts, workspaces, place } of [...spec.steps, ...spec.sidecars]) {
    for (const mount of volumeMounts)
      needs.push({ what: `the mount ${mount.mountPath} of ${name}`, place: mount.place });
    if (workspaces.length > 0)
      needs.push({ what: `the isolated workspace ${workspaces[0]!.name} of ${name}`, place });
  }
  return needs;
}
