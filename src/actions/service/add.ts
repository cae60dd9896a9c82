import { describeKept, isAllowedIn } from '../../model/allowed-environments.ts';
import {
  configSchema,
  paths,
  type Config,
  type EnvironmentConfig,
  type ServiceConfig,
} from '../../model/config.ts';
import { BitiqError } from '../../model/errors.ts';
import type { FileChange } from '../../model/file-change.ts';
import { isRepositoryAddress, sameAddressOf } from '../../model/repository-address.ts';
import { isServiceName } from '../../model/service-name.ts';
import { placeholderTag } from '../../model/tag.ts';
import type { Tree } from '../../git/tree.ts';
import { copyServiceEntry } from '../../yaml/copy-service-entry.ts';
import type { EntryData } from '../../yaml/list-entry.ts';
import { addServiceEntry, type EntryComment } from '../../yaml/service-entry.ts';
import { parseYaml, type YamlSource } from '../../yaml/source.ts';
import { readServices } from '../../yaml/values-file.ts';
import { positionOf } from '../plan/bring-services.ts';
import { deriveChanges } from '../plan/change-services.ts';
import { meetAvailability } from '../plan/meet-availability.ts';
import { readConfig, readConfigSource, readValues, requireEnvironment } from '../read/read-state.ts';

/** A service as a person describes it; of one that bitiq.yaml has already the name is enough. */
export interface GivenService {
  readonly name: string;
  readonly repository?: string | undefined;
  readonly image?: string | undefined;
  readonly example?: string | undefined;
}

export interface AddOptions {
  /** The environments whose values get an entry; default: all, for a service that is new. */
  readonly environments?: readonly string[] | undefined;
  /** When policies are asked what they want of it. */
  readonly now: Date;
}

/**
 * All that a service needs in a tree: its entry in bitiq.yaml and in the values of its environments, with two replicas and a budget
 * where policies ask for them, the composite version, and the generated files. A service that bitiq.yaml has comes into the
 * environments that are named, as another one has it. Throws `usage`, also for an address of no
 * use; writes nothing.
 */
export async function addService(
  tree: Tree,
  service: GivenService,
  { environments, now }: AddOptions,
): Promise<FileChange[]> {
  const config = await readConfig(tree);
  const targets =
    environments === undefined || environments.length === 0
      ? config.environments
      : [...new Set(environments)].map((name) => requireEnvironment(config, name));
  const known = config.services.find(({ name }) => name === service.name);
  const edited = new Map<string, string>();
  if (known === undefined || environments === undefined || environments.length === 0) {
    const described = requireDescribed(service);
    requireFit(config, described);
    await requireExample(tree, described);
    const { name, repository, image, example } = described;
    const source = await readConfigSource(tree);
    edited.set(paths.config, addServiceEntry(source, { name, repository, image, example }));
  } else requireSame(known, service);
  const { name, image } = known ?? requireDescribed(service);
  const order = [...config.services.map((each) => each.name), ...(known ? [] : [name])];
  for (const environment of targets) {
    if (isAllowedIn(known, environment.name)) continue;
    throw unfit(describeKept(config, name), `Add ${environment.name} to its \`environments\` there first.`);
  }
  const other = known && (await findEntry(tree, config, name));
  for (const environment of targets) {
    const values = await readValues(tree, environment.name);
    if (readServices(values).some((each) => each.name === name)) throw presentAlready(name, environment.name);
    const text = other
      ? copyServiceEntry(values, { ...other, at: positionOf(values, name, order) })
      : addServiceEntry(values, ...placeholderEntry({ name, image, environment }));
    const added = parseYaml(text, values.file);
    const met = await meetAvailability(tree, added, { environment, services: [name], now });
    edited.set(values.file, met.values.text);
  }
  return deriveChanges(tree, edited);
}

/** The entry of a service that was never built, and the comment on its tag. */
function placeholderEntry(at: {
  readonly name: string;
  readonly image: string;
  readonly environment: EnvironmentConfig;
}): [EntryData, EntryComment[]] {
  const { name, image, environment } = at;
  // The chart runs an image of another name only where that is said to be meant.
  const override = image.slice(image.lastIndexOf('/') + 1) === name ? {} : { nameOverride: true };
  const first = environment.kind === 'following' ? 'the first build of the service' : 'the first promotion';
  return [
    { name, image: { repository: image, tag: placeholderTag, ...override } },
    [{ above: ['image', 'tag'], text: `${placeholderTag} is a placeholder: ${first} replaces it.` }],
  ];
}

/** The entry of a service in the first environment that has it. */
async function findEntry(
  tree: Tree,
  config: Config,
  service: string,
): Promise<{ readonly from: YamlSource; readonly index: number } | undefined> {
  for (const { name } of config.environments) {
    const from = await readValues(tree, name);
    const found = readServices(from).find((each) => each.name === service);
    if (found) return { from, index: found.index };
  }
  return undefined;
}

