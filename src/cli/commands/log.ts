import type { LedgerEntry } from '../../actions/read/ledger.ts';
import type { Repository } from '../../git/repository.ts';
import { BitiqError } from '../../model/errors.ts';
import { defineCommand, type CommandContext } from '../command.ts';
import { readOptions } from '../common-options.ts';
import { openForReading } from '../open.ts';
import { printAge } from '../../model/age.ts';
import { painter } from '../print.ts';
import { printChanges } from '../print-plan.ts';

export const logCommand = defineCommand({
  name: 'log',
  group: 'Reads',
  summary: 'show how an environment moved, newest first',
  description:
    'Shows the ledger of an environment: the history of its pointer if it is pinned, or of its values file if it follows main. Each entry says who moved it, when and why, which versions changed, and, where health is recorded, which versions were never seen healthy there.',
  arguments: [{ name: 'env', summary: 'the environment' }],
  options: [{ flags: '-n, --limit <count>', summary: 'how many moves (default: 20)' }, ...readOptions],
  examples: [
    { command: 'bitiq log prod', summary: 'the releases that prod pointed at' },
    { command: 'bitiq log dev -n 5', summary: 'the last five moves of dev' },
  ],
  run: async (context) => {
    const { readLedger } = await import('../../actions/read/ledger.ts');
    const { requireEnvironment } = await import('../../actions/read/read-state.ts');
    const limit = Number(context.options.limit ?? 20);
    if (!Number.isInteger(limit) || limit < 1 || limit > 100_000) throw badLimit();
    const { repository, head, config } = await openForReading(context);
    const environment = requireEnvironment(config, context.args[0]);
    const entries = await readLedger(repository, { head, environment, limit });
    const { findUnseenServices } = await import('../../actions/read/unseen-services.ts');
    const unseen = await findUnseenServices(repository, environment.name, entries);
    const moves = entries.map((entry, index): Move => ({ ...entry, unseen: unseen[index] }));
    if (context.options.json === true) context.out(JSON.stringify(moves.map(toJson), null, 2));
    else if (entries.length === 0) context.note(await noMoves(repository, environment.name));
    else context.out(moves.map((move, index) => printEntry(move, context, moves[index + 1])).join('\n\n'));
    return 0;
  },
});

/** Where the history is cut off, that it has no move says nothing of what is not here. */
async function noMoves(repository: Repository, environment: string): Promise<string> {
  const { isShallow } = await import('../../git/shallow.ts');
  return (await isShallow(repository))
    ? `The local history has no move of ${environment}.`
    : `${environment} has not moved yet.`;
}

/** A move with the services that were never seen healthy in it; undefined where that is not known. */
interface Move extends LedgerEntry {
  readonly unseen: readonly string[] | undefined;
}

function printEntry(entry: Move, context: CommandContext, before: Move | undefined): string {
  const paint = painter(context.colour);
  const lines = [
    `${paint('bold', entry.release)}  ${entry.action}  ${printAge(new Date(entry.date), context.now())} ago by ${entry.by}  ${paint('dim', entry.commit.slice(0, 7))}`,
    ...(entry.reason === undefined ? [] : [`  reason: ${entry.reason}`]),
  ];
  if (entry.unseen !== undefined && entry.unseen.length > 0) {
    lines.push(paint('red', `  never seen healthy: ${entry.unseen.join(', ')}`));
  }
  if (entry.changes === undefined) {
    lines.push(`  (the versions ${entry.combination ? 'before this cannot' : 'cannot'} be read)`);
  } else if (entry.changes.length > 0) lines.push(printChanges(entry.changes, paint));
  else if (before !== undefined && before.combination === undefined)
    lines.push('  no version changes since they could be read last');
  else lines.push('  no version changes: the chart or the configuration changed');
  return lines.join('\n');
}

function toJson({ unseen, ...entry }: Move): unknown {
  return {
    ...entry,
    neverSeenHealthy: unseen ?? null,
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
