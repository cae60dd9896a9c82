import { join } from 'node:path';
import { BitiqError } from '../../model/errors.ts';
import {
  executeRun,
  executorFor,
  planRun,
  type PipelineRunResult,
  type RunEvent,
  type SourceFile,
} from '../../tekton/index.ts';
import { runVariable } from './end-interrupted.ts';
import { remoteRewrites, type StandInRemote } from '../step-environment.ts';
import type { RunRequest } from './run-request.ts';

/** What a laptop gives to a run that a cluster would give otherwise. */
export interface BuildSite {
  /** Where runs stand, one folder each. */
  readonly runs: string;
  /** Where steps work, one folder for each run. Default: in the folder of the run. */
  readonly work?: string | undefined;
  readonly images: string;
  /** The loop's remotes of the services, once it serves them. */
  readonly remotes: () => readonly StandInRemote[];
  readonly cache: string;
  /** Holds the `bitiq` of the steps. */
  readonly tools: string;
  /** What no step may see, such as the secrets of the loop. */
  readonly hidden?: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly masks: readonly string[];
  readonly clock: () => Date;
}

/** The folder in which the steps of a run work. */
export function workOf({ runs, work }: Pick<BuildSite, 'runs' | 'work'>, run: string): string {
  return work === undefined ? join(runs, run, 'work') : join(work, run);
}

/** Runs the PipelineRun of a request with the given pipelines: as a cluster would, but images go to the local store and lie on no base. */
export async function executeBuild(
  request: RunRequest,
  options: {
    readonly site: BuildSite;
    readonly pipelines: readonly SourceFile[];
    readonly uid: string;
    readonly signal: AbortSignal;
    readonly onEvent: (event: RunEvent) => void;
  },
): Promise<PipelineRunResult> {
  const { site } = options;
  const resource = {
    file: `runs/${request.name}/request.json`,
    text: JSON.stringify(bindToLaptop(request.resource)),
  };
  const identity = { name: request.name, uid: options.uid };
  const planned = planRun([...options.pipelines, resource], identity) ?? refuseOtherResource(request);
  if (planned.plan === undefined) {
    const faults = planned.findings.filter((finding) => finding.severity === 'error');
    const [first] = faults;
    throw new BitiqError({
      code: first?.code ?? 'tekton-invalid',
      message: faults
        .map((fault) => `${fault.place.file}:${fault.place.line ?? 1}: ${fault.message}`)
        .join('\n'),
      fix: first?.fix ?? 'Correct the pipeline.',
      place: first?.place,
    });
  }
  return executeRun(planned.plan, {
    executor: await executorFor('process'),
    directory: join(site.runs, request.name),
    work: workOf(site, request.name),
    now: site.clock,
    signal: options.signal,
    onEvent: options.onEvent,
    env: {
      ...site.env,
      ...remoteRewrites(request.resource, site.remotes()),
      [runVariable]: join(site.runs, request.name),
    },
    path: [site.tools],
    hidden: site.hidden,
    volumes: { [imagesClaim]: site.images, [cacheClaim]: site.cache },
    masks: site.masks,
  });
}

const imagesClaim = 'bitiq-images';
const cacheClaim = 'bitiq-cache';

interface RunResource {
  readonly spec?: {
    readonly params?: readonly { readonly name: string; readonly value: unknown }[];
    readonly workspaces?: readonly { readonly name: string }[];
  };
}

/** The PipelineRun with the laptop's folders as its optional workspaces, and no base image, as there is no registry to take it from. */
function bindToLaptop(resource: unknown): unknown {
  const run = resource as RunResource;
  const claim = (name: string, claimName: string) => ({ name, persistentVolumeClaim: { claimName } });
  const bound = ['images', 'cache'];
  return {
    ...run,
    spec: {
      ...run.spec,
      params: [
        ...(run.spec?.params ?? []).filter((param) => param.name !== 'base-image'),
        { name: 'base-image', value: 'none' },
      ],
      workspaces: [
        ...(run.spec?.workspaces ?? []).filter((workspace) => !bound.includes(workspace.name)),
        claim('images', imagesClaim),
        claim('cache', cacheClaim),
      ],
    },
  };
}

function refuseOtherResource(request: RunRequest): never {
  throw new BitiqError({
    code: 'tekton-unsupported',
    message: `The trigger template made no PipelineRun for ${request.service}.`,
    fix: 'Let the TriggerTemplate in pipelines/triggers/ create a tekton.dev/v1 PipelineRun.',
  });
}
