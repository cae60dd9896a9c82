import { join } from 'node:path';
import { BitiqError } from '../../model/errors.ts';
import {
  parseImageReference,
  parseImageRepository,
  printImageReference,
} from '../../model/image-reference.ts';
import { parseTag } from '../../model/tag.ts';
import { readBase, withoutTls } from '../../registry/base-image.ts';
import { connect } from '../../registry/client.ts';
import { openContext, readInContext } from '../../registry/context.ts';
import { readDockerfile } from '../../registry/dockerfile.ts';
import { composeImage } from '../../registry/image.ts';
import { writeBlob } from '../../registry/blobs.ts';
import { findDigest, layoutFolder, tagManifest } from '../../registry/layout.ts';
import { findRemoteDigest } from '../../registry/pull.ts';
import { pushImage } from '../../registry/push.ts';

export interface BuildImageOptions {
  /** The folder with the Dockerfile; COPY takes from it. */
  readonly context: string;
  /** The repository, such as `ghcr.io/bitiq-io/toy-service`. */
  readonly image: string;
  /** `vX.Y.Z-N.g<sha>`. */
  readonly tag: string;
  /** Another base image than that of FROM; `none`: no base. Default: that of FROM. */
  readonly base?: string | undefined;
  /** The URL of the service's repository, for the label org.opencontainers.image.source. */
  readonly source?: string | undefined;
  /** The commit, for BITIQ_COMMIT and the label. Default: the sha of the tag. */
  readonly revision?: string | undefined;
  /** The time of the commit. Default: 1970, so that the image depends on nothing but its content. */
  readonly created?: Date | undefined;
  /** The folder of the local store. */
  readonly store: string;
  /** Also push to the registry that `image` names. */
  readonly push?: boolean | undefined;
  /** Use HTTP without TLS for the registries; localhost always gets it. */
  readonly plainHttp?: boolean | undefined;
  /** Move the tag where it names another image already. */
  readonly replace?: boolean | undefined;
  /** Ends requests to registries. */
  readonly signal?: AbortSignal | undefined;
  /** Which image of a base for many platforms. Default: linux/amd64, on every machine. */
  readonly platform?: { readonly os: string; readonly architecture: string } | undefined;
}

export interface BuiltImage {
  /** registry/repository:tag */
  readonly reference: string;
  /** The digest of the manifest. */
  readonly digest: string;
  /** Bytes of manifest, config and all layers, as they are stored and sent. */
  readonly size: number;
  readonly layers: readonly { readonly digest: string; readonly size: number }[];
  /** The OCI layout that holds it. */
  readonly layout: string;
  readonly pushed: boolean;
}

/**
 * Builds an image without a container engine, stores it under its tag, and pushes it if asked to. Same input, same digest. Throws
 * `image-moved`, and moves no tag, where the store or the registry has another image under the tag and `replace` is not set.
 */
export async function buildImage(options: BuildImageOptions): Promise<BuiltImage> {
  const repository = parseImageRepository(options.image);
  const { sha } = parseTag(options.tag);
  const revision = options.revision ?? sha;
  if (!/^[0-9a-f]{7,64}$/.test(revision) || !(revision.startsWith(sha) || sha.startsWith(revision))) {
    throw new BitiqError({
      code: 'usage',
      message: `The tag ${options.tag} names the commit ${sha}, but the revision is ${JSON.stringify(revision)}.`,
      fix: 'Give the tag that `bitiq tag` prints for that revision.',
    });
  }
  const platform = options.platform ?? { os: 'linux', architecture: 'amd64' };
  const dockerfile = await readDockerfileIn(options.context);
  const baseName = options.base ?? dockerfile.base;
  const base =
    baseName === 'none' || baseName === 'scratch'
      ? undefined
      : await readBase(parseImageReference(baseName), {
          store: options.store,
          plainHttp: options.plainHttp ?? false,
          platform,
          signal: options.signal,
        });
  const image = await composeImage({
    dockerfile,
    context: await openContext(options.context),
    base,
    env: { BITIQ_TAG: options.tag, BITIQ_COMMIT: revision },
    labels: {
      'org.opencontainers.image.version': options.tag,
      'org.opencontainers.image.revision': revision,
      ...(options.source === undefined
        ? {}
        : { 'org.opencontainers.image.source': withoutLogin(options.source) }),
      ...(base && {
        'org.opencontainers.image.base.name': base.name,
        'org.opencontainers.image.base.digest': base.digest,
      }),
    },
    defaultLabels: { 'org.opencontainers.image.title': repository.repository.split('/').at(-1) ?? '' },
    created: options.created ?? new Date(0),
    platform,
  });

  const layout = layoutFolder(options.store, options.image);
  const client = options.push
    ? connect(repository, { plainHttp: options.plainHttp, alternative: withoutTls, signal: options.signal })
    : undefined;
  if (options.replace !== true) {
    const { digest } = image.manifest.descriptor;
    requireFree(options, digest, await findDigest(layout, options.tag), 'the local store');
  }
  await base?.share(layout);
  for (const layer of image.layers) await writeBlob(layout, layer.blob);
  await writeBlob(layout, image.config.blob);
  await writeBlob(layout, image.manifest.blob);
  await tagManifest(layout, options.tag, image.manifest.descriptor);
  if (client) {
    try {
      const taken = options.replace === true ? undefined : await findRemoteDigest(client, options.tag);
      requireFree(options, image.manifest.descriptor.digest, taken, 'the registry');
      await pushImage(client, layout, options.tag);
    } catch (error) {
      throw error instanceof BitiqError ? notPushed(error) : error;
    }
  }

  const layers = image.manifest.value.layers.map(({ digest, size }) => ({ digest, size }));
  const { digest, size } = image.manifest.descriptor;
  return {
    reference: printImageReference({ ...repository, tag: options.tag }),
    digest,
    size: layers.reduce((sum, layer) => sum + layer.size, size + image.config.descriptor.size),
    layers,
    layout,
    pushed: options.push ?? false,
  };
}

/** A tag that names another image than before would change what releases and environments with that tag run. */
function requireFree(
  { image, tag }: BuildImageOptions,
  digest: string,
  taken: string | undefined,
  where: string,
): void {
  if (taken === undefined || taken === digest) return;
  throw new BitiqError({
    code: 'image-moved',
    message: `${image}:${tag} is ${taken} in ${where}, and this build is ${digest}.`,
    fix: 'A tag names one image for ever: commit the change and build the new tag that `bitiq tag` prints, or move the tag with --replace.',
  });
}

/** The URL of a remote may contain a user and a password, and labels are public. */
function withoutLogin(source: string): string {
  if (!URL.canParse(source)) return source;
  const url = new URL(source);
  if (!url.username && !url.password) return source;
  url.username = '';
  url.password = '';
  return url.href;
}

function notPushed(error: BitiqError): BitiqError {
  const { code, message, fix, place } = error;
  if (error.state !== 'Nothing was changed.') return error;
  const state = 'The image is in the local store; the tag in the registry was not changed.';
  return new BitiqError({ code, message, fix, place, state, cause: error });
}

async function readDockerfileIn(context: string) {
  const file = join(context, 'Dockerfile');
  const text = await readInContext(context, 'Dockerfile');
  if (text === undefined) {
    throw new BitiqError({
      code: 'dockerfile-invalid',
      message: `${file} cannot be read, since it does not exist.`,
      fix: 'Write a Dockerfile there, or name the right folder with --context.',
    });
  }
  return readDockerfile(text, file);
}
