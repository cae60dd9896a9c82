import { valid } from 'semver';
import { parseComposite } from '../../model/combination.ts';
import type { Config } from '../../model/config.ts';
import { BitiqError, messageOf } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import type { Tree } from '../../git/tree.ts';
import { placeOf, type KeyPath } from '../../yaml/source.ts';
import { readAppVersion } from '../appversion.ts';
import { readChartFile, readTreeCombination } from '../read/read-state.ts';
import { errorAt } from './collect.ts';

/** Findings about Chart.yaml: what Helm needs, and whether appVersion is the composite version of the following environment. */
export async function checkChart(tree: Tree, config: Config): Promise<Finding[]> {
  const chart = await readChartFile(tree);
  const findings: Finding[] = [];
  const report = (code: Finding['code'], path: KeyPath, message: string, fix: string) =>
    findings.push(errorAt(placeOf(chart, path), code, message, fix));
  const version: unknown = chart.document.getIn(['version']);
  if (typeof version !== 'string' || valid(version) === null) {
    const message = `${chart.file}: version is ${version === undefined ? 'missing' : `${show(version)}, which is not a semantic version`}.`;
    report('chart-invalid', ['version'], message, 'Write a semantic version such as 0.1.0.');
  }
  const following = config.environments.find((environment) => environment.kind === 'following');
  // What cannot be read there is found as a fault of the values.
  if (!following || (await quietly(() => readTreeCombination(tree, following.name))) === undefined)
    return findings;
  const { file, found, expected } = await readAppVersion(tree, config).catch((error: unknown) => {
    if (!(error instanceof BitiqError) || error.code !== 'edit-unsupported') throw error;
    return {
      file: chart.file,
      found: String(chart.document.getIn(['appVersion']) ?? ''),
      expected: undefined,
    };
  });
  if (found === expected) return findings;
  const must =
    expected === undefined
      ? ''
      : `, and must be ${show(expected) || `empty, because ${following.name} has no services`}`;
  const why = found === '' ? 'it is empty or missing' : `it is ${show(found)}${must}${whyUnreadable(found)}`;
  report(
    'appversion-mismatch',
    ['appVersion'],
    `appVersion in ${file} is not the composite version of ${following.name}: ${why}.`,
    expected === undefined
      ? 'Write `appVersion: ""` as one line, then run `bitiq appversion --write`.'
      : 'Run `bitiq appversion --write`.',
  );
  return findings;
}

function whyUnreadable(text: string): string {
  try {
    parseComposite(text);
    return '';
  } catch (error) {
    return `. ${messageOf(error)}`.replace(/\.$/, '');
  }
}

async function quietly<T>(read: () => Promise<T>): Promise<T | undefined> {
  return read().catch((error: unknown) => {
    if (error instanceof BitiqError) return undefined;
    throw error;
  });
}

function show(value: unknown): string {
  const text = String(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
