import { paths, type Config, type EnvironmentConfig } from '../../model/config.ts';
import type { Place } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import { parseReleaseName, printPointer } from '../../model/release.ts';
import { resolveCommit, resolveObject, type Repository } from '../../git/repository.ts';
import { restoreTagCommand } from '../../git/tag-command.ts';
import type { Tree } from '../../git/tree.ts';
import { checkDeliveryFields } from '../../kubernetes/delivery-fields.ts';
import { placeOf, printKeyPath, type KeyPath, type YamlSource } from '../../yaml/source.ts';
import { findingOf } from './collect.ts';
import { checkExpected } from './expected-values.ts';
import { findWayFrom } from '../plan/find-way-back.ts';
import { readLedger } from '../read/ledger.ts';
import { describeLost } from '../read/lost-release.ts';
import { readNamedAnywhere } from '../read/named-releases.ts';
import { isUnreleased, pointerPath, readApplication, readPointer } from '../read/read-state.ts';
import { releaseNumbers } from '../read/read-records.ts';

/** Findings about the Applications: what they deliver, and where pointers point. */
export async function checkApplications(
  tree: Tree,
  config: Config,
  repository: Repository | undefined,
): Promise<Finding[]> {
  const parts = await Promise.all(
    config.environments.map(async (environment) => {
      const file = paths.application(environment.name);
      try {
        const application = await readApplication(tree, environment.name);
        const pointer =
          environment.kind === 'pinned'
            ? await checkPointer(application, environment, { repository, tree }).catch((error: unknown) => [
                findingOf(error, file),
              ])
            : [];
        return {
          application,
          findings: [
            ...checkDeliveryFields(application, 'Application', 'delivery-mismatch'),
            ...checkSource(application, environment, tree),
            ...pointer,
          ],
        };
      } catch (error) {
        return { application: undefined, findings: [findingOf(error, file)] };
      }
    }),
  );
  const applications = parts.flatMap(({ application }) => application ?? []);
  return [
    ...parts.flatMap(({ findings }) => findings),
    ...findShared(applications, [['metadata', 'name']], 'Argo CD would take the two for one.'),
    ...findShared(
      applications,
      [
        ['spec', 'destination', 'namespace'],
        ['spec', 'destination', 'server'],
        ['spec', 'destination', 'name'],
      ],
      'Each would remove what the other delivers.',
    ),
  ];
}

/** A finding for each Application that says the same as an earlier one in all these places. */
function findShared(applications: readonly YamlSource[], keys: readonly KeyPath[], why: string): Finding[] {
  const first = new Map<string, YamlSource>();
  return applications.flatMap((application) => {
    const values = keys.map((key) => application.document.getIn(key));
    if (values[0] === undefined) return [];
    const earlier = first.get(JSON.stringify(values));
    if (earlier === undefined) first.set(JSON.stringify(values), application);
    if (earlier === undefined) return [];
    return [
      {
        code: 'delivery-mismatch' as const,
        severity: 'error' as const,
        place: placeOf(application, keys[0]!),
        message: `${printKeyPath(keys[0]!)} is ${JSON.stringify(values[0])} in ${earlier.file}, too. ${why}`,
        fix: 'Give each environment its own.',
      },
    ];
  });
}

/** What makes Argo CD render something else than `helm template` with the values file of the environment. */
const strange: readonly (readonly [KeyPath, string])[] = [
  [['spec', 'sources'], 'Write one `source`.'],
  [['spec', 'source', 'helm', 'valueFiles', 1], 'Write it into the values file of the environment.'],
  [['spec', 'source', 'helm', 'values'], 'Write it into the values file of the environment.'],
  [['spec', 'source', 'helm', 'valuesObject'], 'Write it into the values file of the environment.'],
  [['spec', 'source', 'helm', 'parameters'], 'Write it into the values file of the environment.'],
  [['spec', 'source', 'helm', 'fileParameters'], 'Write it into the values file of the environment.'],
  [['spec', 'source', 'kustomize'], 'Leave it out: the release is what Helm renders.'],
  [['spec', 'source', 'plugin'], 'Leave it out: the release is what Helm renders.'],
  [['spec', 'source', 'helm', 'namespace'], 'Leave it out: the namespace is that of spec.destination.'],
  [['spec', 'source', 'chart'], 'The chart is the one in this repository, at spec.source.path.'],
];

function checkSource(application: YamlSource, environment: EnvironmentConfig, tree: Tree): Finding[] {
  const expected: [KeyPath, string][] = [
    [['apiVersion'], 'argoproj.io/v1alpha1'],
    [['kind'], 'Application'],
    [['spec', 'source', 'path'], tree.folder + paths.chart],
    [['spec', 'source', 'helm', 'valueFiles', 0], `values-${environment.name}.yaml`],
    ...(environment.kind === 'following' ? [[pointerPath, tree.branch] as [KeyPath, string]] : []),
  ];
  const wrong = checkExpected(application, expected, {
    code: 'delivery-mismatch',
    say: (key, is) => `${key} of ${environment.name} is ${is}.`,
  });
  const surplus = strange.flatMap(([path, fix]) => {
    if (application.document.getIn(path) === undefined) return [];
    return [
      {
        code: 'delivery-mismatch' as const,
        severity: 'error' as const,
        place: placeOf(application, path),
        message: `${printKeyPath(path)} of ${environment.name} makes Argo CD deliver something other than what the release renders.`,
        fix,
      },
    ];
  });
  return [...wrong, ...surplus];
}

