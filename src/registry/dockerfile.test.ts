import { fc } from '../../test/kit/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { BitiqError } from '../model/errors.ts';
import { readDockerfile } from './dockerfile.ts';

const read = (...lines: string[]) => readDockerfile(['FROM scratch', ...lines, ''].join('\n'), 'Dockerfile');
/** How the fix of each fault begins, and the code that the fault has. */
const faults: Readonly<Record<string, readonly [code: string, fix: RegExp]>> = {
  invalid: ['dockerfile-invalid', /^(?:Correct the line|Begin with FROM)/],
  run: ['dockerfile-unsupported', /^Do the work before the image is built/],
  stages: ['dockerfile-unsupported', /^Keep the last stage only/],
  variable: ['dockerfile-unsupported', /^Write the value out/],
  unsupported: ['dockerfile-unsupported', /^Use only FROM/],
};
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
    ['RUN npm ci', 'run'],
    ['run echo', 'run'],
    ['RUN <<EOF\necho\nEOF', 'run'],
    ['ARG A', 'variable'],
    ['ENV A=$B', 'variable'],
    ['ENV A=${B:-c}', 'variable'],
    ['LABEL a="x $B"', 'variable'],
    ['COPY $A b', 'variable'],
    ['COPY ["$A", "b"]', 'variable'],
    ['WORKDIR $HOME', 'variable'],
    ['EXPOSE $PORT', 'variable'],
    ['USER $U', 'variable'],
    ['FROM node', 'stages'],
    ['COPY --from=build a b', 'stages'],
    ['COPY --from=0 --chown=1 a b', 'stages'],
    ['COPY --chown=node:node a b', 'unsupported'],
    ['COPY --chmod=u+x a b', 'unsupported'],
    ['COPY --link a b', 'unsupported'],
    ['COPY --parents a b', 'unsupported'],
    ['COPY --exclude=*.x a b', 'unsupported'],
    ['COPY <<EOF /b\nhello\nEOF', 'unsupported'],
    ['COPY <<-"EOF" /b\nhello\nEOF', 'unsupported'],
    ['COPY "a b" c', 'unsupported'],
    ['ADD https://example.com/x /x', 'unsupported'],
    ['VOLUME /data', 'unsupported'],
    ['ONBUILD RUN x', 'unsupported'],
    ['SHELL ["bash"]', 'unsupported'],
    ['MAINTAINER me', 'unsupported'],
    ['COPPY a b', 'unsupported'],
    ['COPY a', 'invalid'],
    ['COPY', 'invalid'],
    ['COPY ["a"]', 'invalid'],
    ["CMD ['node']", 'invalid'],
    ['CMD ["node", 1]', 'invalid'],
    ['ENV A', 'invalid'],
    ['ENV =1', 'invalid'],
    ['EXPOSE 0', 'invalid'],
    ['EXPOSE 80-90', 'invalid'],
    ['EXPOSE http', 'invalid'],
    ['USER a b', 'invalid'],
    ['STOPSIGNAL stop', 'invalid'],
    ['HEALTHCHECK curl', 'invalid'],
    ['HEALTHCHECK --interval=soon CMD a', 'invalid'],
  ])('refuses %s', (line, fault) => {
    try {
      read('', line);
      expect.fail('was not refused');
    } catch (error) {
      expect(error).toBeInstanceOf(BitiqError);
      const { code, fix, place, message } = error as BitiqError;
      expect(code).toBe(faults[fault]?.[0]);
      expect(fix).toMatch(faults[fault]![1]);
      expect(place).toMatchObject({ file: 'Dockerfile', line: 3 });
      expect(message).toMatch(/^Dockerfile:3: /);
    }
  });

  it.each([
    ['', 'invalid'],
    ['# only this', 'invalid'],
    ['CMD ["a"]\nFROM scratch', 'invalid'],
    ['ARG V=1\nFROM node:$V', 'variable'],
    ['FROM node:$V', 'variable'],
    ['FROM --platform=linux/arm64 node', 'unsupported'],
    ['FROM a b', 'invalid'],
    ['# syntax=example.com/frontend\nFROM a', 'unsupported'],
    ['# escape=`\nFROM a', 'unsupported'],
  ])('refuses the file %j', (text, fault) => {
    const [code, fix] = faults[fault]!;
    expect(() => readDockerfile(text, 'Dockerfile')).toThrowError(
      expect.objectContaining({ code, fix: expect.stringMatching(fix) as string }) as Error,
    );
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
