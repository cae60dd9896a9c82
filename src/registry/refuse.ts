import type { ErrorCode } from '../model/error-catalogue/catalogue.ts';
import { BitiqError } from '../model/errors.ts';

/** A line of a Dockerfile, for the place of an error. */
export interface Line {
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  readonly text: string;
}

/** Each fault of a Dockerfile: the code of its error, and what to do about it. */
const faults = {
  invalid: ['dockerfile-invalid', 'Correct the line; the Dockerfile reference describes the instruction.'],
  run: [
    'dockerfile-unsupported',
    'Do the work before the image is built (for example `npm run build`) and COPY its result.',
  ],
  stages: [
    'dockerfile-unsupported',
    'Keep the last stage only, and make before the build what the other stages made.',
  ],
  variable: [
    'dockerfile-unsupported',
    'Write the value out. The tag and the commit are in BITIQ_TAG and BITIQ_COMMIT of the image anyway.',
  ],
  unsupported: [
    'dockerfile-unsupported',
    'Use only FROM, WORKDIR, COPY, ENV, EXPOSE, USER, LABEL, CMD, ENTRYPOINT, HEALTHCHECK and STOPSIGNAL, or build this image with docker or buildah.',
  ],
  'source-missing': [
    'dockerfile-invalid',
    'Run the build of the service first, or correct the path or .dockerignore.',
  ],
  'source-outside': ['dockerfile-invalid', 'Copy it into the context folder first.'],
} as const satisfies Record<string, readonly [code: ErrorCode, fix: string]>;

/** The error of a line of a Dockerfile; `why` is a clause without a full stop. */
export function refuse(fault: keyof typeof faults, line: Line, why: string): BitiqError {
  const [code, fix] = faults[fault];
  return new BitiqError({
    code,
    message: `${line.file}:${line.line}: ${why}.`,
    fix,
    place: { file: line.file, line: line.line, sourceLine: line.text },
  });
}
