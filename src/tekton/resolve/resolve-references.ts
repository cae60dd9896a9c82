import { dirname } from 'node:path';
import { messageOf } from '../../model/errors.ts';
import type { TektonFinding } from '../finding.ts';
import { loadTektonObjects, type ResolvedObjects, type TektonObjects } from '../load-objects.ts';
import { resolutionOf } from '../plan/put-in-step-actions.ts';
import type { Pipeline, Reference, StepAction, Task } from '../types.ts';
import { type Fetched, ResolutionError, type ResolverInput } from './fetched.ts';
import { GitResolver } from './git-resolver.ts';
import { resolveHttp } from './http-resolver.ts';

const limitMilliseconds = 60_000;

export interface ResolveOptions {
  readonly secrets: ResolverInput['secrets'];
  readonly namespace: string;
  /** `namespace/name` of the run, and whether it is a PipelineRun. */
  readonly run: string;
  readonly isPipelineRun: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** The objects with everything that the plan of a run asks resolvers for, and a finding for each thing that could not be had. */
export interface Resolution {
  readonly objects: TektonObjects;
  readonly findings: readonly TektonFinding[];
}

/**
 * Fetches what `plan` says is missing, plans again with it, and so on: a Pipeline may name Tasks that name StepActions.
 * Each thing is fetched once, all of one round at the same time.
 */
export async function resolveReferences(
  objects: TektonObjects,
  plan: (objects: TektonObjects) => readonly TektonFinding[],
  options: ResolveOptions,
): Promise<Resolution> {
  const git = new GitResolver();
  const tried = new Set<string>();
  const resolved: Writable<ResolvedObjects> = {
    tasks: new Map(),
    pipelines: new Map(),
    stepActions: new Map(),
  };
  const findings: TektonFinding[] = [];
  const labels = new Set<string>();
  try {
    for (;;) {
      const wanted = new Map<string, Wanted>();
      for (const { reference: named, place } of plan({ ...objects, resolved })) {
        if (!named) continue;
        const key = `${named.kind} ${resolutionOf(named.reference)}`;
        if (!tried.has(key))
          wanted.set(key, { ...named, folder: labels.has(place.file) ? undefined : dirname(place.file) });
      }
      if (wanted.size === 0) return { objects: { ...objects, resolved }, findings };
      const round = await Promise.all(
        [...wanted].map(async ([key, one]): Promise<readonly TektonFinding[]> => {
          tried.add(key);
          try {
            const fetched = await fetchOne(one, git, options);
            labels.add(fetched.label);
            return keep(one, fetched, resolved);
          } catch (error) {
            if (options.signal?.aborted || !(error instanceof ResolutionError)) throw error;
            return [failed(one, error.message, options)];
          }
        }),
      );
      findings.push(...round.flat());
    }
  } finally {
    await git.close();
  }
}

type Writable<T> = {
  -readonly [K in keyof T]: T[K] extends ReadonlyMap<infer Key, infer Value> ? Map<Key, Value> : T[K];
};

interface Wanted {
  readonly kind: string;
  readonly reference: Reference;
  readonly folder: string | undefined;
}

async function fetchOne(one: Wanted, git: GitResolver, options: ResolveOptions): Promise<Fetched> {
  const limit = AbortSignal.timeout(limitMilliseconds);
  const { params, resolver } = one.reference;
  const texts = params.flatMap(({ name, value }): [string, string][] =>
    typeof value === 'string' ? [[name, value]] : [],
  );
  const input: ResolverInput = {
    params: new Map(texts),
    secrets: options.secrets,
    namespace: options.namespace,
    folder: one.folder,
    signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit,
  };
  try {
    return await (resolver === 'git' ? git.resolve(input) : resolveHttp(input));
  } catch (error) {
    if (limit.aborted) throw new ResolutionError('resolution took longer than global timeout of 1m0s');
    throw error instanceof ResolutionError || options.signal?.aborted
      ? error
      : new ResolutionError(messageOf(error));
  }
}

/** Puts what was fetched in its place; the findings are the faults of its file. */
function keep(
  { kind, reference }: Wanted,
  { text, source, label }: Fetched,
  resolved: Writable<ResolvedObjects>,
): readonly TektonFinding[] {
  const key = resolutionOf(reference);
  const loaded = loadTektonObjects([{ file: label, text }]);
  const faults = loaded.findings.filter(({ severity }) => severity === 'error');
  const [pipeline] = loaded.pipelines.values();
  const [task] = loaded.tasks.values();
  const [stepAction] = loaded.stepActions.values();
  if (kind === 'Pipeline' && pipeline) resolved.pipelines.set(key, withSource<Pipeline>(pipeline, source));
  else if (kind === 'Task' && task) resolved.tasks.set(key, withSource<Task>(task, source));
  else if (kind === 'StepAction' && stepAction)
    resolved.stepActions.set(key, { ...stepAction, refSource: source } satisfies StepAction);
  else if (faults.length === 0)
    throw new ResolutionError(`invalid runtime object: ${label} holds no ${kind} of tekton.dev`);
  return faults;
}

function withSource<T extends Task | Pipeline>(object: T, refSource: Fetched['source']): T {
  return { ...object, spec: { ...object.spec, refSource } };
}

/** The finding of what could not be fetched, with the reason and message of the condition that Tekton gives to the run. */
function failed({ kind, reference }: Wanted, why: string, options: ResolveOptions): TektonFinding {
  const cause = `error requesting remote resource: ${why}`;
  const { reason, message } =
    kind === 'Pipeline'
      ? {
          reason: 'CouldntGetPipeline',
          message: `Error retrieving pipeline for pipelinerun ${options.run}: ${cause}`,
        }
      : kind === 'Task' && options.isPipelineRun
        ? {
            reason: 'CouldntGetTask',
            message: `Pipeline ${options.namespace}/${reference.name} can't be Run; it contains Tasks that don't exist: Couldn't retrieve Task "${reference.name}": ${cause}`,
          }
        : { reason: 'TaskRunResolutionFailed', message: cause };
  return {
    code: 'tekton-unavailable',
    severity: 'error',
    reason,
    message,
    fix: `Correct the params of the resolver ${reference.resolver}, or put the ${kind} into the files and name it.`,
    place: reference.place,
  };
}
