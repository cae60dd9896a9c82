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
export function keepOutcomes(found) {
  writeFileSync(outcomesFile, `${JSON.stringify(found, undefined, 2)}\n`);
}

/** The page with its last part as the kept outcomes have it. */
export function replaceAgainst(page) {
  const start = page.indexOf(`\n${heading}`);
  return `${start < 0 ? page : page.slice(0, start)}\n${printAgainst()}`;
}

/** The last part of the page; empty when nothing was ever kept. */
export function printAgainst() {
  if (!existsSync(outcomesFile)) return '';
  const { version, outcomes } = JSON.parse(readFileSync(outcomesFile, 'utf8'));
  const agree = outcomes.filter(({ verdict }) => verdict === 'agrees');
  const rows = outcomes.map(({ file, runs, verdict, differences }) => {
    const link = file.includes('/') ? `${upstream}/${file}` : `${own}/${file}`;
    const why = [...differences.map(printDifference), notes[file] ?? ''].filter(Boolean).join(' · ');
    return `| [${file}](${link}) | ${runs} | ${verdict} | ${why} |`;
  });
  return `${heading}

The same file on a cluster with Tekton Pipelines ${version} and by \`bitiq pipeline run\`: the \`status\` of every PipelineRun and TaskRun is
compared field by field. ${agree.length} of ${outcomes.length} files agree. [Compare with a cluster](../conformance.md) says how to do this
on yours, and what is not compared.

| File | Runs | Outcome | What differs |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
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
