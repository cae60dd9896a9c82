import { BitiqError } from './errors.ts';

/** An image reference with its defaults filled in: `node` is registry docker.io, repository library/node. */
export interface ImageReference {
  /** Host with optional port, such as `ghcr.io` or `localhost:5000`. */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string | undefined;
  /** `sha256:` and 64 hex digits. */
  readonly digest?: string | undefined;
}

const host =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?$/;
const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagForm = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const digestForm = /^sha256:[0-9a-f]{64}$/;

/** The reference that a text says, by the grammar of distribution/reference; throws `name-invalid`. */
export function parseImageReference(text: string): ImageReference {
  const [named, digest, ...more] = text.split('@');
  if (!named || more.length > 0) throw malformed(text, 'it is empty or has more than one @');
  if (digest !== undefined && !digestForm.test(digest)) {
    throw malformed(text, 'what follows @ is not sha256: and 64 lower-case hex digits');
  }
  const lastSlash = named.lastIndexOf('/');
  const colon = named.indexOf(':', lastSlash + 1);
  const name = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  if (tag !== undefined && !tagForm.test(tag)) {
    throw malformed(
      text,
      `${JSON.stringify(tag)} cannot be a tag: up to 128 letters, digits, _ . -, not first . or -`,
    );
  }
  return {
    ...parseName(text, name),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The whole text of a reference: registry/repository[:tag][@digest]. parse ∘ print gives the same reference. */
export function printImageReference(reference: ImageReference): string {
  const { registry, repository, tag, digest } = reference;
  return `${registry}/${repository}${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`;
}

/** The reference of a repository alone, such as the `image.repository` of a service; a tag or digest is refused. */
export function parseImageRepository(text: string): ImageReference {
  const reference = parseImageReference(text);
  if (reference.tag ?? reference.digest)
    throw malformed(text, 'a repository is wanted, without tag and digest');
  return reference;
}

function parseName(text: string, name: string): { registry: string; repository: string } {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const hasHost = /[.:]/.test(first) || first === 'localhost';
  const registry = hasHost ? first.toLowerCase() : 'docker.io';
  const path = hasHost ? name.slice(slash + 1) : name;
  if (!host.test(registry)) throw malformed(text, `${JSON.stringify(registry)} is not a host name`);
  for (const part of path.split('/')) {
    if (!component.test(part)) {
      throw malformed(
        text,
        part !== part.toLowerCase()
          ? `${JSON.stringify(part)} has capital letters`
          : `${JSON.stringify(part)} is not lower-case letters and digits with single . _ or - between them`,
      );
    }
  }
  const isHub = registry === 'docker.io' || registry === 'index.docker.io';
  const repository = isHub && !path.includes('/') ? `library/${path}` : path;
  if (repository.length > 255) throw malformed(text, 'its name is longer than 255 characters');
  return { registry: isHub ? 'docker.io' : registry, repository };
}

function malformed(text: string, why: string): BitiqError {
  return new BitiqError({
    code: 'name-invalid',
    message: `${JSON.stringify(text)} is not an image reference: ${why}.`,
    fix: 'Write it as [registry/]repository[:tag][@sha256:digest], such as ghcr.io/bitiq-io/toy-service:v0.1.0-3.gabc1234.',
  });
}
