import { createHash } from 'node:crypto';

const longest = 63;

/** The name of an object that a run creates, at most 63 characters; a longer one is cut and ends in a hash, as in Tekton. */
export function childName(parent: string, suffix: string): string {
  const name = `${parent}${suffix}`;
  if (name.length <= longest) return name;
  const hash = createHash('md5').update(parent).digest('hex');
  const room = longest - hash.length - suffix.length;
  if (room >= 0) return `${parent.slice(0, room)}${hash}${suffix}`.replace(/^-+/, '');
  return `${parent.slice(0, longest - hash.length)}${createHash('md5').update(name).digest('hex')}`;
}
