import { configSchema, paths, type Config } from '../model/config.ts';
import { BitiqError, messageOf } from '../model/errors.ts';
import { sortFindings, type Finding } from '../model/finding.ts';
import type { Repository } from '../git/repository.ts';
import type { Tree } from '../git/tree.ts';
import { parseYaml } from '../yaml/source.ts';
import { validateYaml, type Validated } from '../yaml/validate.ts';
import { checkHolds } from './check-holds.ts';
import { checkApplications } from './check/applications.ts';
import { checkReleases } from './check/releases.ts';
import { checkValues } from './check/values.ts';
import { checkGenerated } from './generate.ts';
import { renderEnvironment } from './render.ts';
import { readAppVersion } from './appversion.ts';

export interface CheckOptions {
  /** Without Helm the rendering is not checked. */
  readonly helm: string | undefined;
  /** Where the releases are looked up; without a repository they are not checked. */
  readonly repository: Repository | undefined;
  /** When holds and freezes have ended. */
  readonly now: Date;
}

/** Every finding about a GitOps repository, in the order of files and lines; never stops at the first. */
export async function check(tree: Tree, options: CheckOptions): Promise<Finding[]> {
  const text = (await tree.read([paths.config])).get(paths.config);
  if (text === undefined) {
    return [finding('config-missing', paths.config, 'There is no bitiq.yaml at the root of the repository.')];
  }
  const config = await collect(() => readConfigFindings(text));
  if (config.value === undefined) return sortFindings(config.findings);

  const parts = await Promise.all([
    collectFindings(() => checkValues(tree, config.value!)),
    collectFindings(() => checkAppVersion(tree, config.value!)),
    collectFindings(() => checkApplications(tree, config.value!, options.repository)),
    collectFindings(() => checkGenerated(tree, config.value!)),
    collectFindings(() => checkHolds(tree, config.value!, options.now)),
    ...(options.repository ? [collectFindings(() => checkReleases(options.repository!, config.value!))] : []),
  ]);
  const findings = parts.flat();
  // Helm would only say the same faults again, later and less clearly.
  if (
    options.helm !== undefined &&
    !findings.some((each) => each.code === 'values-invalid' || each.code === 'yaml-invalid')
  ) {
    findings.push(...(await checkRendering(tree, config.value, options.helm)));
  }
  return sortFindings(distinct(findings));
}

async function readConfigFindings(text: string): Promise<Validated<Config>> {
  return validateYaml(parseYaml(text, paths.config), configSchema, 'config-invalid');
}

async function checkAppVersion(tree: Tree, config: Config): Promise<Finding[]> {
  if (!config.environments.some((environment) => environment.follows)) return [];
  const state = await readAppVersion(tree, config);
  if (state.found === state.expected) return [];
  return [
    {
      code: 'appversion-untrue',
      severity: 'error',
      place: state.place,
      message: `appVersion is not the composite version of ${state.environment}: it is ${show(state.found)}, and must be ${show(state.expected)}.`,
      fix: 'Run `bitiq appversion --write`.',
    },
  ];
}

async function checkRendering(tree: Tree, config: Config, helm: string): Promise<Finding[]> {
  const results = await Promise.all(
    config.environments.map((environment) =>
      renderEnvironment(tree, { environment: environment.name, helm }).then(
        () => [],
        (error: unknown) => [
          {
            code: 'render-failed' as const,
            severity: 'error' as const,
            place: { file: paths.values(environment.name) },
            message: `${environment.name} does not render: ${messageOf(error)}`,
            fix: error instanceof BitiqError ? error.fix : 'Correct the chart or the values.',
          },
        ],
      ),
    ),
  );
  return results.flat();
}

/** Runs a check; an error that it throws becomes a finding with the same code, place and fix. */
async function collectFindings(run: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  return (await collect(async () => ({ findings: await run() }))).findings;
}

async function collect<T extends { findings: readonly Finding[] }>(
  run: () => Promise<T>,
): Promise<T | { value?: undefined; findings: readonly Finding[] }> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof BitiqError)) throw error;
    const place = error.place ?? { file: paths.config };
    return {
      findings: [{ code: error.code, severity: 'error', place, message: error.message, fix: error.fix }],
    };
  }
}

function finding(code: Finding['code'], file: string, message: string): Finding {
  return {
    code,
    severity: 'error',
    place: { file, line: 1 },
    message,
    fix: 'Run the command at the root of a bitiq repository.',
  };
}

function distinct(findings: readonly Finding[]): Finding[] {
  const seen = new Map(findings.map((each) => [JSON.stringify([each.code, each.place, each.message]), each]));
  return [...seen.values()];
}

function show(text: string): string {
  return text === '' ? '(empty)' : text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
