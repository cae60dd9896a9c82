import { configSchema, paths, type Config, type ServiceConfig } from '../model/config.ts';
import { BitiqError } from '../model/errors.ts';
import type { FileChange } from '../model/file-change.ts';
import { isRepositoryAddress, sameAddressOf } from '../model/repository-address.ts';
import { isServiceName } from '../model/service-name.ts';
import { placeholderTag } from '../model/tag.ts';
import type { Tree } from '../git/tree.ts';
import { addServiceEntry } from '../yaml/service-entry.ts';
import { deriveChanges } from './change-services.ts';
import { readConfig, readConfigSource, readValues } from './read-state.ts';

/**
 * All that a new service needs in a tree: its entry in bitiq.yaml and in the values of every environment, the composite
 * version, and the generated files. Throws `service-repeated`, `service-unfit`, or `usage` for an
 * address of no use; writes nothing.
 */
export async function planAddService(tree: Tree, service: ServiceConfig): Promise<FileChange[]> {
  const config = await readConfig(tree);
  requireFit(config, service);
  await requireExample(tree, service);
  const { name, repository, image, example } = service;
  // The chart runs an image of another name only where that is said to be meant.
  const override = image.slice(image.lastIndexOf('/') + 1) === name ? {} : { nameOverride: true };
  const edited = new Map<string, string>([
    [paths.config, addServiceEntry(await readConfigSource(tree), { name, repository, image, example })],
  ]);
  for (const environment of config.environments) {
    const values = await readValues(tree, environment.name);
    const first = environment.follows ? 'the first build of the service' : 'the first promotion';
    edited.set(
      values.file,
      addServiceEntry(values, { name, image: { repository: image, tag: placeholderTag, ...override } }, [
        {
          above: ['image', 'tag'],
          text: `${placeholderTag} is a placeholder: ${first} replaces it.`,
        },
      ]),
    );
  }
  return deriveChanges(tree, edited);
}

function requireFit(config: Config, { name, repository, image }: ServiceConfig): void {
  if (!isServiceName(name)) {
    throw new BitiqError({
      code: 'service-name-malformed',
      message: `${JSON.stringify(name)} cannot name a service.`,
      fix: 'Use lower-case letters, digits and dashes, starting with a letter, at most 40 characters.',
    });
  }
  if (config.services.some((each) => each.name === name)) {
    throw new BitiqError({
      code: 'service-repeated',
      message: `There is a service ${name} already.`,
      fix: 'Choose another name: it is that of the image, the Kubernetes objects and the entries in all values files.',
    });
  }
  requireAddresses(repository, image);
  for (const each of config.services) {
    if (each.image === image)
      throw unfit(`${image} is the image of ${each.name}.`, 'Give it an image of its own.');
    if (sameAddressOf(each.repository) === sameAddressOf(repository)) {
      throw unfit(
        `${repository} is the repository of ${each.name}.`,
        'A service has a Git repository of its own: its tags count the commits there.',
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
      `Write --image ${bare}: which tag an environment runs stands in its values.`,
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
  return new BitiqError({ code: 'service-unfit', message, fix });
}