async function checkPointer(
  application: YamlSource,
  environment: EnvironmentConfig,
  { repository, tree }: { readonly repository: Repository | undefined; readonly tree: Tree },
): Promise<Finding[]> {
  const name = environment.name;
  const pointer = readPointer(application, name);
  const place = placeOf(application, pointerPath);
  return [
    ...(await checkRelease({ pointer, place }, environment, { repository, tree })),
    ...(application.document.getIn(pointerPath) === pointer && isReleaseOf(name, pointer)
      ? [
          {
            code: 'pointer-invalid' as const,
            severity: 'warning' as const,
            place,
            message: `The pointer of ${name} is ${pointer}, which Argo CD may take for a branch of that name.`,
            fix: `Write ${printPointer(pointer)}; the next promotion or rollback writes it, too.`,
          },
        ]
      : []),
  ];
}

function isReleaseOf(environment: string, pointer: string): boolean {
  const release = parseReleaseName(pointer);
  return release?.kind === 'pinned' && release.environment === environment;
}

async function checkRelease(
  { pointer, place }: { readonly pointer: string; readonly place: Place },
  environment: EnvironmentConfig,
  { repository, tree }: { readonly repository: Repository | undefined; readonly tree: Tree },
): Promise<Finding[]> {
  const name = environment.name;
  if (!isReleaseOf(name, pointer)) {
    const message = `The pointer of ${name} is ${pointer}, which is not a release of ${name}.`;
    return [
      {
        code: 'pointer-invalid',
        severity: 'error',
        place,
        message,
        fix: `It must be ${printPointer(`${name}/<number>`)}.`,
      },
    ];
  }
  if (repository === undefined) return [];
  const numbers = await releaseNumbers(repository, name);
  if (isUnreleased(name, pointer)) {
    if (numbers.length === 0 || !(await hasMoved(repository, environment))) return [];
    const message = `The pointer of ${name} is ${pointer} (nothing released), but ${name}/${numbers.at(-1)} exists.`;
    return [
      {
        code: 'pointer-invalid',
        severity: 'error',
        place,
        message,
        fix: `Point it at a release that exists, such as ${printPointer(`${name}/${numbers.at(-1)}`)}.`,
      },
    ];
  }
  if ((await resolveCommit(repository, `refs/tags/${pointer}`)) !== undefined) return [];
  const exists = (await resolveObject(repository, `refs/tags/${pointer}`)) !== undefined;
  const fix = await waysOn(repository, { environment, tree, pointer, exists, numbers });
  return [
    {
      code: 'pointer-invalid',
      severity: 'error',
      place,
      message: `The pointer of ${name} is ${pointer}, and ${exists ? 'that tag names no commit' : 'there is no such tag'}.`,
      fix,
    },
  ];
}

/** What helps where the release that a pointer names is not there: its tag, another release, or a new one. */
async function waysOn(
  repository: Repository,
  at: {
    readonly environment: EnvironmentConfig;
    readonly tree: Tree;
    readonly pointer: string;
    readonly exists: boolean;
    readonly numbers: readonly number[];
  },
): Promise<string> {
  const { environment, tree, pointer: release, exists, numbers } = at;
  const { name } = environment;
  const named = await readNamedAnywhere(repository, { tree, environment: name });
  const lost = [...named.values()].flatMap(({ number, moves, left }) => {
    const each = `${name}/${number}`;
    const told = describeLost(repository, { environment: name, release: each, moves, left });
    return told === undefined ? [] : [{ ...told, release: each }];
  });
  const command =
    lost.find((each) => each.release === release)?.command ?? restoreTagCommand(repository, { release });
  const restore = exists ? [] : [`A clone that has the tag brings it back: \`${command}\`.`];
  const [newest] = numbers.filter((number) => release !== `${name}/${number}`).slice(-1);
  if (newest === undefined) {
    return lost.some(({ wasMade }) => wasMade)
      ? [
          ...restore,
          `Otherwise \`bitiq promote ${environment.promotesFrom ?? 'FROM'} ${name}\` makes a new release.`,
        ].join(' ')
      : `There is no release yet: ${printPointer(`${name}/0`)} says so.`;
  }
  const head = await resolveCommit(repository, tree.commit ?? 'HEAD');
  const back =
    head === undefined ? undefined : await findWayFrom(repository, { head, environment, pointer: release });
  const there = `Otherwise point it at a release that is there, such as ${printPointer(back ?? `${name}/${newest}`)}`;
  return [
    ...restore,
    back === undefined ? `${there}.` : `${there}; on main \`bitiq rollback ${name}\` does that.`,
  ].join(' ');
}

/** By the history of its pointer; without a move its tags are releases that are proposed and never ran. */
async function hasMoved(repository: Repository, environment: EnvironmentConfig): Promise<boolean> {
  return (await readLedger(repository, { head: 'HEAD', environment, limit: 1 })).length > 0;
}
