import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { BitiqError, type Place } from '../model/errors.ts';
import { run } from '../process/run.ts';
import { findFaultyTemplate, readHelmFailure } from './helm-failure.ts';

export interface RenderOptions {
  /** Path of the helm program, from findHelm. */
  readonly helm: string;
  readonly chartDir: string;
  /** Laid over the chart's own values.yaml, in this order. */
  readonly valuesFiles: readonly string[];
  readonly releaseName: string;
  readonly namespace: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What `helm template` prints for these values: the same text for the same files, whatever Helm settings and plugins the
 * machine has. Throws `render-failed` with Helm's own sentences, and the place in the template that it could not run.
 */
export async function renderChart(options: RenderOptions): Promise<string> {
  const result = await run(options.helm, renderArguments(options), {
    to: 'render the chart',
    env: helmEnvironment(process.env),
    allow: [0, 1],
    signal: options.signal,
  });
  if (result.code === 0) return result.stdout.toString('utf8');
  const sentences = readHelmFailure(result.stderr);
  const place = await placeOfFault(options.chartDir, result.stderr);
  throw new BitiqError({
    code: 'render-failed',
    message:
      sentences.length === 1
        ? `The chart was not rendered: ${sentences[0]}`
        : `The chart was not rendered:\n${sentences.map((sentence) => `  - ${sentence}`).join('\n')}`,
    fix: `Correct the ${place === undefined ? 'values' : 'template'}; ${valuesNote(options.valuesFiles, place)}.`,
    place,
  });
}

async function placeOfFault(chartDir: string, stderr: string): Promise<Place | undefined> {
  const template = findFaultyTemplate(stderr);
  if (template === undefined) return undefined;
  const file = join(chartDir, template.file);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { line, column } = template;
  return { file, line, column, sourceLine: line === undefined ? undefined : text.split(/\r?\n/)[line - 1] };
}

function renderArguments(options: RenderOptions): string[] {
  return [
    'template',
    options.releaseName,
    options.chartDir,
    '--namespace',
    options.namespace,
    ...options.valuesFiles.flatMap((file) => ['--values', listItem(file)]),
  ];
}

/** A path as one item of Helm's list, which is a line of CSV. */
function listItem(path: string): string {
  return /[",\n]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path;
}

/** An environment without Helm's settings and plugins, so that a rendering depends on files alone. */
export function helmEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith('HELM_'));
  return { ...memoryForSpeed, ...Object.fromEntries(kept), HELM_PLUGINS: devNull };
}

/** Helm lives for a moment, so it need not collect garbage all the time (a third of its time), until it would use much memory. */
const memoryForSpeed = { GOGC: '400', GOMEMLIMIT: '1GiB' };

function valuesNote(files: readonly string[], place: Place | undefined): string {
  const they = place === undefined ? 'they' : 'its values';
  return files.length === 0 ? `${they} are the chart's own values.yaml` : `${they} were read from ${files.join(', ')}`;
}

/**
 * `sha256:<hex>` of what `helm template` printed, the same for Helm 3 and 4: they differ in blank lines between documents
 * and in nothing else, so blank lines at the end of a document do not count.
 */
export function digestManifests(manifests: string): string {
  const kept: string[] = [];
  const lines = manifests.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line === '---' && index < lines.length - 1)
      while (kept.length > 1 && /^[ \t]*$/.test(kept.at(-1)!)) kept.pop();
    kept.push(line);
  }
  const text = kept.join('\n').trimEnd();
  return `sha256:${createHash('sha256').update(`${text}\n`).digest('hex')}`;
}
