import { join } from 'node:path';
import type { Digests } from '../../model/release.ts';
import { openQueue } from '../../process/queue.ts';
import type { Addresses } from './addresses.ts';
import { launch, type LaunchPlan, type LaunchResult, type LaunchSite } from './launch.ts';
import { openLogFile, type LogFile } from './log-file.ts';
import type { Workload } from './rendering.ts';
import { ServiceRunner } from './service-runner.ts';

/** The services of one environment that have an address on this machine. */
export interface ServiceRunners {
  readonly all: ReadonlyMap<string, ServiceRunner>;
  /** The runner of a service; its address is opened with the first call. */
  of(service: string): Promise<ServiceRunner>;
  launch(plan: LaunchPlan, signal: AbortSignal): Promise<LaunchResult>;
  /** What runs, or is being restarted, now. */
  workloads(): Workload[];
  /** The images that these services run from, as far as they run what is wanted. */
  digestsOf(wanted: readonly Workload[]): Digests;
  closeAllBut(services: readonly string[]): Promise<void>;
  /** Begins to remove unpacked images that nothing runs from. */
  tidy(): void;
  close(): Promise<void>;
}

export interface ServiceRunnersOptions {
  readonly site: LaunchSite;
  readonly addresses: Addresses;
  readonly clock: () => Date;
  readonly onChange: () => void;
}

const logBytes = 5 * 1024 * 1024;

/** Opens the runners of an environment; it has none yet. */
export function openServiceRunners({
  site,
  addresses,
  clock,
  onChange,
}: ServiceRunnersOptions): ServiceRunners {
  const runners = new Map<string, ServiceRunner>();
  const opening = new Map<string, Promise<ServiceRunner>>();
  const logs = new Map<string, Promise<LogFile>>();
  /** Digests of the images that instances run from, each as often as it is used. */
  const imagesInUse: string[] = [];
  const tidying = openQueue();

  async function open(service: string): Promise<ServiceRunner> {
    const address = await addresses.open(service);
    const runner = new ServiceRunner({
      address,
      launch: launchHere,
      clock,
      onChange,
      drainMs: site.shutdownGraceMs,
    });
    runners.set(service, runner);
    return runner;
  }

  function logOf(service: string): Promise<LogFile> {
    const log = logs.get(service) ?? openLogFile(join(site.directory, 'logs', `${service}.log`), logBytes);
    logs.set(service, log);
    return log;
  }

  async function launchHere(plan: LaunchPlan, signal: AbortSignal): Promise<LaunchResult> {
    const { digest } = plan.image;
    const release = () => void imagesInUse.splice(imagesInUse.indexOf(digest), 1);
    imagesInUse.push(digest);
    const result = await launch(plan, {
      ...site,
      signal,
      log: await logOf(plan.workload.service),
      addressOf,
    });
    if (result.ready === undefined) release();
    else result.ready.instance.ended.then(release, release);
    return result;
  }

  function addressOf(service: string): string | undefined {
    return runners.get(service)?.url.replace('http://', '');
  }

  return {
    all: runners,
    of(service) {
      const opened = opening.get(service) ?? open(service);
      opening.set(service, opened);
      return opened;
    },
    launch: launchHere,
    workloads: () => [...runners.values()].flatMap(({ plan }) => plan?.workload ?? []),
    digestsOf: (wanted) =>
      new Map(
        wanted.flatMap(({ service, tag }) => {
          const plan = runners.get(service)?.plan;
          return plan?.workload.tag === tag ? [[service, plan.image.digest] as const] : [];
        }),
      ),
    async closeAllBut(services) {
      const unwanted = [...runners].filter(([service]) => !services.includes(service));
      await Promise.all(
        unwanted.map(async ([service, runner]) => {
          runners.delete(service);
          opening.delete(service);
          await runner.close();
        }),
      );
    },
    tidy() {
      void tidying.add(async () => {
        await Promise.all([...runners.values()].map((runner) => runner.retired()));
        await site.folders.keepUsed(() => {
          const planned = [...runners.values()].flatMap(({ plan }) => plan?.image.digest ?? []);
          return new Set([...imagesInUse, ...planned]);
        });
      });
    },
    async close() {
      await Promise.all([...runners.values()].map((runner) => runner.close()));
      await tidying.idle();
      await Promise.all([...logs.values()].map(async (log) => (await log).close()));
    },
  };
}
