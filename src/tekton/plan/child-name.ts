import { createHash } from 'node:crypto';

const longest = 63;
const head = longest - 32;

/**
 * The name of an object that a run creates, at most 63 characters: of a longer one the parent is cut and gets its hash, or both
 * get one when the suffix has more than 30 characters, as in Knative's kmeta.ChildName.
 */
export function childName(parent: string, suffix: string): string {
  if (parent.length + suffix.length <= longest) return `${parent}${suffix}`;
  if (suffix.length < head) return `${parent.slice(0, head - suffix.length)}${md5(parent)}${suffix}`;
  const name = `${parent.slice(0, head)}${md5(parent + suffix)}`;
  return `${name}${suffix.slice(0, longest - name.length)}`.replace(/(?<![^a-zA-Z0-9])[^a-zA-Z0-9]+$/, '');
}

/** The names of the TaskRuns of a task: one, or one with its number for each combination of its matrix. */
export function taskRunNames(run: string, task: string, count: number): string[] {
  const single = childName(run, `-${task}`);
  if (count === 1) return [single];
  return Array.from({ length: count }, (_, index) => {
    const name = childName(run, `-${task}-${index}`);
    const room = longest - `-${count}`.length;
    return name.endsWith(`-${index}`) ? name : `${single.slice(0, room)}-${index}`;
  });
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
