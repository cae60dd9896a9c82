// The part of the conformance page about a real Tekton; the outcomes of the last whole run lie beside this file.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { notes } from './files.js';

/** The outcomes of the last run over all files. */
export const outcomesFile = join(import.meta.dirname, 'outcomes.json');
const upstream = 'https://github.com/tektoncd/pipeline/blob/v1.12.0/examples/v1';
const own = '../../tools/conformance/against/runs';
const heading = '## Beside a real Tekton';

/** Keeps the outcomes for the page, which anyone without a cluster can write then, too. */
export function keepOutcomes({ version, outcomes }) {
  const agrees = outcomes.filter(({ verdict }) => verdict === 'agrees').map(({ file, runs }) => [file, runs]);
  const others = outcomes.filter(({ verdict }) => verdict !== 'agrees');
  const kept = { version, agrees: Object.fromEntries(agrees), others };
  writeFileSync(outcomesFile, `${JSON.stringify(kept, undefined, 2)}\n`);
}

/** The page with its last part as the kept outcomes have it. */
export function replaceAgainst(page) {
  const start = page.indexOf(`\n${heading}`);
  return `${start < 0 ? page : page.slice(0, start)}\n${printAgainst()}`;
}

/** The last part of the page; empty when nothing was ever kept. */
export function printAgainst() {
  if (!existsSync(outcomesFile)) return '';
  const { version, agrees, others } = JSON.parse(readFileSync(outcomesFile, 'utf8'));
  const files = Object.keys(agrees);
  const runs = Object.values(agrees).reduce((sum, count) => sum + count, 0);
  const taken = files.filter((file) => file.includes('/')).map(nameOf);
  const ours = files.filter((file) => !file.includes('/')).map(nameOf);
  return `${heading}

The same file on a cluster with Tekton Pipelines ${version} and by \`bitiq pipeline run\`: the \`status\` of every PipelineRun and TaskRun is
compared field by field. ${files.length} of ${files.length + others.length} files agree, with ${runs} runs. [Compare with a cluster](../conformance.md) says how to do
this on yours, and what is not compared.

**[Tekton's examples](${upstream})**: ${taken.join(', ')}.

**[Runs that fail or skip](${own})**: ${ours.join(', ')}.
${others.map(printOther).join('')}`;
}

function nameOf(file) {
  return file.replace('.yaml', '').replaceAll('_', '\\_');
}

function printOther({ file, verdict, differences }) {
  const link = file.includes('/') ? `${upstream}/${file}` : `${own}/${file}`;
  const why = [...differences.map(printDifference), notes[file] ?? ''].filter(Boolean);
  return `\n- [${nameOf(file)}](${link}) ${verdict}: ${why.join(' · ')}`;
}

function printDifference({ run, path, cluster, toolkit }) {
  if (cluster === undefined && toolkit === undefined) return cell(`${run} ${path}`);
  return cell(`${run}: \`${path}\` is ${show(cluster)} on the cluster, ${show(toolkit)} here`);
}

function show(value) {
  const text = value === undefined ? 'absent' : `\`${JSON.stringify(value)}\``;
  return text.length > 160 ? `${text.slice(0, 150)}…\`` : text;
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').replace(/[<>]/g, '');
}
