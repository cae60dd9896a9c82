import { posix } from 'node:path';
import type { TaskSpec } from '../types.ts';
import type { Cursor } from './cursor.ts';

/** Reports what Tekton's admission refuses of a task as a whole: places to mount, workspaces of steps, names of parameters. */
export function checkTaskSpec(cursor: Cursor, spec: TaskSpec): void {
  checkMounts(cursor, spec);
  checkUsedWorkspaces(cursor, spec);
  checkParamNames(cursor.at('params'), spec);
}

/** Two things cannot be mounted at one place. */
function checkMounts(cursor: Cursor, spec: TaskSpec): void {
  const mounted = new Set(
    spec.steps.flatMap((step) => step.volumeMounts.map((mount) => clean(mount.mountPath))),
  );
  for (const [index, place] of cursor.at('workspaces').items().entries()) {
    const { name, mountPath } = spec.workspaces[index]!;
    const path = clean(mountPath || `/workspace/${name}`);
    if (mounted.has(path)) {
      const fix = 'Give one of the two another mountPath.';
      place.at('mountPath').fault(`${place.path}: ${path} is mounted twice.`, fix);
    }
    mounted.add(path);
  }
}

/** The path as Go's filepath.Clean writes it. */
function clean(path: string): string {
  return posix.normalize(path).replace(/(?<=.)\/$/, '');
}

/** A step sees only workspaces that its task has. */
function checkUsedWorkspaces(cursor: Cursor, spec: TaskSpec): void {
  for (const list of [cursor.at('steps'), cursor.at('sidecars')]) {
    for (const used of list.items().flatMap((one) => one.at('workspaces').items())) {
      const name = used.at('name').text();
      if (!name || spec.workspaces.some((workspace) => workspace.name === name)) continue;
      const fix = `Declare "${name}" under workspaces.`;
      used.at('name').fault(`${used.path}: the Task has no workspace "${name}".`, fix);
    }
  }
}

/** A name with a dot in it cannot be told from a key of an object, so an object's name has none. */
function checkParamNames(list: Cursor, { params }: TaskSpec): void {
  for (const [index, cursor] of list.items().entries()) {
    const { name, type, properties } = params[index]!;
    const isObject = type === 'object';
    const allowed = isObject ? /^[_a-zA-Z][_a-zA-Z0-9-]*$/ : /^[_a-zA-Z][_a-zA-Z0-9.-]*$/;
    for (const text of isObject ? [name, ...properties] : [name]) {
      if (text === '' || allowed.test(text)) continue;
      cursor.fault(
        `${cursor.path}: "${text}" cannot be the name of a parameter${isObject ? ' of type object, or of its key' : ''}.`,
        `Begin with a letter; use letters, digits, dashes${isObject ? '' : ', dots'} and underscores.`,
      );
    }
    if (isObject && !cursor.at('properties').exists)
      cursor.fault(`${cursor.path}: the object "${name}" has no properties.`, 'Add properties.');
  }
}
