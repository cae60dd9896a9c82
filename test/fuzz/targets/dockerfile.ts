import { readDockerfile } from '../../../src/registry/dockerfile.ts';
import { corpusOf, inputsOf, type FuzzTarget } from '../fuzz-target.ts';

const seeds = corpusOf('dockerfile');
const words = [
  ...[
    'FROM ',
    'scratch',
    'node:22',
    ' AS ',
    'COPY ',
    'ADD ',
    'RUN ',
    'CMD ',
    'ENTRYPOINT ',
    'ENV ',
    'LABEL ',
    'USER ',
  ],
  ...[
    'WORKDIR ',
    'EXPOSE ',
    'ARG ',
    'HEALTHCHECK ',
    'ONBUILD ',
    'SHELL ',
    'STOPSIGNAL ',
    'VOLUME ',
    '--from=',
    '--chown=',
  ],
  ...[
    '--interval=1s ',
    'NONE',
    '["a", "b"]',
    '[',
    '"',
    "'",
    '\\',
    '\\\n',
    '\n',
    ' ',
    '$A',
    '${A:-b}',
    '=',
    '#',
    '# escape=`\n',
  ],
  ...[
    '# syntax=docker/dockerfile:1\n',
    '<<EOF\n',
    'EOF\n',
    'a',
    '/b',
    '../',
    '*',
    '8080/tcp',
    '\t',
    '\r\n',
    '`',
  ],
];

/** Texts of Dockerfiles: read, or refused by name. */
export const target: FuzzTarget = {
  name: 'dockerfile',
  arbitrary: inputsOf(words, seeds),
  seeds,
  cases: 600,
  run: (input) => readDockerfile(input.toString('utf8'), 'Dockerfile'),
};
