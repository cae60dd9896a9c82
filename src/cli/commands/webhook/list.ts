import type { WebhookList } from '../../../actions/webhook/list.ts';
import { defineCommand } from '../../command.ts';
import { readOptions, type SharedContext } from '../../common-options.ts';
import { openForReading } from '../../open.ts';
import { printError } from '../../print-error.ts';
import { printTable } from '../../print.ts';
import { connectWith, serviceArgument } from '../../webhooks.ts';

export const webhookListCommand = defineCommand({
  name: 'webhook list',
  group: 'Runs',
  summary: "show the webhooks of the services' repositories",
  description:
    'Lists every webhook of each repository, including those of others: its address, its events, whether it is signed, and the answer to its last delivery. It needs GITHUB_TOKEN (or GH_TOKEN) with the permission to read webhooks.',
  arguments: [serviceArgument],
  options: readOptions,
  examples: [{ command: 'bitiq webhook list', summary: 'of all services' }],
  exitCodes: { 3: 'at least one repository could not be read' },
  run: async (context) => {
    const { listWebhooks } = await import('../../../actions/webhook/list.ts');
    const connect = await connectWith(context);
    const { config } = await openForReading(context);
    const lists = await listWebhooks({ config, service: context.args[0], connect });
    if (context.options.json === true) context.out(JSON.stringify(lists.map(toJson), null, 2));
    else context.out(printTable(lists.flatMap(rowsOf)));
    const failed = lists.filter(({ error }) => error !== undefined);
    for (const { service, error } of failed) printFailure(context, service, error);
    return failed.length > 0 ? 3 : 0;
  },
});

function rowsOf({ service, hooks, error }: WebhookList): string[][] {
  if (error) return [[service, '(not known)']];
  if (hooks.length === 0) return [[service, '(none)']];
  return hooks.map((hook) => [
    service,
    hook.url,
    hook.events.join(','),
    [
      hook.contentType,
      hook.hasSecret ? 'signed' : 'NOT SIGNED',
      ...(hook.verifiesTls ? [] : ['TLS not verified']),
      ...(hook.active ? [] : ['inactive']),
    ].join(', '),
    `last: ${hook.lastAnswer ?? 'nothing sent'}`,
  ]);
}

function printFailure(context: SharedContext, service: string, error: unknown): void {
  if (context.options.json !== true) context.note(`${service}: ${printError(error, false)}`);
}

function toJson({ error, ...list }: WebhookList): unknown {
  return { ...list, error: error ? { code: error.code, message: error.message, fix: error.fix } : null };
}
