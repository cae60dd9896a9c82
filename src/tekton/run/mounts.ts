import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BitiqError } from '../../model/errors.ts';
import type { Container, TaskSpec } from '../types.ts';
import type { Mount } from './executor.ts';
import { isThere } from './paths.ts';
import type { TaskFolders } from './task-folders.ts';
import { below, type OpenVolumes } from './volumes.ts';

/**
 * What a step or sidecar sees at which path, outer paths first. The folders of other steps are read-only, a workspace that
 * any container isolates is only seen by those that name it, and a sidecar sees the others as a step does.
 */
export async function mountsOf(
  container: Container,
  role: 'step' | 'sidecar',
  spec: TaskSpec,
  folders: TaskFolders,
  volumes: OpenVolumes,
): Promise<Mount[]> {
  const run = join(folders.tekton, 'run');
  const mounts: Mount[] = [{ from: folders.tekton, to: '/tekton', readOnly: false }];
  if (role === 'step') {
    const own = String(spec.steps.findIndex((step) => step.name === container.name));
    mounts.push({ from: run, to: '/tekton/run', readOnly: true });
    mounts.push({ from: join(run, own), to: `/tekton/run/${own}`, readOnly: false });
    mounts.push({ from: folders.workspace, to: '/workspace', readOnly: false });
  }
  const isolated = new Set(
    [...spec.steps, ...spec.sidecars].flatMap(({ workspaces }) => workspaces.map(({ name }) => name)),
  );
  for (const [name, workspace] of volumes.workspaces) {
    const own = container.workspaces.find((one) => one.name === name);
    if (!own && isolated.has(name)) continue;
    mounts.push({
      from: workspace.folder,
      to: own?.mountPath ?? workspace.path,
      readOnly: workspace.readOnly,
    });
  }
  for (const mount of container.volumeMounts) {
    const volume = volumes.volumes.get(mount.name);
    if (!volume) {
      throw new BitiqError({
        code: 'tekton-invalid',
        message: `"${container.name}" mounts the volume "${mount.name}", which the task does not have.`,
        fix: `It has ${[...volumes.volumes.keys()].join(', ') || 'none'}.`,
        state: 'The run has failed.',
        place: mount.place,
      });
    }
    const from = await below(volume.folder, mount.subPath ?? '');
    // A key of a Secret or ConfigMap is a file already.
    if (!(await isThere(from))) await mkdir(from, { recursive: true });
    mounts.push({ from, to: mount.mountPath, readOnly: mount.readOnly || volume.readOnly });
  }
  // A relative path begins at the root, as a kubelet has it.
  return [...new Map(mounts.map((mount) => [resolve('/', mount.to), mount]))]
    .map(([to, mount]) => ({ ...mount, to }))
    .sort((a, b) => depth(a.to) - depth(b.to));
}

function depth(path: string): number {
  return path.split('/').length;
}
