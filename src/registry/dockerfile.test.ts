import { fc } from '../../test/kit/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { BitiqError } from '../model/errors.ts';
import { readDockerfile } from './dockerfile.ts';

const read = (...lines: string[]) => readDockerfile(['FROM scratch', ...lines, ''].join('\n'), 'Dockerfile');
const first = (line: string) => {
  const { line: _, text: __, ...instruction } = read(line).instructions[0]!;
  return instruction;
};

describe('readDockerfile', () => {
  it('reads the base, the order and the lines', () => {
    const file = readDockerfile(
      '# syntax=docker/dockerfile:1\n\nFROM node:22-alpine AS run\nworkdir /app\nUSER 1000\n',
      'D',
    );
    expect(file.base).toBe('node:22-alpine');
    expect(file.instructions.map(({ kind, line }) => [kind, line.line])).toEqual([
      ['workdir', 4],
      ['user', 5],
    ]);
  });

  const owner = { uid: 0, gid: 0 };
  it.each([
    ['COPY a b ./', { kind: 'copy', sources: ['a', 'b'], destination: './', owner, mode: undefined }],
    ['COPY ["a b", "c"]', { kind: 'copy', sources: ['a b'], destination: 'c', owner, mode: undefined }],
    [
      'COPY --chown=10:20 --chmod=0750 a /b',
      { kind: 'copy', sources: ['a'], destination: '/b', owner: { uid: 10, gid: 20 }, mode: 0o750 },
    ],
    [
      'COPY --chown=10 a b',
      { kind: 'copy', sources: ['a'], destination: 'b', owner: { uid: 10, gid: 10 }, mode: undefined },
    ],
    [
      'ENV A=1 B="two words" C=a\\ b D=',
      {
        kind: 'env',
        entries: [
          ['A', '1'],
          ['B', 'two words'],
          ['C', 'a b'],
          ['D', ''],
        ],
      },
    ],
    ['ENV OLD the old form', { kind: 'env', entries: [['OLD', 'the old form']] }],
    [
      'LABEL a=b \\\n  # why\n  "c.d"="e f"',
      {
        kind: 'label',
        entries: [
          ['a', 'b'],
          ['c.d', 'e f'],
        ],
      },
    ],
    ['EXPOSE 8080 53/udp', { kind: 'expose', ports: ['8080/tcp', '53/udp'] }],
    ['USER 1000:1000', { kind: 'user', user: '1000:1000' }],
    ['CMD ["node", "a \\"b\\".js"]', { kind: 'cmd', argv: ['node', 'a "b".js'] }],
    ['CMD node $A', { kind: 'cmd', argv: ['/bin/sh', '-c', 'node $A'] }],
    ['ENTRYPOINT [ "node", \\\n "x" ]', { kind: 'entrypoint', argv: ['node', 'x'] }],
    ['STOPSIGNAL SIGQUIT', { kind: 'stopsignal', signal: 'SIGQUIT' }],
    ['HEALTHCHECK NONE', { kind: 'healthcheck', health: { Test: ['NONE'] } }],
    [
      'HEALTHCHECK --interval=1m30s --retries=2 CMD ["a"]',
      { kind: 'healthcheck', health: { Test: ['CMD', 'a'], Interval: 9e10, Retries: 2 } },
    ],
    [
      'HEALTHCHECK --timeout=500ms CMD a b',
      { kind: 'healthcheck', health: { Test: ['CMD-SHELL', 'a b'], Timeout: 5e8 } },
    ],
  ])('reads %s', (line, instruction) => {
    expect(first(line)).toEqual(instruction);
  });

  it.each([
    ['RUN npm ci', 'dockerfile-run'],
    ['run echo', 'dockerfile-run'],
    ['RUN <<EOF\necho\nEOF', 'dockerfile-run'],
    ['ARG A', 'dockerfile-variable'],
    ['ENV A=$B', 'dockerfile-variable'],
    ['ENV A=${B:-c}', 'dockerfile-variable'],
    ['LABEL a="x $B"', 'dockerfile-variable'],
    ['COPY $A b', 'dockerfile-variable'],
    ['COPY ["$A", "b"]', 'dockerfile-variable'],
    ['WORKDIR $HOME', 'dockerfile-variable'],
    ['EXPOSE $PORT', 'dockerfile-variable'],
    ['USER $U', 'dockerfile-variable'],
    ['FROM node', 'dockerfile-stages'],
    ['COPY --from=build a b', 'dockerfile-stages'],
    ['COPY --from=0 --chown=1 a b', 'dockerfile-stages'],
    ['COPY --chown=node:node a b', 'dockerfile-unsupported'],
    ['COPY --chmod=u+x a b', 'dockerfile-unsupported'],
    ['COPY --link a b', 'dockerfile-unsupported'],
    ['COPY --parents a b', 'dockerfile-unsupported'],
    ['COPY --exclude=*.x a b', 'dockerfile-unsupported'],
    ['COPY <<EOF /b\nhello\nEOF', 'dockerfile-unsupported'],
    ['COPY <<-"EOF" /b\nhello\nEOF', 'dockerfile-unsupported'],
    ['COPY "a b" c', 'dockerfile-unsupported'],
    ['ADD https://example.com/x /x', 'dockerfile-unsupported'],
    ['VOLUME /data', 'dockerfile-unsupported'],
    ['ONBUILD RUN x', 'dockerfile-unsupported'],
    ['SHELL ["bash"]', 'dockerfile-unsupported'],
    ['MAINTAINER me', 'dockerfile-unsupported'],
    ['COPPY a b', 'dockerfile-unsupported'],
    ['COPY a', 'dockerfile-invalid'],
    ['COPY', 'dockerfile-invalid'],
    ['COPY ["a"]', 'dockerfile-invalid'],
    ["CMD ['node']", 'dockerfile-invalid'],
    ['CMD ["node", 1]', 'dockerfile-invalid'],
    ['ENV A', 'dockerfile-invalid'],
    ['ENV =1', 'dockerfile-invalid'],
    ['EXPOSE 0', 'dockerfile-invalid'],
    ['EXPOSE 80-90', 'dockerfile-invalid'],
    ['EXPOSE http', 'dockerfile-invalid'],
    ['USER a b', 'dockerfile-invalid'],
    ['STOPSIGNAL stop', 'dockerfile-invalid'],
    ['HEALTHCHECK curl', 'dockerfile-invalid'],
    ['HEALTHCHECK --interval=soon CMD a', 'dockerfile-invalid'],
  ])('refuses %s', (line, code) => {
    try {
      read('', line);
      expect.fail('was not refused');
    } catch (error) {
      expect(error).toBeInstanceOf(BitiqError);
      const { code: actual, place, message } = error as BitiqError;
      expect(actual).toBe(code);
      expect(place).toMatchObject({ file: 'Dockerfile', line: 3 });
      expect(message).toMatch(/^Dockerfile:3: /);
    }
  });

  it.each([
    ['', 'dockerfile-invalid'],
    ['# only this', 'dockerfile-invalid'],
    ['CMD ["a"]\nFROM scratch', 'dockerfile-invalid'],
    ['ARG V=1\nFROM node:$V', 'dockerfile-variable'],
    ['FROM node:$V', 'dockerfile-variable'],
    ['FROM --platform=linux/arm64 node', 'dockerfile-unsupported'],
    ['FROM a b', 'dockerfile-invalid'],
    ['# syntax=example.com/frontend\nFROM a', 'dockerfile-unsupported'],
    ['# escape=`\nFROM a', 'dockerfile-unsupported'],
  ])('refuses the file %j', (text, code) => {
    expect(() => readDockerfile(text, 'Dockerfile')).toThrowError(expect.objectContaining({ code }) as Error);
  });

  it('reads or refuses anything, and never falls over', () => {
    const word = fc.constantFrom(
      'FROM',
      'COPY',
      'ENV',
      'LABEL',
      'RUN',
      'CMD',
      'HEALTHCHECK',
      'EXPOSE',
      'WORKDIR',
      'a',
      'A=b',
      '"',
      "'",
      '\\',
      '\\\n',
      '\n',
      ' ',
      '$A',
      '${',
      '<<EOF',
      'EOF',
      '[',
      ']',
      ',',
      '"x"',
      '--from=a',
      '--',
      '#',
      '\r\n',
      '\t',
      '=',
      '8080',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        try {
          readDockerfile(`FROM a\n${words.join('')}`, 'D');
        } catch (error) {
          if (!(error instanceof BitiqError)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });
});
