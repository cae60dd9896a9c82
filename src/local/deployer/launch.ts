import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { messageOf } from '../../model/errors.ts';
import { stripSecrets } from '../../process/run.ts';
import type { ProbeTarget } from './ask-probe.ts';
import { awaitReady } from './await-ready.ts';
import { composeEnvironment } from './compose-environment.ts';
import { findCommand } from './find-command.ts';
import type { ImageFolders } from './image-folders.ts';
import type { FoundImage } from './images.ts';
import { startInstance, type Instance } from './instance.ts';
import { releasePort, takeFreePort } from './local-ports.ts';
import type { LogFile } from './log-file.ts';
import type { Peer, Workload } from './rendering.ts';

/** Everything that decides how a service runs. */
export interface LaunchPlan {
  readonly workload: Workload;
  readonly image: FoundImage;
  readonly secrets: Readonly<Record<string, string>>;
  readonly peers: readonly Peer[];
  /** Changes exactly when the service must be restarted: with its Pod template, its image or its secrets. */
  readonly digest: string;
}

/** What all launches of an environment share. */
export interface LaunchSite {
  /** `.bitiq/apps/<environment>`. */
  readonly directory: string;
  readonly folders: ImageFolders;
  /** The PATH of the services' processes. */
  readonly path: string;
  readonly readyCapMs: number;
  readonly shutdownGraceMs: number;
}

export interface LaunchOptions extends LaunchSite {
  /** Gives the launch up. */
  readonly signal: AbortSignal;
  readonly log: LogFile;
  /** The local address (`127.0.0.1:<port>`) of a service. */
  readonly addressOf: (service: string) => string | undefined;
}

/** A started instance that is ready for requests. */
export interface ReadyInstance {
  readonly plan: LaunchPlan;
  readonly instance: Instance;
  readonly port: number | undefined;
  readonly target: ProbeTarget;
}

export type LaunchResult =
  { readonly ready: ReadyInstance } | { readonly ready?: undefined; readonly reason: string };

/** Starts an instance beside whatever runs and waits until it is ready; one that does not get ready is stopped, and the reason told. */
export async function launch(plan: LaunchPlan, options: LaunchOptions): Promise<LaunchResult> {
  const { service, tag } = plan.workload;
  const hide = (text: string) => stripSecrets(text, Object.values(plan.secrets));
  try {
    const started = await start(plan, options);
    const reason = await awaitReady(started.instance, plan.workload, started.target, {
      capMs: options.readyCapMs,
      signal: options.signal,
    });
    if (reason === undefined) return { ready: started };
    await started.instance.stop();
    const printed = started.instance.lastLines();
    return {
      reason: hide(`${service} ${tag} ${reason}.${printed && `\n${printed.replace(/^/gm, '  | ')}`}`),
    };
  } catch (error) {
    return { reason: hide(messageOf(error)) };
  }
}

async function start(plan: LaunchPlan, site: LaunchOptions): Promise<ReadyInstance> {
  const { workload, image } = plan;
  const port = workload.port === undefined ? undefined : await takeFreePort();
  const home = join(site.directory, 'tmp', `${workload.service}-${randomBytes(4).toString('hex')}`);
  const release = async () => {
    if (port !== undefined) releasePort(port);
    await rm(home, { recursive: true, force: true });
  };
  try {
    const folder = await site.folders.of(image);
    const { words, workingDirectory } = findCommand(workload, image.config, folder);
    const temporary = join(home, 'tmp');
    await mkdir(temporary, { recursive: true });
    await mkdir(workingDirectory, { recursive: true });
    const environment = composeEnvironment({
      workload,
      imageEnvironment: image.config.environment,
      secrets: plan.secrets,
      peers: plan.peers,
      addressOf: site.addressOf,
      host: { PATH: site.path, HOME: home, TMPDIR: temporary, LANG: 'C.UTF-8', HOST: '127.0.0.1' },
      port,
    });
    const instance = await startInstance({
      service: workload.service,
      tag: workload.tag,
      words,
      workingDirectory,
      environment,
      log: site.log,
      records: join(site.directory, 'instances'),
      graceMs: Math.min(workload.grace * 1000, site.shutdownGraceMs),
    });
    instance.ended.then(release, release);
    return { plan, instance, port, target: { port, folder, workingDirectory, environment } };
  } catch (error) {
    await release();
    throw error;
  }
}
