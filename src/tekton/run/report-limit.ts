import { isAbsolute, normalize } from 'node:path';
import { isFields } from '../read/fields.ts';
import { terminationMessageLimit } from './task-results.ts';

/** Bytes that the containers of a Pod may report together, of which the kubelet gives each the same part. */
const podLimit = 12 * 1024;

/**
 * Bytes of a report that reach the status: what is longer is cut there, which leaves it unreadable. `taskSpec` is that of the
 * status, with everything put in; its Pod has, besides steps and sidecars, up to three containers that prepare it.
 */
export function reportLimit(taskSpec: unknown): number {
  return Math.min(terminationMessageLimit, Math.floor(podLimit / countContainers(taskSpec)));
}

function countContainers(taskSpec: unknown): number {
  const spec = isFields(taskSpec) ? taskSpec : {};
  const template = isFields(spec['stepTemplate']) ? spec['stepTemplate'] : {};
  const steps = itemsOf(spec['steps']);
  const sidecars = itemsOf(spec['sidecars']);
  const placesScripts = [...steps, ...sidecars].some(({ script }) => Boolean(script));
  const makesFolders = steps.some(({ workingDir }) => isMade(workingDir ?? template['workingDir']));
  return 1 + Number(placesScripts) + Number(makesFolders) + steps.length + sidecars.length;
}

/** Whether a container makes the folder before the steps start. */
function isMade(folder: unknown): boolean {
  if (typeof folder !== 'string' || folder === '') return false;
  return !isAbsolute(folder) || normalize(folder).startsWith('/workspace/');
}

function itemsOf(list: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(list) ? list.filter(isFields) : [];
}