function requireDescribed({ name, repository = '', image = '', example }: GivenService): ServiceConfig {
  for (const [option, text, example] of [
    ['repo', repository, 'https://github.com/acme/cart'],
    ['image', image, 'ghcr.io/acme/cart'],
  ] as const) {
    if (text === '') throw usage(`--${option} is missing.`, `Write for example --${option} ${example}.`);
  }
  return { name, repository, image, ...(example === undefined ? {} : { example }) };
}

/** A service that is there already keeps what bitiq.yaml says of it. */
function requireSame(known: ServiceConfig, given: GivenService): void {
  for (const key of ['repository', 'image', 'example'] as const) {
    if (given[key] === undefined || given[key] === known[key]) continue;
    throw unfit(
      `bitiq.yaml has ${known.name} with the ${key} ${known[key] ?? '(none)'}, and not ${given[key]}.`,
      'Leave that option out, or change bitiq.yaml.',
    );
  }
}

function presentAlready(service: string, environment: string): BitiqError {
  return new BitiqError({
    code: 'usage',
    message: `${service} is already in ${environment}.`,
    fix: `Name only environments that do not have it with --env; \`bitiq set ${environment} ${service}=TAG\` gives it another version.`,
  });
}

function requireFit(config: Config, { name, repository, image }: ServiceConfig): void {
  if (!isServiceName(name)) {
    throw new BitiqError({
      code: 'usage',
      message: `${JSON.stringify(name)} cannot name a service.`,
      fix: 'Use lower-case letters, digits and dashes, starting with a letter, at most 40 characters.',
    });
  }
  if (config.services.some((each) => each.name === name)) {
    throw new BitiqError({
      code: 'usage',
      message: `There is a service ${name} already.`,
      fix: 'Choose another name, or name the environments to add it to: --env ENV.',
    });
  }
  requireAddresses(repository, image);
  for (const each of config.services) {
    const sameSource = sameAddressOf(each.repository) === sameAddressOf(repository);
    if (each.image === image && !sameSource) {
      throw unfit(
        `${image} is the image of ${each.name}, which is built from ${each.repository}.`,
        `Give it an image of its own, or --repo ${each.repository}: services of one build share both.`,
      );
    }
    const updater = config.environments.find(({ writeBack }) => writeBack === 'image-updater')?.name;
    if (each.image === image && updater !== undefined) {
      throw unfit(
        `${image} is the image of ${each.name}, and the Image Updater of ${updater} tells services apart by their images.`,
        `Give it an image of its own, or ${updater} \`writeBack: bitiq\`.`,
      );
    }
    if (sameSource && each.image !== image) {
      throw unfit(
        `${repository} is the repository of ${each.name}, which is built as ${each.image}.`,
        `One repository is built as one image: give it --image ${each.image}, or a Git repository of its own.`,
      );
    }
  }
}

async function requireExample(tree: Tree, { example }: ServiceConfig): Promise<void> {
  if (example === undefined) return;
  const dockerfile = `${example.replace(/(?<!\/)\/+$/, '')}/Dockerfile`;
  if ((await tree.read([dockerfile])).has(dockerfile)) return;
  throw unfit(
    `The example ${example} has no Dockerfile in this repository.`,
    'Name a folder of this repository that holds a service, such as examples/toy-service.',
  );
}

/** Throws for what bitiq.yaml would refuse, before anything stands there. */
function requireAddresses(repository: string, image: string): void {
  if (!isRepositoryAddress(repository)) {
    throw usage(
      `--repo must be the address of a Git repository, and ${JSON.stringify(repository)} is not one.`,
      'Write for example --repo https://github.com/acme/cart, or --repo git@github.com:acme/cart.git.',
    );
  }
  const [, bare = '', tag, digest] = /^([^@]*?)(:[^/@:]*)?(@.*)?$/.exec(image) ?? [];
  if (tag !== undefined || digest !== undefined) {
    throw usage(
      `--image names an image repository, and ${JSON.stringify(image)} has a ${tag === undefined ? 'digest' : 'tag'}.`,
      `Write --image ${bare}: the values of an environment set its tag.`,
    );
  }
  const checked = configSchema.shape.services.element.shape.image.safeParse(image);
  if (checked.success) return;
  throw usage(
    `--image ${JSON.stringify(image)} ${checked.error.issues[0]?.message ?? 'is wrong'}.`,
    'Write it in lower case, with the registry in front.',
  );
}

function usage(message: string, fix: string): BitiqError {
  return new BitiqError({ code: 'usage', message, fix });
}

function unfit(message: string, fix: string): BitiqError {
  return new BitiqError({ code: 'usage', message, fix });
}
