import { expect, it } from 'vitest';
import { defineCommand, orNoAnswer } from './command.ts';
import type { SharedContext } from './common-options.ts';
import { BitiqError } from '../model/errors.ts';

const command = {
  name: 'x',
  group: 'Reads',
  summary: 'x',
  examples: [],
} as const;

it('gives run the options and arguments that the specs declare, and no others', () => {
  const spec = defineCommand({
    ...command,
    arguments: [
      { name: 'from', summary: '' },
      { name: 'to', summary: '', optional: true },
    ],
    options: [
      { flags: '-d, --dry-run', summary: '' },
      { flags: '--no-image-check', summary: '' },
      { flags: '--tag <tag>', summary: '', required: true },
      { flags: '--reason <text>', summary: '' },
      { flags: '--set <service=tag>', summary: '', many: true },
    ],
    run: async ({ args, options }) => {
      const typed: readonly [string, string | undefined] = args;
      const { dryRun, imageCheck, tag, reason, set } = options;
      const values: [boolean | undefined, boolean | undefined, string, string | undefined] = [
        dryRun,
        imageCheck,
        tag,
        reason,
      ];
      const list: readonly string[] | undefined = set;
      // @ts-expect-error the option is called dryRun
      const misspelt: unknown = options.dryrun;
      // @ts-expect-error a text may be missing, unless it is required
      const text: string = reason;
      // @ts-expect-error no third argument is declared
      const third: unknown = args[2];
      return [typed, values, list, misspelt, text, third].length;
    },
  });
  expect(spec.options).toHaveLength(5);
});

it('gives a last argument that takes many as a list with at least one', () => {
  const spec = defineCommand({
    ...command,
    arguments: [
      { name: 'env', summary: '' },
      { name: 'services', summary: '', many: true },
    ],
    run: async ({ args: [environment, first, ...others] }) => {
      const texts: [string, string, string[]] = [environment, first, others];
      return texts.length;
    },
  });
  expect(spec.arguments).toHaveLength(2);
});

it('lets no error end with the exit code that is an answer', async () => {
  const fault = (code: 'config-invalid' | 'tool-failed') =>
    orNoAnswer(() => Promise.reject(new BitiqError({ code, message: 'm', fix: 'f' })));
  await expect(fault('config-invalid')).rejects.toMatchObject({
    code: 'config-invalid',
    exit: 2,
    message: 'm',
  });
  await expect(fault('tool-failed')).rejects.toMatchObject({ exit: 3 });
  expect(await orNoAnswer(async () => 1)).toBe(1);
});

it('lets a function that several commands call read the options that commands share, and no others', () => {
  const read = ({ options }: SharedContext) => {
    // @ts-expect-error the option is called offline
    const misspelt: unknown = options.ofline;
    return [options.repo, options.imageCheck, misspelt];
  };
  expect(read).toHaveLength(1);
});
