import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/command-list.ts';
import { trackedFiles } from './tracked-files.ts';

/** Goldens that belong to no one command. */
const ofNoCommand = ['bitiq', 'chart'];
const pathOf = (name: string) => name.replaceAll(' ', '/');

describe('every command', () => {
  it.each(commands.map((command) => [command.name, command] as const))('%s has goldens', (name) => {
    const folder = `test/golden/${pathOf(name)}/`;
    const goldens = trackedFiles.filter((file) => file.startsWith(folder));
    expect(goldens).toContain(`${folder}help.txt`);
    expect(goldens.length, `${folder} shows the help and at least one real run`).toBeGreaterThanOrEqual(2);
  });

  it.each(commands.map((command) => [command.name, command] as const))(
    '%s is told as the others are',
    (_, command) => {
      expect(trackedFiles).toContain(`src/cli/commands/${pathOf(command.name)}.ts`);
      expect(command.summary).toMatch(/^[a-z].*[^.]$/);
      expect(command.examples.length).toBeGreaterThan(0);
      for (const example of command.examples) expect(example.command).toContain(`bitiq ${command.name}`);
      for (const option of command.options ?? []) expect(option.summary).toMatch(/^\S.*[^.]$/s);
      const flags = (command.options ?? []).map((option) => option.flags.split(' ')[0]);
      if (
        command.group === 'Writes' &&
        !['generate', 'appversion'].includes(command.name) &&
        !command.name.startsWith('service')
      )
        for (const flag of ['--dry-run', '--reason', '--json', '--repo']) expect(flags).toContain(flag);
      if (command.group === 'Reads') expect(flags).toContain('--json');
    },
  );

  it('is the reason for each folder of goldens', () => {
    const folders = trackedFiles.flatMap((file) => /^test\/golden\/(.+)\/[^/]+\.txt$/.exec(file)?.[1] ?? []);
    const known = new Set([...ofNoCommand, ...commands.map((command) => pathOf(command.name))]);
    expect([...new Set(folders)].filter((folder) => !known.has(folder))).toEqual([]);
  });
});
