import { randomBytes } from 'node:crypto';
import { guard, letGo } from '../../process/guardian.ts';
import { run } from '../../process/run.ts';
import type { Engine } from './container-arguments.ts';
import { owner, ownerLabel } from './container-owner.ts';
import type { Group, Reach, StepLaunch } from './executor.ts';

/**
 * What the containers of one TaskRun share: with Podman a pod, so that they reach each other at 127.0.0.1 as in a cluster;
 * Docker has none, so there is a network, in which the first sidecar gives its address to all that start after it.
 */
export class Sandbox {
  readonly name: string;
  readonly #engine: Engine;
  #labels: Readonly<Record<string, string>> = {};
  #holder: string | undefined;
  #isHeld: Promise<boolean> | undefined;
  #tellHeld: (isHeld: boolean) => void = () => {};

  constructor(engine: Engine) {
    this.#engine = engine;
    this.name = `bitiq-${randomBytes(6).toString('hex')}`;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.#labels;
  }

  /** Makes the pod or network. */
  async open({ run: pipelineRun, task, taskRun, containers, stop }: Group): Promise<void> {
    this.#labels = {
      [ownerLabel]: await owner(),
      'bitiq.io/run': pipelineRun,
      'bitiq.io/task': task,
      'bitiq.io/task-run': taskRun,
    };
    const labels = Object.entries(this.#labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
    const options = { to: 'give a task its network', signal: stop };
    guard(this.#engine, this.name);
    if (this.#engine === 'podman') {
      await run('podman', ['pod', 'create', '--name', this.name, ...labels], options);
      await run('podman', ['pod', 'start', this.name], options);
      return;
    }
    await run('docker', ['network', 'create', ...labels, this.name], options);
    this.#holder = containers.find(({ name }) => name.startsWith('sidecar-'))?.name;
    if (this.#holder === undefined) return;
    this.#isHeld = new Promise((resolve) => (this.#tellHeld = resolve));
  }

  /** The arguments by which a container shares it. */
  async join(launch: StepLaunch): Promise<string[]> {
    if (this.#engine === 'podman') return ['--pod', this.name];
    if (this.#holder !== undefined && launch.name !== this.#holder && (await this.#isHeld)) {
      return ['--network', `container:${this.containerName(this.#holder)}`];
    }
    return ['--network', this.name, '--network-alias', launch.name.replace(/^(step|sidecar)-/, '')];
  }

  /** To be told when a container runs, and when one has ended. */
  tell(container: string, runs: boolean): void {
    if (container !== this.#holder) return;
    this.#tellHeld(runs);
    if (!runs) this.#isHeld = Promise.resolve(false);
  }

  containerName(container: string): string {
    return `${this.name}-${container}`;
  }

  /** How the ports of a container are reached: at its address, without root from inside its network. */
  async reach(container: string): Promise<Reach> {
    const options = { to: 'find the address of a sidecar' };
    const id =
      this.#engine === 'podman'
        ? (await run('podman', ['pod', 'inspect', '--format', '{{.InfraContainerID}}', this.name], options))
            .stdout
        : this.containerName((await this.#isHeld) ? this.#holder! : container);
    const format = '{{.State.Pid}} {{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}';
    const { stdout } = await run(
      this.#engine,
      ['inspect', '--type', 'container', '--format', format, String(id).trim()],
      options,
    );
    const [pid = '', address] = stdout.toString().trim().split(' ');
    if (this.#engine === 'docker' || process.getuid?.() === 0)
      return { host: address ?? '127.0.0.1', inside: [] };
    return { host: '127.0.0.1', inside: ['podman', 'unshare', 'nsenter', '--net', '--target', pid] };
  }

  /** Removes all of it, with what still runs in it. */
  async close(): Promise<void> {
    const args = this.#engine === 'podman' ? ['pod', 'rm', '--force', '--time', '0'] : ['network', 'rm'];
    // It may never have been made.
    await run(this.#engine, [...args, this.name], { to: 'remove the network of a task', allow: [0, 1, 125] });
    letGo(this.#engine, this.name);
  }
}
