import { readFile, stat } from 'node:fs/promises';
import { BitiqError } from '../model/errors.ts';
import { glob } from './read/glob.ts';
import type { TektonFinding } from './finding.ts';
import type { Cursor } from './read/cursor.ts';
import { readDocuments, type SourceFile } from './read/documents.ts';
import { readPipeline } from './read/pipeline.ts';
import { readPipelineRun, readTaskRun } from './read/runs.ts';
import { readTask } from './read/task.ts';
import { readStepAction } from './read/step-action.ts';
import type { Pipeline, PipelineRun, StepAction, Task, TaskRunRequest } from './types.ts';

/** Everything that Tekton Pipelines reads from a set of files, and every fault that was found in them. */
export interface TektonObjects {
  readonly tasks: ReadonlyMap<string, Task>;
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  readonly pipelineRuns: readonly PipelineRun[];
  readonly taskRuns: readonly TaskRunRequest[];
  readonly stepActions: ReadonlyMap<string, StepAction>;
  /** Names of the PersistentVolumeClaims in the files. */
  readonly claims: ReadonlySet<string>;
  /** ServiceAccounts in the files: name → names of their Secrets. */
  readonly serviceAccounts: ReadonlyMap<string, readonly string[]>;
  /** Types of the Secrets in the files. */
  readonly secretTypes: ReadonlyMap<string, string>;
  /** Annotations of the Secrets in the files that have any. */
  readonly secretAnnotations: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Values of the Secrets and ConfigMaps in the files, name → key → value. */
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly configMaps: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly findings: readonly TektonFinding[];
  /** What resolvers fetched, by resolver and parameters. */
  readonly resolved?: ResolvedObjects | undefined;
}

export interface ResolvedObjects {
  readonly tasks: ReadonlyMap<string, Task>;
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  readonly stepActions: ReadonlyMap<string, StepAction>;
}

const api = 'tekton.dev/v1';
const kinds = ['Task', 'Pipeline', 'PipelineRun', 'TaskRun'];

/** Reads Tekton v1 objects out of files with any number of documents; objects of other API groups are left alone. */
export function loadTektonObjects(files: readonly SourceFile[]): TektonObjects {
  const findings: TektonFinding[] = [];
  const tasks = new Map<string, Task>();
  const pipelines = new Map<string, Pipeline>();
  const pipelineRuns: PipelineRun[] = [];
  const taskRuns: TaskRunRequest[] = [];
  const stepActions = new Map<string, StepAction>();
  const claims = new Set<string>();
  const serviceAccounts = new Map<string, string[]>();
  const secretTypes = new Map<string, string>();
  const secretAnnotations = new Map<string, Record<string, string>>();
  const secrets: Record<string, Record<string, string>> = {};
  const configMaps: Record<string, Record<string, string>> = {};
  for (const document of readDocuments(files, findings)) {
    const apiVersion = document.at('apiVersion').text();
    const kind = document.at('kind').text() ?? '';
    if (apiVersion === 'v1' && kind === 'Secret') {
      secrets[nameOf(document)] = {
        ...valuesOf(document.at('data'), (value) => Buffer.from(value, 'base64').toString('utf8')),
        ...valuesOf(document.at('stringData'), (value) => value),
      };
      secretTypes.set(nameOf(document), document.at('type').text() ?? 'Opaque');
      const annotations = valuesOf(document.at('metadata').at('annotations'), (value) => value);
      if (Object.keys(annotations).length > 0) secretAnnotations.set(nameOf(document), annotations);
    } else if (apiVersion === 'v1' && kind === 'PersistentVolumeClaim') {
      claims.add(nameOf(document));
    } else if (apiVersion === 'v1' && kind === 'ServiceAccount') {
      const names = document.at('secrets').items();
      serviceAccounts.set(
        nameOf(document),
        names.map((secret) => secret.at('name').requiredText()),
      );
    } else if (apiVersion === 'v1' && kind === 'ConfigMap') {
      configMaps[nameOf(document)] = valuesOf(document.at('data'), (value) => value);
    } else if (apiVersion === api && kinds.includes(kind)) {
      if (kind === 'Task') keep(tasks, readTask(document), document);
      if (kind === 'Pipeline') keep(pipelines, readPipeline(document), document);
      if (kind === 'PipelineRun') pipelineRuns.push(readPipelineRun(document));
      if (kind === 'TaskRun') taskRuns.push(readTaskRun(document));
    } else if (kind === 'StepAction' && /^tekton\.dev\/v1(alpha|beta)1$/.test(apiVersion ?? '')) {
      keep(stepActions, readStepAction(document), document);
    } else if (apiVersion?.startsWith('tekton.dev/')) {
      document.at('kind').refuse(`${apiVersion} ${kind}`, `Write ${api} ${kinds.join(', ')}.`);
    }
  }
  return {
    ...{ tasks, pipelines, pipelineRuns, taskRuns, stepActions, secrets, configMaps, claims },
    ...{ serviceAccounts, secretTypes, secretAnnotations, findings },
  };
}

/** Reads files, and every `.yaml` and `.yml` file below folders, in the order of their paths. */
export async function readTektonFiles(paths: readonly string[]): Promise<SourceFile[]> {
  const files: string[] = [];
  for (const path of paths) {
    if ((await stat(path).catch(() => noFile(path))).isDirectory())
      files.push(...(await glob(path, /\.ya?ml$/)));
    else files.push(path);
  }
  return Promise.all(files.map(async (file) => ({ file, text: await readFile(file, 'utf8') })));
}

function noFile(path: string): never {
  throw new BitiqError({
    code: 'tekton-not-found',
    message: `There is no file or folder ${path}, so no Tekton YAML can be read from it.`,
    fix: 'Name files or folders with --file.',
  });
}

function keep<Named extends { readonly name: string }>(
  objects: Map<string, Named>,
  object: Named,
  document: Cursor,
): void {
  if (objects.has(object.name)) {
    document
      .at('metadata')
      .at('name')
      .fault(
        `There are two objects of kind ${document.at('kind').text()} named "${object.name}".`,
        'Rename or remove one.',
      );
  }
  objects.set(object.name, object);
}

function nameOf(document: Cursor): string {
  return document.at('metadata').at('name').requiredText();
}

function valuesOf(cursor: Cursor, decode: (value: string) => string): Record<string, string> {
  return Object.fromEntries(cursor.entries().map(([key, value]) => [key, decode(value.text() ?? '')]));
}
