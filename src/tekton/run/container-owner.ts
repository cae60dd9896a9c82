import { hostname } from 'node:os';
import { startTimeOf } from '../../process/process-tree.ts';
import { run } from '../../process/run.ts';
import type { Engine } from './container-arguments.ts';

/** The label that says which process made a container, pod or network: host, process id and when that process started. */
export const ownerLabel = 'bitiq.io/owner';

let known: Promise<string> | undefined;

/** What is in the label of everything that this process makes. */
export function owner(): Promise<string> {
  known ??= startTimeOf(process.pid).then((start) => [hostname(), process.pid, start].join('|'));
  return known;
}

/** Removes what processes of this machine have made that run no more, and tells how many containers, pods and networks that were. */
export async function removeAbandoned(engine: Engine): Promise<number> {
  let count = 0;
  for (const { list, inspect, remove } of kinds[engine]) {
    const options = { to: 'look for what an earlier run has left' };
    const filter = ['--filter', `label=${ownerLabel}`, '--quiet'];
    const { stdout } = await run(engine, [...list, ...filter], options);
    const ids = [...new Set(stdout.toString().split(/\s+/).filter(Boolean))];
    for (const id of ids) {
      // Another one may have removed it meanwhile.
      const found = await run(engine, [...inspect, id], { ...options, allow: [0, 1, 125] });
      if (found.code !== 0 || !(await isAbandoned(found.stdout.toString().trim()))) continue;
      await run(engine, [...remove, id], { to: 'remove what an earlier run has left', allow: [0, 1, 125] });
      count++;
    }
  }
  return count;
}

interface Kind {
  readonly list: readonly string[];
  readonly inspect: readonly string[];
  readonly remove: readonly string[];
}

const label = (path: string) => `{{index ${path} "${ownerLabel}"}}`;
const containers: Omit<Kind, 'remove'> = {
  list: ['ps', '--all'],
  inspect: ['inspect', '--type', 'container', '--format', label('.Config.Labels')],
};
const kinds: Readonly<Record<Engine, readonly Kind[]>> = {
  docker: [
    { ...containers, remove: ['rm', '--force', '--volumes'] },
    {
      list: ['network', 'ls'],
      inspect: ['network', 'inspect', '--format', label('.Labels')],
      remove: ['network', 'rm'],
    },
  ],
  podman: [
    { ...containers, remove: ['rm', '--force', '--time', '0', '--volumes'] },
    {
      list: ['pod', 'ps'],
      inspect: ['pod', 'inspect', '--format', label('.Labels')],
      remove: ['pod', 'rm', '--force', '--time', '0'],
    },
  ],
};

async function isAbandoned(text: string): Promise<boolean> {
  const [host, pid, ...start] = text.split('|');
  return host === hostname() && (await startTimeOf(Number(pid))) !== start.join('|');
}
