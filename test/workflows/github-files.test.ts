import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { root, textOf, trackedFiles } from '../repository/tracked-files.ts';

const folder = '.github/workflows';
const names = readdirSync(join(root, folder));
const workflows = new Map(names.map((name) => [name, parse(textOf(`${folder}/${name}`)) as any]));
const jobs = [...workflows].flatMap(([name, { jobs }]) =>
  Object.entries<any>(jobs).map(([job, value]) => ({ name: `${name} ${job}`, ...value })),
);
const commandsOf = (job: any): string[] => job.steps.flatMap(({ run }: any) => (run ? [run.trim()] : []));

describe('the workflows', () => {
  it('are told on their page, each by its name', () => {
    const page = textOf('docs/workflows.md');
    for (const [name, { name: title }] of workflows) {
      expect(`${title}.yml`).toBe(name);
      expect(page).toContain(`[${title}](../${folder}/${name})`);
    }
  });

  it('run scripts that are there, and no script is run by none', () => {
    const run = jobs.flatMap(commandsOf).join('\n');
    const called = new Set([...run.matchAll(/(?:tools\/workflows|\.ci)\/[\w.-]+/g)].map(([path]) => path));
    for (const path of called) expect(trackedFiles).toContain(path);
    for (const path of [...called].filter((each) => !each.endsWith('.js')))
      expect(statSync(join(root, path)).mode & 0o111, path).not.toBe(0);
    const scripts = trackedFiles.filter((path) => /^tools\/workflows\/[^/]+$/.test(path));
    const parts = scripts.filter((path) =>
      scripts.some((other) => textOf(other).includes(`'./${path.split('/').at(-1)}'`)),
    );
    expect(scripts.filter((path) => !parts.includes(path)).sort()).toEqual(
      [...called].filter((path) => path.startsWith('tools/')).sort(),
    );
  });

  it('keep shell out of the YAML, but where the image is published', () => {
    const long = jobs.flatMap((job) =>
      commandsOf(job).map((run) => ({ job: job.name, lines: run.split('\n').length })),
    );
    expect(long.filter(({ lines }) => lines > 1).map(({ job }) => job)).toEqual(['release.yml publish']);
  });

  it('write only where they must', () => {
    const writing = jobs.flatMap(({ name, permissions }) => {
      const named = Object.entries<string>(permissions).filter(([, access]) => access === 'write');
      return named.length > 0 ? [`${name}: ${named.map(([scope]) => scope).join(', ')}`] : [];
    });
    expect(writing.sort()).toEqual([
      'appversion.yml write: contents',
      'healthy.yml record: contents',
      'promotion-gate.yml comment: pull-requests',
      'release.yml publish: contents, packages, id-token, attestations',
      'todo-to-issue.yml issues: issues',
    ]);
  });

  it('publish what another job built, where nothing of it runs', () => {
    const { build, publish } = workflows.get('release.yml').jobs;
    expect(build.permissions).toEqual({ contents: 'read' });
    expect(publish.needs).toBe('build');
    const used = publish.steps.map((step: any) => `${step.uses ?? ''}${step.run ?? ''}`).join('\n');
    expect(used).not.toMatch(/actions\/(checkout|setup-node)|\b(npm|npx|node|bitiq) |\.\//);
  });

  it('never run what a pull request brings beside a token that can write', () => {
    const { on, jobs } = workflows.get('promotion-gate.yml');
    expect(Object.keys(on)).toEqual(['pull_request', 'push', 'schedule']);
    expect(jobs.cache.if).toContain(
      'github.ref_name == (vars.BITIQ_BRANCH || github.event.repository.default_branch)',
    );
    const [checkout] = jobs.comment.steps;
    expect(checkout.with.ref).toBe('${{ github.event.pull_request.base.sha }}');
    expect(jobs.gate.permissions).toEqual({ contents: 'read' });
    for (const { name, steps } of Object.values<any>(jobs))
      for (const step of steps) expect(JSON.stringify(step), name).not.toContain('secrets.');
  });

  it('test on what package.json says that it runs on', () => {
    const { engines } = JSON.parse(textOf('package.json')) as { engines: { node: string } };
    const tested: number[] = workflows.get('ci.yml').jobs.test.strategy.matrix.node;
    expect(Math.min(...tested)).toBe(Number(/\d+/.exec(engines.node)?.[0]));
  });
});

describe('the other files for GitHub', () => {
  it('are forms that GitHub takes', () => {
    for (const form of ['bug', 'feature']) {
      const { name, description, body } = parse(textOf(`.github/ISSUE_TEMPLATE/${form}.yml`)) as any;
      expect([name, description].every((text) => typeof text === 'string' && text !== '')).toBe(true);
      for (const { type, id, attributes } of body) {
        expect(['textarea', 'input', 'dropdown', 'checkboxes']).toContain(type);
        expect(id).toMatch(/^[a-z]+$/);
        expect(attributes.label).toMatch(/\S/);
        if (type === 'dropdown') expect(attributes.options.length).toBeGreaterThan(1);
      }
      expect(new Set(body.map(({ id }: any) => id)).size).toBe(body.length);
    }
    const { contact_links: links } = parse(textOf('.github/ISSUE_TEMPLATE/config.yml')) as any;
    for (const { name, url, about } of links) {
      expect(url).toMatch(/^https:\/\/github\.com\/bitiq-io\/bitiq\//);
      expect(name && about).toBeTruthy();
    }
  });

  it('name folders and files that are there', () => {
    const covered = (pattern: string) => {
      const expression = pattern.replace(/^\//, '').replace(/[.+?]/g, '\\$&').replace(/\*/g, '[^/]*');
      return trackedFiles.some((path) =>
        new RegExp(`^${expression}${pattern.endsWith('/') ? '' : '(?:/|$)'}`).test(path),
      );
    };
    const owned = textOf('.github/CODEOWNERS')
      .split('\n')
      .filter((line) => line.startsWith('/'));
    for (const line of owned) {
      expect(covered(line.split(/\s+/)[0]!), line).toBe(true);
      expect(line).toMatch(/(?:\s+@bitiq-io\/[a-z]+)+$/);
    }
    const { updates } = parse(textOf('.github/dependabot.yml')) as any;
    const manifests: Record<string, string> = {
      'github-actions': '.github/workflows/ci.yml',
      npm: 'package.json',
      gomod: 'go.mod',
      docker: 'Dockerfile',
    };
    for (const { 'package-ecosystem': kind, directory, directories } of updates)
      for (const each of directories ?? [directory])
        expect(covered(`${each === '/' ? '' : each}/${manifests[kind]}`), `${kind} ${each}`).toBe(true);
    const modules = trackedFiles
      .filter((path) => path.endsWith('/go.mod'))
      .map((path) => `/${path.replace('/go.mod', '')}`);
    const listed = updates.find((each: any) => each['package-ecosystem'] === 'gomod').directories;
    expect(modules.filter((path) => /^\/tools\/[^/]+$/.test(path)).sort()).toEqual(
      expect.arrayContaining(listed),
    );
  });
});
