import { describe, expect, it } from 'vitest';
import { findKnownSecrets } from '../../src/model/find-secrets.ts';
import { linesWith, textOf, trackedFiles } from './tracked-files.ts';

const self = 'test/repository/texts.test.ts';
const files = trackedFiles.filter((file) => file !== self);

describe('no tracked file', () => {
  it('holds what looks like a secret', () => {
    const found = files.flatMap((file) => {
      const text = textOf(file);
      if (text.includes('\0')) return [];
      return findKnownSecrets(text).map(({ what, start }) => {
        const line = text.slice(0, start).split('\n').length;
        return `${file}:${line}: ${what}: ${text.split('\n')[line - 1]?.trim()}`;
      });
    });
    // What a test makes up as it runs, and what says that it is not one.
    expect(found.filter((line) => !line.includes('${') && !line.includes('not-a-secret'))).toEqual([]);
  });

  it('names a folder of the machine that it was written on', () => {
    const written = files.filter((file) => !file.startsWith('test/'));
    expect(linesWith(/(?<![\w.$}])\/(?:work|root|home\/\w+|Users\/\w+|tmp\/boot)\//, written)).toEqual([]);
  });

  it('names the host of a package registry', () => {
    expect(
      linesWith(/registry\.(npmjs|yarnpkg|npmmirror)\.|(proxy|sum)\.golang\.org|pythonhosted\.org/, files),
    ).toEqual([]);
  });

  it('has a lock file that says from which machine packages came', () => {
    for (const file of files.filter((each) => each.endsWith('package-lock.json')))
      expect(textOf(file)).not.toContain('"resolved"');
  });
});

describe('plain English', () => {
  /** Words of another language's grammar, and of older books: what to write instead. */
  const odd: readonly (readonly [pattern: RegExp, instead: string])[] = [
    [
      /(?<!\bthere (?:still |also )?)\b(?:is|are|was|were) no (?!longer\b|more\b|one\b)[a-z]/i,
      '"is not a …", or "there is no …"',
    ],
    [/(?<!\bthere )\b(?:is|are) none\b/i, '"is not one"'],
    [/(?<!-)\banew\b/i, '"again"'],
    [/\bnobody\b/i, 'name who does not, or "no one"'],
    [/\bstands in\b/i, '"is in"'],
    [/\bmend(?:s|ed)?\b(?! the login)/i, '"fix"'],
    [/\bwhoever\b/i, '"anyone who"'],
    [/\basked for\b/i, '"requested"'],
    [/\b(?:is|are) (?:held|frozen) by\b.*\bsince\b/i, '"… has held … since"'],
  ];
  // What bitiq prints, and what a reader of its source reads.
  const read = files.filter(
    (file) => /^src\/.*(?<!\.test)\.ts$/.test(file) || file.startsWith('test/golden/'),
  );

  it.each(odd)('has nothing that %s finds: write %s', (pattern) => {
    expect(linesWith(pattern, read)).toEqual([]);
  });

  it.each([
    ['X is no owner', 0],
    ['there was no owner', -1],
    ['it is no longer there', -1],
    ['and this is none', 1],
    ['undefined when there is none', -1],
    ['prod is held by Ada since Monday', 8],
  ])('judges %j', (text, index) => {
    expect(odd.findIndex(([pattern]) => pattern.test(text))).toBe(index);
  });
});

describe('a version stands in one place', () => {
  const floor = /"node": ">=([0-9.]+)"/.exec(textOf('package.json'))?.[1] ?? '';

  it('Node.js: package.json, and who cannot read it says the same', () => {
    expect(floor).toMatch(/^\d+\.\d+$/);
    const said = /Node(?:\.js)? (\d+\.\d+)|(\d+\.\d+) or newer/;
    for (const file of ['bitiq', 'src/actions/doctor.ts', 'README.md', 'CONTRIBUTING.md'].filter((each) =>
      files.includes(each),
    )) {
      const lines = linesWith(/Node(\.js)?.* or newer|runs bitiq: /, [file]);
      for (const line of lines) expect(said.exec(line)?.slice(1).find(Boolean), line).toBe(floor);
    }
  });

  it('Helm: src/helm/pinned-release.ts, and the Go module that builds it', () => {
    const pinned = /pinnedVersion = '([0-9.]+)'/.exec(textOf('src/helm/pinned-release.ts'))?.[1] ?? '';
    expect(textOf('tools/helm/go.mod')).toContain(`helm.sh/helm/v4 v${pinned}`);
    const own = files.filter(
      (file) => /^(src|tools|docs|\.github|\.ci)\//.test(file) && !/\.test\.ts$|go\.(mod|sum)$/.test(file),
    );
    const strays = linesWith(new RegExp(pinned.replaceAll('.', '\\.')), own);
    expect(strays.filter((line) => !line.startsWith('src/helm/pinned-release.ts:'))).toEqual([]);
  });

  it('the place of images: bitiq.yaml and what is made from it', () => {
    const code = files.filter((file) => /^src\/.*\.ts$/.test(file) && !file.endsWith('.test.ts'));
    const strays = linesWith(/ghcr\.io\/bitiq-io/, code).filter((line) => !/such as|for example/.test(line));
    expect(strays).toEqual([]);
  });
});
