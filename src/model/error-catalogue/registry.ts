import type { CatalogueEntry } from './entry.ts';

/** Codes of the registry part. */
export const registryErrors = {
  'image-reference-malformed': {
    exit: 2,
    title: 'An image reference cannot be read',
    explanation:
      'A reference is [registry/]repository[:tag][@sha256:digest], the repository in lower case. The message says which part is wrong.',
  },
  'image-tag-mismatch': {
    exit: 2,
    title: 'A tag and a revision name different commits',
    explanation:
      'The sha at the end of the tag must begin the revision: an image says one commit. `bitiq tag` prints the tag of HEAD.',
  },
  'image-not-found': {
    exit: 3,
    title: 'An image does not exist where it was looked for',
    explanation:
      'The local store or the registry has no such tag or digest. Build or push the image first, or correct its name.',
  },
  'image-tag-taken': {
    exit: 1,
    title: 'A tag names another image already',
    explanation:
      'A tag is built once. The same commit gives the same image; where it does not, something else than the commit went into the build.',
  },
  'image-moved': {
    exit: 1,
    title: 'The tag of an image names another image than before',
    explanation:
      'A release records the digest that the registry gave for each tag, and the digest is what runs. A tag that names another image now was pushed over: nothing is promoted by it.',
  },
  'image-unverified': {
    exit: 1,
    title: 'Nothing proves which image a release runs',
    explanation:
      'The release was recorded without the digest of an image, or the registry gave no answer. A release that is promoted with its images checked records the digests.',
  },
  'image-unsupported': {
    exit: 3,
    title: 'An image has a form that bitiq does not read',
    explanation:
      'A media type, compression, platform or kind of file in a layer that bitiq has no rule for. It is refused by name.',
  },
  'image-unsafe': {
    exit: 3,
    title: 'A layer would write outside its folder',
    explanation:
      'An entry of a layer has a path or link that leaves the folder it is unpacked into. Do not trust that image.',
  },
  'image-store-damaged': {
    exit: 3,
    title: 'The local image store holds something that is not what it says',
    explanation:
      'A blob is missing, or its content does not have the digest that names it. Delete the folder of that image and build it again.',
  },
  'dockerfile-missing': {
    exit: 2,
    title: 'There is no Dockerfile in the context folder',
    explanation: 'An image is built from the Dockerfile at the root of its context folder.',
  },
  'dockerfile-invalid': {
    exit: 2,
    title: 'A line of a Dockerfile cannot be read',
    explanation:
      'The instruction at the place shown lacks something or has a value that is not allowed there.',
  },
  'dockerfile-run': {
    exit: 2,
    title: 'A Dockerfile has RUN',
    explanation:
      'bitiq lays files into an image without a container engine, so nothing can run inside. Do the work before (for example `npm run build`) and COPY its result.',
  },
  'dockerfile-stages': {
    exit: 2,
    title: 'A Dockerfile has more than one stage',
    explanation: 'One FROM, no COPY --from: what other stages would make is made before the image is built.',
  },
  'dockerfile-variable': {
    exit: 2,
    title: 'A Dockerfile uses ARG or a variable',
    explanation:
      'The same Dockerfile and files must always give the same image, so values are written out. Tag and commit come in as BITIQ_TAG and BITIQ_COMMIT.',
  },
  'dockerfile-unsupported': {
    exit: 2,
    title: 'A Dockerfile has an instruction or option that bitiq does not build',
    explanation:
      'FROM, WORKDIR, COPY, ENV, EXPOSE, USER, LABEL, CMD, ENTRYPOINT, HEALTHCHECK and STOPSIGNAL are built; everything else is refused by name.',
  },
  'copy-source-missing': {
    exit: 2,
    title: 'COPY names something that is not in the context folder',
    explanation:
      'The path does not exist, or .dockerignore leaves it out. Often the build has not been run yet.',
  },
  'copy-source-outside': {
    exit: 2,
    title: 'COPY would take something from outside the context folder',
    explanation: 'A path, or the link it goes through, leads out of the context folder.',
  },
  'registry-unreachable': {
    exit: 3,
    title: 'A registry could not be reached',
    explanation:
      'The connection failed or timed out, or the registry kept answering that it is busy, also after retries.',
  },
  'registry-refused': {
    exit: 3,
    title: 'A registry refused a request',
    explanation:
      'The status and the words of the registry are in the message. For 401 and 403: `docker login`, or the registry Secret of the pipeline.',
  },
} as const satisfies Record<string, CatalogueEntry>;
