import type { LedgerEntry } from '../../actions/ledger.ts';
import { BitiqError } from '../../model/errors.ts';
import { flagOption, textOption, type CommandContext, type CommandSpec } from '../command.ts';
import { readOptions } from '../common-options.ts';
import { openForReading } from '../open.ts';
import { printAge } from '../../model/age.ts';
import { painter } from '../print.ts';
import { printChanges } from '../print-plan.ts';

export const log: CommandSpec = {
  name: 'log',
  group: 'Reads',
  summary: 'show how an environment moved, newest first',
  description:
    'The ledger of an environment: the history of its pointer when it is pinned, or of its values file when it follows main. Who moved it, when, why, and which versions changed.',
  arguments: [{ name: 'env', summary: 'the environment' }],
  options: [{ flags: '-n, --limit <count>', summary: 'how many moves (default: 20)' }, ...readOptions],
  examples: [
    { command: 'bitiq log prod', summary: 'the releases that prod ran' },
    { command: 'bitiq log dev -n 5', summary: 'the last five moves of dev' },
  ],
  run: async (context) => {
    const { readLedger } = await import('../../actions/ledger.ts');
    const { requireEnvironment } = await import('../../actions/read-state.ts');
    const limit = Number(textOption(context, 'limit') ?? 20);
    if (!Number.isInteger(limit) || limit < 1 || limit > 100_000) throw badLimit();
    const { repository, head, config } = await openForReading(context);
    const environment = requireEnvironment(config, context.args[0] ?? '');
    const entries = await readLedger(repository, { head, environment, limit });
    if (flagOption(context, 'json')) context.out(JSON.stringify(entries.map(toJson), null, 2));
    else if (entries.length === 0) context.note(`${environment.name} has not moved yet.`);
    else context.out(entries.map((entry) => printEntry(entry, context)).join('\n\n'));
    return 0;
  },
};

function printEntry(entry: LedgerEntry, context: CommandContext): string {
  const paint = painter(context.colour);
  const lines = [
    `${paint('bold', entry.release)}  ${entry.action}  ${printAge(new Date(entry.date), context.now())} ago by ${entry.by}  ${paint('dim', entry.commit.slice(0, 7))}`,
    ...(entry.reason === undefined ? [] : [`  reason: ${entry.reason}`]),
  ];
  if (entry.changes === undefined) lines.push('  (what it ran before cannot be read)');
  else if (entry.changes.length === 0)
    lines.push('  no version changes: the chart or the configuration changed');
  else lines.push(printChanges(entry.changes, paint));
  return lines.join('\n');
}

function toJson(entry: LedgerEntry): unknown {
  return {
    ...entry,
    reason: entry.reason ?? null,
    changes: entry.changes ?? null,
    combination: entry.combination ? Object.fromEntries(entry.combination) : null,
  };
}

function badLimit(): BitiqError {
  return new BitiqError({
    code: 'usage',
    message: '--limit must be a whole number from 1 to 100000.',
    fix: 'For example `bitiq log prod --limit 5`.',
  });
}
