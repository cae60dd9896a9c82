import { basename, dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linesWith, root, textOf, trackedFiles } from './tracked-files.ts';

const sources = trackedFiles.filter((file) => /^src\/.*\.ts$/.test(file) && !file.endsWith('.test.ts'));

describe('the repository', () => {
  it('names files in kebab-case, after what they do', () => {
    const named = trackedFiles.filter((file) => /^(src|test|tools|policies|pipelines)\//.test(file));
    const badly = named.filter((file) => {
      const name = basename(file).replace(/^[_.]/, '');
      // Go wants `_test.go`.
      return !/^(README\.md|[a-z0-9-]+_test\.go|go\.(mod|sum)|Dockerfile|Chart\.yaml|[a-z0-9]+([.-][a-z0-9]+)*)$/.test(
        name,
      );
    });
    expect(badly).toEqual([]);
    const vague = trackedFiles.filter(
      (file) =>
        /^(src|test|tools)\//.test(file) && /(^|[/.-])(utils?|helpers?|manager|misc|common)[.-]/.test(file),
    );
    expect(vague.filter((file) => file !== 'src/cli/common-options.ts')).toEqual([]);
  });

  it('names nothing a manager, helper or util', () => {
    const declared = /\b(?:class|interface|type|function|const)\s+\w*(?:Manager|Helper|Utils?)\b/;
    // Docker's own word for the programs that know credentials.
    const found = linesWith(declared, sources).filter((line) => !line.includes('askHelper'));
    expect(found).toEqual([]);
  });

  it('has barrels nowhere but at the entry of the package and at the doors of folders', () => {
    const doors = ['src/index.ts', 'src/tekton/index.ts'];
    const barrels = sources.filter(
      (file) => !doors.includes(file) && /^export (\*|\{[^}]*\}) from /m.test(textOf(file)),
    );
    const forwarding = barrels.filter(
      (file) => !/^(export )?(function|const|class|interface|type) /m.test(textOf(file)),
    );
    expect(forwarding).toEqual([]);
    expect(sources.filter((file) => basename(file) === 'index.ts')).toEqual(doors);
  });

  it('has the same files in each folder of a kind', () => {
    const kinds: readonly (readonly [kind: RegExp, files: readonly string[]])[] = [
      [/^pipelines\/tasks\/[^/]+$/, ['README.md', 'task.yaml']],
      [/^test\/fixtures\/invalid\/[^/]+$/, ['fault.yaml']],
      [/^test\/fixtures\/invalid-values\/[^/]+$/, ['message.txt', 'values.yaml']],
      [/^environments\/[^/]+$/, ['application.yaml', 'freezes.yaml', 'holds.yaml']],
      [/^examples\/[^/]+$/, ['Dockerfile', 'package.json', 'README.md']],
    ];
    const folders = new Set(trackedFiles.map(dirname));
    for (const [kind, files] of kinds) {
      const found = [...folders].filter((folder) => kind.test(folder));
      expect(found.length, `${kind}`).toBeGreaterThan(0);
      for (const folder of found)
        for (const file of files) expect(trackedFiles).toContain(`${folder}/${file}`);
    }
  });

  it('asks properties for the same cases in every run', () => {
    const tests = trackedFiles.filter((file) => /\.tsx?$/.test(file) && file !== 'test/kit/fast-check.ts');
    expect(linesWith(/ from 'fast-chec[k]'/, tests), 'import test/kit/fast-check.ts instead').toEqual([]);
  });

  it('ends every text file in a newline, with Unix line ends', () => {
    const texts = trackedFiles.filter(
      (file) =>
        !/\.(png|ico|gz|tgz)$/.test(file) &&
        !file.startsWith('test/fixtures/') &&
        !file.startsWith('test/golden/'),
    );
    expect(
      texts.filter((file) => {
        const text = textOf(file);
        return text.includes('\r\n') || (text !== '' && !text.endsWith('\n'));
      }),
    ).toEqual([]);
    expect(root).toMatch(/\/$/);
  });
});
