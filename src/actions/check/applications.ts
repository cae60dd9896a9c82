import { paths, type Config, type EnvironmentConfig } from '../../model/config.ts';
import { BitiqError } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import { resolveCommit, type Repository } from '../../git/repository.ts';
import type { Tree } from '../../git/tree.ts';
import { placeOf, printKeyPath, type KeyPath, type YamlSource } from '../../yaml/source.ts';
import { isUnreleased, pointerPath, readApplication, readPointer } from '../read-state.ts';
import { releaseNumbers } from '../read-records.ts';

/** Findings about the Applications: what they deliver, and where pointers point. */
export async function checkApplications(
  tree: Tree,
  config: Config,
  repository: Repository | undefined,
): Promise<Finding[]> {
  const parts = await Promise.all(
    config.environments.map(async (environment) => {
      try {
        const application = await readApplication(tree, environment.name);
        const pointer = environment.pinned ? await checkPointer(application, environment, repository) : [];
        return [...checkSource(application, environment), ...pointer];
      } catch (error) {
        if (!(error instanceof BitiqError)) throw error;
        const place = error.place ?? { file: paths.application(environment.name) };
        return [
          { code: error.code, severity: 'error' as const, place, message: error.message, fix: error.fix },
        ];
      }
    }),
  );
  return parts.flat();
}

function checkSource(application: YamlSource, environment: EnvironmentConfig): Finding[] {
  const expected: [KeyPath, string][] = [
    [['kind'], 'Application'],
    [['spec', 'source', 'path'], paths.chart],
    [['spec', 'source', 'helm', 'valueFiles', 0], `values-${environment.name}.yaml`],
    ...(environment.follows ? [[pointerPath, environment.follows] as [KeyPath, string]] : []),
  ];
  return expected.flatMap(([path, value]) => {
    const found: unknown = application.document.getIn(path);
    if (found === value) return [];
    return [
      {
        code: 'application-untrue' as const,
        severity: 'error' as const,
        place: placeOf(application, path),
        message: `${printKeyPath(path)} of ${environment.name} is ${found === undefined ? 'missing' : JSON.stringify(found)}.`,
        fix: `It must be ${value}.`,
      },
    ];
  });
}

async function checkPointer(
  application: YamlSource,
  environment: EnvironmentConfig,
  repository: Repository | undefined,
): Promise<Finding[]> {
  const name = environment.name;
  const pointer = readPointer(application, name);
  const place = placeOf(application, pointerPath);
  if (!new RegExp(`^${name}/(0|[1-9][0-9]*)$`).test(pointer)) {
    const message = `The pointer of ${name} is ${pointer}, which is not a release of ${name}.`;
    return [
      { code: 'pointer-dangling', severity: 'error', place, message, fix: `It must be ${name}/<number>.` },
    ];
  }
  if (repository === undefined) return [];
  const numbers = await releaseNumbers(repository, name);
  if (isUnreleased(name, pointer)) {
    if (numbers.length === 0) return [];
    const message = `The pointer of ${name} is ${pointer} (nothing released), but ${name}/${numbers.at(-1)} exists.`;
    return [
      {
        code: 'pointer-dangling',
        severity: 'error',
        place,
        message,
        fix: 'Point it at a release that exists.',
      },
    ];
  }
  if ((await resolveCommit(repository, `refs/tags/${pointer}`)) !== undefined) return [];
  const newest = numbers.at(-1);
  return [
    {
      code: 'pointer-dangling',
      severity: 'error',
      place,
      message: `The pointer of ${name} is ${pointer}, and there is no such tag.`,
      fix:
        newest === undefined
          ? `There is no release yet: ${name}/0 says so.`
          : `The newest release is ${name}/${newest}.`,
    },
  ];
}
