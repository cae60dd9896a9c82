import { isUtf8 } from 'node:buffer';
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
import type { KeyedBytes, Pipeline, PipelineRun, StepAction, Task, TaskRunRequest } from './types.ts';

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
  /** Those of these values that are not UTF-8, byte for byte. */
  readonly bytes: KeyedBytes;
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
  const runs = new Set<string>();
  const claims = new Set<string>();
  const serviceAccounts = new Map<string, string[]>();
  const secretTypes = new Map<string, string>();
  const secretAnnotations = new Map<string, Record<string, string>>();
  const secrets: Record<string, Record<string, string>> = {};
  const configMaps: Record<string, Record<string, string>> = {};
  const bytes: Record<'secret' | 'configMap', Record<string, Record<string, Buffer>>> = {
    secret: {},
    configMap: {},
  };
  for (const document of readDocuments(files, findings)) {
    const apiVersion = document.at('apiVersion').text();
    const kind = document.at('kind').text() ?? '';
    if (apiVersion === 'v1' && kind === 'Secret') {
      const data = bytesOf(document.at('data'));
      const texts = valuesOf(document.at('stringData'));
      secrets[nameOf(document)] = { ...textsOf(data), ...texts };
      bytes.secret[nameOf(document)] = noTexts(data, texts);
      secretTypes.set(nameOf(document), document.at('type').text() ?? 'Opaque');
      const annotations = valuesOf(document.at('metadata').at('annotations'));
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
      const data = bytesOf(document.at('binaryData'));
      const texts = valuesOf(document.at('data'));
      configMaps[nameOf(document)] = { ...textsOf(data), ...texts };
      bytes.configMap[nameOf(document)] = noTexts(data, texts);
    } else if (apiVersion === api && kinds.includes(kind)) {
      if (kind === 'Task') keep(tasks, readTask(document), document);
      if (kind === 'Pipeline') keep(pipelines, readPipeline(document), document);
      if (kind === 'PipelineRun') pipelineRuns.push(keepRun(runs, readPipelineRun(document), document));
      if (kind === 'TaskRun') taskRuns.push(keepRun(runs, readTaskRun(document), document));
    } else if (kind === 'StepAction' && /^tekton\.dev\/v1(alpha|beta)1$/.test(apiVersion ?? '')) {
      keep(stepActions, readStepAction(document), document);
    } else if (kind === 'StepAction' && apiVersion?.startsWith('tekton.dev/')) {
      document.at('kind').refuse(`${apiVersion} ${kind}`, 'Write tekton.dev/v1beta1 StepAction.');
    } else if (apiVersion?.startsWith('tekton.dev/')) {
      document.at('kind').refuse(`${apiVersion} ${kind}`, `Write ${api} ${kinds.join(', ')}.`);
    } else if (apiVersion === undefined && kinds.includes(kind)) {
      document.at('kind').fault(`The ${kind} has no apiVersion.`, `Write apiVersion: ${api}.`);
    }
  }
  return {
    ...{ tasks, pipelines, pipelineRuns, taskRuns, stepActions, secrets, configMaps, claims },
    ...{ serviceAccounts, secretTypes, secretAnnotations, bytes, findings },
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
  return Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(file);
      return { file, text: bytes.toString('utf8'), isText: isUtf8(bytes) };
    }),
  );
}

function noFile(path: string): never {
  throw new BitiqError({
    code: 'tekton-missing',
    message: `There is no file or folder ${path}, so no Tekton YAML can be read from it.`,
    fix: 'Name files or folders with --file.',
  });
}

function keep<Named extends { readonly name: string }>(
  objects: Map<string, Named>,
  object: Named,
  document: Cursor,
): void {
  if (objects.has(object.name)) refuseSecond(object.name, document);
  objects.set(object.name, object);
}

function keepRun<Run extends PipelineRun | TaskRunRequest>(
  runs: Set<string>,
  run: Run,
  document: Cursor,
): Run {
  const key = `${document.at('kind').text()} ${run.namespace}/${run.name}`;
  if (run.name !== undefined && runs.has(key)) refuseSecond(run.name, document);
  runs.add(key);
  return run;
}

function refuseSecond(name: string, document: Cursor): void {
  document
    .at('metadata')
    .at('name')
    .fault(
      `There are two objects of kind ${document.at('kind').text()} named "${name}".`,
      'Rename or remove one.',
    );
}

function nameOf(document: Cursor): string {
  return document.at('metadata').at('name').requiredText();
}

function valuesOf(cursor: Cursor): Record<string, string> {
  return Object.fromEntries(cursor.entries().map(([key, value]) => [key, value.text() ?? '']));
}

/** Values that are written as base64; one that is not one is a fault. */
function bytesOf(cursor: Cursor): Record<string, Buffer> {
  return Object.fromEntries(
    cursor.entries().map(([key, value]) => {
      const text = (value.text() ?? '').replace(/[\r\n]/g, '');
      if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
        // The text itself may be a secret, written in the wrong field.
        const { place } = value;
        value.faultAt(
          { ...place, sourceLine: undefined },
          `${value.path} is not base64.`,
          'Encode the value, or write it as it is in stringData (Secret) or data (ConfigMap).',
        );
      }
      return [key, Buffer.from(text, 'base64')];
    }),
  );
}

function textsOf(values: Readonly<Record<string, Buffer>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value.toString('utf8')]));
}

/** Those that no text can stand for, unless a text is given as well, which then counts. */
function noTexts(
  values: Readonly<Record<string, Buffer>>,
  texts: Readonly<Record<string, string>>,
): Record<string, Buffer> {
  return Object.fromEntries(
    Object.entries(values).filter(([key, value]) => texts[key] === undefined && !isUtf8(value)),
  );
}
