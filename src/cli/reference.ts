import { errorCatalogue } from '../model/error-catalogue/catalogue.ts';
import type { CatalogueEntry } from '../model/error-catalogue/entry.ts';
import type { CommandSpec } from './command.ts';
import { describeOption, helpOf } from './program.ts';

/** The pages of the reference, path → whole content: one section a command, one a code, each with its name as its heading. */
export function referencePages(commands: readonly CommandSpec[]): Map<string, string> {
  return new Map([
    ['docs/reference/cli.md', printPage(commandPage(commands))],
    ['docs/reference/errors.md', printPage(errorPage())],
  ]);
}

const mark = '<!-- Written by `bitiq generate`; edit the sources that it names below, not this page. -->';

function commandPage(commands: readonly CommandSpec[]): string[] {
  const groups = [...new Set(commands.map((command) => command.group))];
  return [
    mark,
    '# The command line',
    'The output of `bitiq <command> --help` for every command, on one page. It is made from the data in [src/cli/commands](../../src/cli/commands/).',
    'Data goes to stdout, status to stderr. Colour is used on a terminal or when `FORCE_COLOR` is set, and never when `NO_COLOR` is.',
    ...groups.map((group) =>
      [
        `**${group}**\n`,
        ...commands
          .filter((command) => command.group === group)
          .map((command) => `- [${command.name}](#${anchorOf(command.name)}): ${prose(command.summary)}`),
      ].join('\n'),
    ),
    '## Exit codes',
    ['- 0: fine', '- 1: findings or differences', '- 2: usage', '- 3: something outside failed'].join('\n'),
    'A command that you end with Ctrl-C or a signal exits with 130, unless it shuts down cleanly, as `up` does.',
    ...commands.flatMap(commandSection),
  ];
}

function commandSection(command: CommandSpec): string[] {
  const given = (command.arguments ?? []).map(({ name, summary }) => `- \`${name}\`: ${prose(summary)}`);
  const options = (command.options ?? []).map(
    (option) =>
      `- \`${option.flags}\`: ${prose(describeOption(option))}${option.many ? '; can be given several times' : ''}`,
  );
  const codes = Object.entries(command.exitCodes ?? {}).map(
    ([code, meaning]) => `- ${code}: ${prose(meaning)}`,
  );
  return [
    `## ${command.name}`,
    sentence(command.summary),
    block('text', [usageOf(command)]),
    ...(command.description === undefined ? [] : [prose(command.description)]),
    ...listed('Arguments', given),
    ...listed('Options', options),
    'Examples:',
    block(
      'sh',
      command.examples.map((example) => `# ${example.summary}\n${example.command}`),
    ),
    ...listed('Exit codes', codes),
  ];
}

function errorPage(): string[] {
  const codes = Object.entries<CatalogueEntry>(errorCatalogue).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    mark,
    '# Error codes',
    'Every code that an error or a finding can carry. It is made from the data in [src/model/error-catalogue](../../src/model/error-catalogue/).',
    'A code is never renamed and never gets another meaning. Beside its code an error says what happened, what to do, and what state things are in.',
    ...codes.flatMap(([code, entry]) => [
      `## ${code}`,
      `**${prose(entry.title)}.** Exit code ${entry.exit}.`,
      prose(entry.explanation),
    ]),
  ];
}

function printPage(paragraphs: readonly string[]): string {
  return `${paragraphs.join('\n\n')}\n`;
}

function listed(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`${title}:`, items.join('\n')];
}

function block(language: string, parts: readonly string[]): string {
  return `\`\`\`${language}\n${parts.join('\n\n')}\n\`\`\``;
}

function sentence(text: string): string {
  return `${prose(text.charAt(0).toUpperCase() + text.slice(1))}.`;
}

/** A text of the data as Markdown: outside of code an angle bracket would begin HTML. */
function prose(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll('<', '\\<')))
    .join('');
}

/** The first line of the help. */
function usageOf(command: CommandSpec): string {
  return helpOf(command).split('\n', 1)[0]!.replace('Usage: ', '');
}

/** The anchor that GitHub gives to the heading of a command. */
function anchorOf(name: string): string {
  return name.replaceAll(' ', '-');
}
