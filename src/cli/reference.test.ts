import { check, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { errorCatalogue } from '../model/error-catalogue/catalogue.ts';
import { commands } from './command-list.ts';
import { referencePages } from './reference.ts';

const pages = referencePages(commands);
const commandPage = pages.get('docs/reference/cli.md') ?? '';
const errorPage = pages.get('docs/reference/errors.md') ?? '';

describe('the pages of the reference', () => {
  it('have one section a command and one a code, named as they are', () => {
    expect(headingsOf(commandPage)).toEqual(['Exit codes', ...commands.map((command) => command.name)]);
    expect(headingsOf(errorPage)).toEqual(Object.keys(errorCatalogue).sort());
  });

  it('say everything that the data of a command says', () => {
    for (const command of commands) {
      const section = commandPage.split(`\n## ${command.name}\n`)[1]?.split('\n## ')[0] ?? '';
      for (const { flags } of command.options ?? []) expect(section).toContain(`- \`${flags}\`: `);
      for (const { name } of command.arguments ?? []) expect(section).toContain(`- \`${name}\`: `);
      for (const example of command.examples)
        expect(section).toContain(`# ${example.summary}\n${example.command}`);
      expect(section).toContain(`\nbitiq ${command.name} [options]`);
    }
  });

  it('show an angle bracket as one, not as HTML', () => {
    for (const page of pages.values()) {
      const prose = page.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
      expect(prose.match(/(?<!\\)<(?!!--)[^\n]*/)).toBeNull();
    }
    expect(errorPage).toContain(String.raw`vX.Y.Z-N.g\<sha>`);
  });

  it('are as the formatter wants them, so that generating and formatting agree', async () => {
    for (const [path, page] of pages) {
      const options = await resolveConfig(path);
      expect(await check(page, { ...options, filepath: path })).toBe(true);
    }
  });
});

function headingsOf(page: string): string[] {
  return [...page.matchAll(/^## (.+)$/gm)].map((match) => match[1] ?? '');
}
