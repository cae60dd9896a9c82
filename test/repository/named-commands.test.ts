import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/command-list.ts';
import type { CommandSpec } from '../../src/cli/command.ts';
import { buildProgram, normalizeHelp } from '../../src/cli/program.ts';
import { textOf, trackedFiles } from './tracked-files.ts';

interface Named {
  readonly file: string;
  /** As a person would write it; what the code puts in is the word `x`. */
  readonly line: string;
}

/** Pages that are generated from what is checked here, or that tell of other programs. */
const left = /^docs\/(?:decisions\/|reference\/tekton-conformance)/;

const sources = trackedFiles.filter(
  (file) =>
    (/^src\/.*\.ts$/.test(file) && !file.endsWith('.test.ts')) ||
    (/^(?:README|docs\/.*)\.md$/.test(file) && !left.test(file)) ||
    /^policies\/[^/]+\/policy\.yaml$/.test(file),
);

const named = sources.flatMap((file): Named[] => {
  const text = textOf(file)
    .replace(/^```[\s\S]*?^```/gm, '')
    // In a template literal the marks are escaped.
    .replaceAll('\\`', '`');
  return [...text.matchAll(/`((?:\.\/)?bitiq(?: [^`\n]*)?)`/g)].map(([, line = '']) => ({
    file,
    line: line.replace(/\$\{[^}]*\}/g, 'x'),
  }));
});

function hasOption({ options = [] }: CommandSpec, word: string): boolean {
  return options.some(({ flags }) => flags.split(/[ ,]+/).includes(word));
}

async function parse(line: string): Promise<string | undefined> {
  const args = line.replace(/^(?:\.\/)?bitiq ?/, '').match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  const words = args.map((each) => each.replace(/^(["'])(.*)\1$/, '$2'));
  // What a shell does with the output is not an argument.
  if (words.includes('>')) words.splice(words.indexOf('>'));
  const command = commands
    .filter(({ name }) => `${words.join(' ')} `.startsWith(`${name} `))
    .sort((a, b) => b.name.length - a.name.length)[0];
  // The name, alone or with a flag, speaks of the command.
  const more = words.slice(command?.name.split(' ').length);
  if (command && more.length <= 1 && more.every((each) => hasOption(command, each))) return undefined;
  if (words.length === 1 && commands.some(({ name }) => name.startsWith(`${words[0]} `))) return undefined;
  try {
    const program = buildProgram({
      commands,
      version: '',
      out: () => {},
      error: () => {},
      run: async () => {},
    });
    await program.parseAsync(normalizeHelp(program, words), { from: 'user' });
    return undefined;
  } catch (error) {
    const { message, exitCode } = error as Error & { readonly exitCode?: number };
    // Prose speaks of a command with an option and leaves its arguments out.
    const isProse = more[0]?.startsWith('-') && message.startsWith('Missing required argument');
    return exitCode === 0 || isProse ? undefined : message;
  }
}

describe('every command that a text of ours names', () => {
  it('is there, with these options and arguments', async () => {
    const faults: string[] = [];
    for (const { file, line } of named) {
      if (/<command>|^(?:\.\/)?bitiq$/.test(line) || line.startsWith('bitiq renders ')) continue;
      const fault = await parse(line);
      if (fault !== undefined) faults.push(`${file}: ${line}: ${fault}`);
    }
    expect(named.length).toBeGreaterThan(150);
    expect(faults).toEqual([]);
  });

  it('has the option that a fix names alone', () => {
    const options = new Set(
      commands.flatMap(({ options = [] }) => options.flatMap(({ flags }) => flags.match(/--[a-z-]+/g) ?? [])),
    );
    const faults = sources
      .filter((file) => file.startsWith('src/') && !/^src\/(?:git|registry|tekton|kubernetes)\//.test(file))
      .flatMap((file) =>
        [...textOf(file).matchAll(/fix: ?\n? *[`'"][^\n]*/g)].flatMap(([line]) =>
          // Such as `git fetch --unshallow`: that of another program stands behind its name.
          (line.match(/(?<=\\?`)--[a-z-]+/g) ?? [])
            .filter((option) => !options.has(option))
            .map((option) => `${file}: ${option}`),
        ),
      );
    expect(faults).toEqual([]);
  });
});
