import type { CatalogueEntry } from './entry.ts';

/** Codes of images, Dockerfiles and registries. */
export const registryErrors = {
  'image-missing': {
    exit: 1,
    title: 'An image of the combination does not exist',
    explanation: 'bitiq looks up every image before it writes a release; the message names the missing ones.',
  },
  'image-moved': {
    exit: 1,
    title: 'A tag names, or would name, another image than before',
    explanation:
      'A tag names one image for ever. A release records the digest that the registry gave for each tag, and the digest is what runs. If the tag names another image now, somebody pushed over it, and it cannot be promoted. If a build of the same commit gives another image, something other than the commit went into the build.',
  },
  'image-unverified': {
    exit: 1,
    title: 'Nothing proves which image a release runs',
    explanation:
      'The record of the release has no digest for an image, or the registry did not answer. A promotion that checks the images records their digests.',
  },
  'image-invalid': {
    exit: 3,
    title: 'An image cannot be read',
    explanation:
      'bitiq does not read its media type, compression, platform or a kind of file in a layer, or a blob of the local image store is missing or damaged. For a damaged store, delete the folder of that image and build it again.',
  },
  'image-unsafe': {
    exit: 3,
    title: 'A layer would write outside its folder',
    explanation:
      'An entry of a layer has a path or a link that leaves the folder it is unpacked into. Do not trust that image.',
  },
  'dockerfile-invalid': {
    exit: 2,
    title: 'A Dockerfile, or a file that it copies, is missing or not valid',
    explanation:
      'The context folder needs a Dockerfile. An instruction is incomplete or has a value that is not allowed there, or COPY names a path that does not exist, that .dockerignore excludes, or that leads out of the context folder. Often the build has not run yet.',
  },
  'dockerfile-unsupported': {
    exit: 2,
    title: 'A Dockerfile has an instruction or option that bitiq does not build',
    explanation:
      'bitiq adds files to an image without a container engine: FROM, WORKDIR, COPY, ENV, EXPOSE, USER, LABEL, CMD, ENTRYPOINT, HEALTHCHECK and STOPSIGNAL of one stage, without variables. Do the work of RUN before (for example `npm run build`) and COPY its result. The same files must always give the same image; tag and commit are in BITIQ_TAG and BITIQ_COMMIT.',
  },
  'registry-unreachable': {
    exit: 3,
    title: 'A registry could not be reached',
    explanation:
      'The connection failed or timed out, or the registry kept answering that it is busy, even after several attempts.',
  },
  'registry-denied': {
    exit: 3,
    title: 'A registry does not have an image, or refused a request',
    explanation:
      "The message includes the registry's status and words. For 401 and 403 run `docker login`, or check the registry Secret of the pipeline. For 404 build or push the image first, or correct its name.",
  },
} as const satisfies Record<string, CatalogueEntry>;
