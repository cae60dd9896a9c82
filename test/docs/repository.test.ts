import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/command-list.ts';
import { errorCatalogue } from '../../src/model/error-catalogue/catalogue.ts';
import { gitOpsRepository, root } from '../kit/gitops-repository.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
const pages = tracked.filter((path) => path.endsWith('.md') && !path.startsWith('test/'));

describe('the reference', () => {
  it('has a section for every command and every error code', () => {
    const headings = (path: string) => [...read(path).matchAll(/^## (.+)$/gm)].map((match) => match[1]);
    for (const command of commands) expect(headings('docs/reference/cli.md')).toContain(command.name);
    for (const code of Object.keys(errorCatalogue))
      expect(headings('docs/reference/errors.md')).toContain(code);
  });

  it('is generated where its folder is, and nowhere else', () => {
    const { checkout } = gitOpsRepository();
    const generate = (...args: string[]) =>
      spawnSync(process.execPath, [join(root, 'dist/cli/main.js'), 'generate', ...args], {
        cwd: checkout,
        encoding: 'utf8',
      });
    expect(generate().stdout).not.toContain('docs/reference');
    expect(generate('--check').status).toBe(0);
    mkdirSync(join(checkout, 'docs', 'reference'), { recursive: true });
    writeFileSync(join(checkout, 'docs/reference/cli.md'), '');
    expect(generate('--check')).toMatchObject({
      status: 1,
      stdout: 'docs/reference/services.md\ndocs/reference/cli.md\ndocs/reference/errors.md\n',
    });
    generate();
    expect(readFileSync(join(checkout, 'docs/reference/cli.md'), 'utf8')).toContain('\n## promote\n');
    expect(generate('--check').status).toBe(0);
  });
});

describe('the README', () => {
  it('names every top-level entry', () => {
    const entries = new Set(tracked.map((path) => path.split('/')[0]!));
    entries.delete('README.md');
    const named = new Set(
      [...read('README.md').matchAll(/\]\((\.?[\w.-]+)[^)]*\)/g)].map((match) => match[1]),
    );
    expect([...entries].filter((entry) => !named.has(entry))).toEqual([]);
  });

  it('starts with two commands that exist', () => {
    const readme = read('README.md');
    expect(readme).toMatch(/^\.\/bitiq up\b/m);
    expect(readme).toMatch(/^npm cit\b/m);
    expect(statSync(join(root, 'bitiq')).mode & 0o111).not.toBe(0);
    expect(commands.map((command) => command.name)).toContain('up');
    expect((JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts).toHaveProperty(
      'test',
    );
  });
});

describe('two clicks from the README', () => {
  const linksOf = (page: string) =>
    [...read(page).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, link = '']) =>
      join(dirname(page), link),
    );
  const first = linksOf('README.md');
  const second = first.filter((path) => path.endsWith('.md') && tracked.includes(path)).flatMap(linksOf);
  const reached = new Set([...first, ...second].map((path) => path.replace(/\/$/, '')));

  it.each([
    ['page of docs', /^docs\/[^/]+\.md$/],
    ['page of the reference', /^docs\/reference\//],
    ['decision', /^docs\/decisions\//],
    ['policy', /^policies\/[^/]+\/policy\.yaml$/],
    ['workflow', /^\.github\/workflows\//],
    ['page beside what it explains', /^(?!docs\/|\.github\/)[\w/-]+\.md$/],
    ['statement on security', /SECURITY\.md$/],
  ])('is every %s', (_, pattern) => {
    const wanted = tracked.filter((path) => pattern.test(path) && !/^test\/(?!README)/.test(path));
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.filter((path) => !reached.has(path) && path !== 'README.md')).toEqual([]);
  });
});

describe('every page', () => {
  it('names only commands that exist', () => {
    const first = new Set(commands.map((command) => command.name.split(' ')[0]));
    const unknown = pages.flatMap((page) =>
      [...read(page).matchAll(/(?:`|^\$ |^\.\/)(?:\.\/)?bitiq ([a-z]+)\b/gm)]
        .filter((match) => !first.has(match[1]!))
        .map((match) => `${page}: ${match[0]}`),
    );
    expect(unknown).toEqual([]);
  });

  it('tells no place of the machine that it was written on', () => {
    const told = pages.filter((page) => /\/(?:home|root|work|Users)\//.test(read(page)));
    expect(told).toEqual([]);
  });
});
