import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { messageOf } from '../../model/errors.ts';
import { run } from '../../process/run.ts';
import { clientEnvironment, createArguments, scriptText, type Engine } from './container-arguments.ts';
import { followContainer, killed, notStarted } from './follow-container.ts';
import { engineSentence, Images } from './container-images.ts';
import { removeAbandoned } from './container-owner.ts';
import { Sandbox } from './container-sandbox.ts';
import type { Group, StepEnd, StepExecutor, StepLaunch } from './executor.ts';
import { removeFolder } from '../../process/remove-folder.ts';

/**
 * Runs each step in a container of its own image by Docker or Podman; the containers of one TaskRun share a network. Standard
 * input is closed, mounts are at their real paths, and a container never outlives its step.
 */
export function containerExecutor(engine: Engine): StepExecutor {
  const images = new Images(engine);
  const sandboxes = new Map<string, Sandbox>();
  const running = new Map<number, { readonly sandbox: Sandbox; readonly container: string }>();

  async function startGroup(group: Group): Promise<{ reason: string; message: string } | undefined> {
    for (const { name, image } of group.containers) {
      if (image === undefined) continue;
      try {
        await images.get(image, group.stop);
      } catch (error) {
        if (group.stop.aborted) return undefined;
        return {
          reason: 'TaskRunImagePullFailed',
          message: `the ${name.split('-')[0]} "${name.replace(/^\w+-/, '')}" in TaskRun "${group.taskRun}" failed to pull the image "${image}". The pod errored with the message: "${messageOf(error)}."`,
        };
      }
    }
    const sandbox = new Sandbox(engine);
    sandboxes.set(group.id, sandbox);
    try {
      await sandbox.open(group);
    } catch (error) {
      if (!group.stop.aborted) throw error;
    }
    return undefined;
  }

  async function runStep(launch: StepLaunch): Promise<StepEnd> {
    if (launch.stop.aborted) return { exitCode: killed };
    if (launch.image === undefined) return { exitCode: notStarted, problem: 'The step names no image.' };
    const image = await images.get(launch.image, launch.stop);
    const user = launch.restrictions.user ?? image.user;
    if (launch.restrictions.mustNotBeRoot && /^(0|root)?(:|$)/.test(user)) {
      const problem = 'container has runAsNonRoot and image will run as root';
      return { exitCode: notStarted, problem, imageID: image.id };
    }
    const sandbox = sandboxes.get(launch.group)!;
    const name = sandbox.containerName(launch.name);
    let end: StepEnd;
    try {
      await writeScript(launch);
      const args = createArguments(launch, name, await sandbox.join(launch), sandbox.labels);
      const made = await run(engine, args, {
        to: 'make the container of a step',
        env: clientEnvironment(launch),
        allow: 'any',
      });
      if (made.code !== 0) return { exitCode: notStarted, problem: engineSentence(made.stderr) };
      if (launch.stop.aborted) return { exitCode: killed };
      end = await followContainer(engine, name, launch, (client) => {
        running.set(client, { sandbox, container: launch.name });
        sandbox.tell(launch.name, true);
      });
    } finally {
      sandbox.tell(launch.name, false);
      const atOnce = engine === 'podman' ? ['--time', '0'] : [];
      await run(engine, ['rm', '--force', ...atOnce, '--volumes', name], {
        to: 'remove the container of a step',
        allow: [0, 1, 125],
      });
    }
    // A kubelet makes the folder that a container starts in; Podman wants it to be there.
    const isWithoutFolder = /workdir .* does not exist/.test(end.problem ?? '');
    const hasMount = launch.mounts?.some(({ to }) => to === launch.workingDir);
    return isWithoutFolder && !hasMount ? runStep(await withFolder(launch)) : { ...end, imageID: image.id };
  }

  function probe(
    group: number,
    command: readonly string[],
    launch: StepLaunch,
    limit: number,
  ): Promise<number> {
    return new Promise((resolve) => {
      const found = running.get(group);
      if (!found) return resolve(127);
      const args = ['exec', found.sandbox.containerName(found.container), ...command];
      const child = spawn(engine, args, { stdio: 'ignore', detached: true });
      const end = (code: number) => {
        clearTimeout(timer);
        launch.stop.removeEventListener('abort', onStop);
        child.kill('SIGKILL');
        resolve(code);
      };
      const onStop = () => end(124);
      const timer = setTimeout(onStop, limit);
      launch.stop.addEventListener('abort', onStop, { once: true });
      child.on('error', () => end(127));
      child.on('exit', (code) => end(code ?? killed));
    });
  }

  return {
    kind: 'container',
    differences: [
      `Steps run in containers by ${engine}, with their users, capabilities and limits; seccomp, SELinux, AppArmor and service accounts are not applied.`,
      ...(engine === 'docker'
        ? ['Steps share the address of the first sidecar while it runs, and have one each without sidecars.']
        : []),
      'Probes by HTTP and TCP need the network of containers to be reachable, as it is on Linux.',
    ],
    realPaths: async () => 'always',
    open: () => removeAbandoned(engine),
    startGroup,
    runStep,
    probe,
    reach: async (group) => {
      const found = running.get(group);
      return found ? found.sandbox.reach(found.container) : { host: '127.0.0.1', inside: [] };
    },
    removeFolder: (folder) => removeFolderOf(engine, folder),
    endGroup: async (group) => {
      const sandbox = sandboxes.get(group);
      sandboxes.delete(group);
      await sandbox?.close();
    },
  };
}

/** Writes the script, and makes the folder that the step starts in when it lies in a mount. */
async function writeScript({ script, scriptFile, workingDir, mounts = [] }: StepLaunch): Promise<void> {
  const around = mounts.filter(({ to }) => `${workingDir}/`.startsWith(`${to.replace(/\/$/, '')}/`)).at(-1);
  if (around && !around.readOnly)
    await mkdir(join(around.from, relative(around.to, workingDir)), { recursive: true });
  if (script === undefined) return;
  await mkdir(dirname(scriptFile), { recursive: true });
  await writeFile(scriptFile, scriptText(script), { mode: 0o755 });
}

/** The same with an empty folder where the step is to start. */
async function withFolder(launch: StepLaunch): Promise<StepLaunch> {
  const from = join(launch.group, 'folders', launch.name);
  await mkdir(from, { recursive: true });
  return {
    ...launch,
    mounts: [...(launch.mounts ?? []), { from, to: launch.workingDir, readOnly: false }],
  };
}

/** Removes a folder; files of other users of a container without root need its own name space. */
async function removeFolderOf(engine: Engine, folder: string): Promise<void> {
  try {
    await removeFolder(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES' || engine !== 'podman') throw error;
    await run('podman', ['unshare', 'rm', '-rf', folder], { to: 'remove the files of a run' });
  }
}
