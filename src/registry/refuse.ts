import type { ErrorCode } from '../model/error-catalogue/catalogue.ts';
import { BitiqError } from '../model/errors.ts';

/** A line of a Dockerfile, for the place of an error. */
export interface Line {
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  readonly text: string;
}

type DockerfileCode = Extract<ErrorCode, `dockerfile-${string}` | `copy-${string}`>;

const fixes: Record<DockerfileCode, string> = {
  'dockerfile-missing': 'Write a Dockerfile there, or name the right folder with --context.',
  'dockerfile-invalid': 'Correct the line; the Dockerfile reference says what the instruction takes.',
  'dockerfile-run':
    'Do the work before the image is built (for example `npm run build`) and COPY its result.',
  'dockerfile-stages': 'Keep the last stage only, and make before the build what the other stages made.',
  'dockerfile-variable':
    'Write the value out. The tag and the commit are in BITIQ_TAG and BITIQ_COMMIT of the image anyway.',
  'dockerfile-unsupported':
    'Use only FROM, WORKDIR, COPY, ENV, EXPOSE, USER, LABEL, CMD, ENTRYPOINT, HEALTHCHECK and STOPSIGNAL, or build this image with docker or buildah.',
  'copy-source-missing': 'Run the build of the service first, or correct the path or .dockerignore.',
  'copy-source-outside': 'Copy it into the context folder first.',
};

/** The error of a line of a Dockerfile; `why` says what stands there, without a full stop. */
export function refuse(code: DockerfileCode, line: Line, why: string): BitiqError {
  return new BitiqError({
    code,
    message: `${line.file}:${line.line}: ${why}.`,
    fix: fixes[code],
    place: { file: line.file, line: line.line, sourceLine: line.text },
  });
}
