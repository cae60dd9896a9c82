import { paths, type Config } from '../../model/config.ts';
import { suggestion } from '../../model/did-you-mean.ts';
import type { Finding } from '../../model/finding.ts';
import type { Tree } from '../../git/tree.ts';
import {
  allowsDestination,
  allowsKind,
  allowsSource,
  isAppProject,
  normalizeRepository,
  readAppProject,
  type AppProject,
  type Destination,
  type Kind,
} from '../../kubernetes/app-project.ts';
import { checkDeliveryFields } from '../../kubernetes/delivery-fields.ts';
import { readManifests } from '../../kubernetes/objects.ts';
import { groupVersionOf, isClusterScoped } from '../../kubernetes/kinds.ts';
import { parseYamlDocuments } from '../../yaml/parse-documents.ts';
import { parseYaml, placeOf, type KeyPath, type YamlSource } from '../../yaml/source.ts';
import { errorAt, collectFindings } from './collect.ts';
import { readApplication } from '../read/read-state.ts';

/**
 * Findings about the AppProjects: fields that they do not have, and what an Application needs and its project does not allow.
 * A repository without environments/project.yaml leaves its projects to others.
 */
export async function checkProjects(tree: Tree, config: Config): Promise<Finding[]> {
  const projects = await readProjects(tree);
  if (projects === undefined) return [];
  const applications = await readApplications(tree, config);
  const first = applications[0];
  return [
    ...projects.flatMap(({ source }) => checkDeliveryFields(source, 'AppProject', 'delivery-mismatch')),
    ...applications.flatMap((application) => checkApplication(application, projects)),
    ...(first?.file === paths.root ? await checkRootKinds(tree, projectOf(first, projects)) : []),
    ...applications.flatMap((application) =>
      first === undefined || sameRepository(first, application)
        ? []
        : [
            errorAt(
              placeOf(application, ['spec', 'source', 'repoURL']),
              'delivery-mismatch',
              `${application.file} delivers from ${repositoryOf(application)}, and ${first.file} from ${repositoryOf(first)}.`,
              'Name one repository: the pointer of an environment and what it runs are in the same repository.',
            ),
          ],
    ),
  ];
}

/** A finding for each kind that an environment renders and its project does not allow, at the list that lacks it. */
export async function checkKinds(
  tree: Tree,
  { environment, manifests }: { readonly environment: string; readonly manifests: string },
): Promise<Finding[]> {
  const project = projectOf(await readApplication(tree, environment), (await readProjects(tree)) ?? []);
  if (project === undefined) return [];
  const kinds = new Map(
    readManifests(manifests).map(({ apiVersion, kind }) => {
      const { group } = groupVersionOf(apiVersion);
      return [`${group}/${kind}`, { group, kind }];
    }),
  );
  return [...kinds.values()].flatMap((kind) =>
    checkKind(project, kind, `The chart renders the kind ${kind.kind} for ${environment}`),
  );
}

const deliveredKinds = {
  application: { group: 'argoproj.io', kind: 'Application' },
  'image-updater': { group: 'argocd-image-updater.argoproj.io', kind: 'ImageUpdater' },
  'secret-store': { group: 'external-secrets.io', kind: 'ClusterSecretStore' },
} as const;

/** The kinds of the files that the root Application delivers. */
async function checkRootKinds(tree: Tree, project: AppProject | undefined): Promise<Finding[]> {
  if (project === undefined) return [];
  const listed = await tree.list('environments');
  return Object.entries(deliveredKinds).flatMap(([name, kind]) => {
    const file = listed.find((path) => path.endsWith(`/${name}.yaml`));
    return file === undefined ? [] : checkKind(project, kind, `${file} is of the kind ${kind.kind}`);
  });
}

function checkKind(project: AppProject, kind: Required<Kind>, said: string): Finding[] {
  const isOfCluster = isClusterScoped(kind.kind);
  if (allowsKind(project, kind, isOfCluster)) return [];
  const list = `${isOfCluster ? 'cluster' : 'namespace'}ResourceWhitelist`;
  return [
    errorAt(
      placeOf(project.source, ['spec', list]),
      'delivery-mismatch',
      `${said}, which the AppProject ${project.name} does not allow.`,
      `Add {group: ${kind.group === '' ? "''" : kind.group}, kind: ${kind.kind}} to spec.${list}, unless something denies it.`,
    ),
  ];
}

/** The AppProjects of environments/project.yaml; undefined where there is no such file, or where it has a fault. */
async function readProjects(tree: Tree): Promise<AppProject[] | undefined> {
  const text = (await tree.read([paths.project])).get(paths.project);
  if (text === undefined) return undefined;
  return parseYamlDocuments(text, paths.project).filter(isAppProject).map(readAppProject);
}

/** The root Application first, where there is one. What cannot be read is told by its own check. */
async function readApplications(tree: Tree, config: Config): Promise<YamlSource[]> {
  const text = (await tree.read([paths.root])).get(paths.root);
  const found: YamlSource[] = [];
  const readers = [
    async () => (text === undefined ? undefined : parseYaml(text, paths.root)),
    ...config.environments.map(
      ({ name }) =>
        () =>
          readApplication(tree, name),
    ),
  ];
  for (const read of readers) {
    await collectFindings(async () => {
      const application = await read();
      if (application !== undefined) found.push(application);
      return [];
    });
  }
  return found;
}

function checkApplication(application: YamlSource, projects: readonly AppProject[]): Finding[] {
  const { document } = application;
  const named: unknown = document.getIn(['spec', 'project']);
  // Argo CD makes that one itself, and it allows everything.
  if (named === 'default') return [];
  const project = projectOf(application, projects);
  if (project === undefined) {
    return [
      errorAt(
        placeOf(application, ['spec', 'project']),
        'delivery-mismatch',
        `${application.file} is delivered under the AppProject ${named === undefined ? '(none)' : String(named)}, which ${paths.project} does not have.`,
        suggestion(
          String(named),
          projects.map(({ name }) => name),
        ),
      ),
    ];
  }
  const refuse = (path: KeyPath, what: string, key: string): Finding =>
    errorAt(
      placeOf(application, path),
      'delivery-mismatch',
      `${application.file}: the AppProject ${project.name} does not allow ${what}.`,
      `Add it to spec.${key} of ${project.name} in ${paths.project}, or correct it here.`,
    );
  const destination = ((document.toJS() as { spec?: { destination?: Destination } }).spec?.destination ??
    {}) as Destination;
  const repository = repositoryOf(application);
  return [
    ...(allowsSource(project, repository)
      ? []
      : [refuse(['spec', 'source', 'repoURL'], `the repository ${repository}`, 'sourceRepos')]),
    ...(allowsDestination(project, destination)
      ? []
      : [
          refuse(
            ['spec', 'destination', 'namespace'],
            `the namespace ${destination.namespace} of ${destination.server ?? destination.name}`,
            'destinations',
          ),
        ]),
  ];
}

function projectOf(application: YamlSource, projects: readonly AppProject[]): AppProject | undefined {
  const named: unknown = application.document.getIn(['spec', 'project']);
  return projects.find(({ name }) => name === named);
}

function repositoryOf(application: YamlSource): string {
  return String(application.document.getIn(['spec', 'source', 'repoURL']) ?? '(none)');
}

function sameRepository(one: YamlSource, other: YamlSource): boolean {
  return normalizeRepository(repositoryOf(one)) === normalizeRepository(repositoryOf(other));
}
