import { defineCommand } from '../../command.ts';
import { readOptions } from '../../common-options.ts';
import { openForReading } from '../../open.ts';
import { connectWith, reportWebhooks, serviceArgument, urlOption } from '../../webhooks.ts';

export const webhookDeleteCommand = defineCommand({
  name: 'webhook delete',
  group: 'Runs',
  summary: "remove webhooks from the services' repositories",
  description:
    "Removes the webhooks with this address, and no others, from each service's repository. It needs GITHUB_TOKEN (or GH_TOKEN) with the permission to write webhooks.",
  arguments: [serviceArgument],
  options: [
    urlOption,
    { flags: '--dry-run', summary: 'show which webhooks would be removed' },
    ...readOptions,
  ],
  examples: [
    {
      command: 'bitiq webhook delete --url https://old.example.com/ --dry-run',
      summary: 'which services still use an old address',
    },
  ],
  exitCodes: { 3: 'at least one failed' },
  run: async (context) => {
    const url = context.options.url;
    const { requireTarget } = await import('../../../actions/webhook/each-service.ts');
    const { deleteWebhooks } = await import('../../../actions/webhook/delete.ts');
    const { config } = await openForReading(context);
    const target = { config, url, dryRun: context.options.dryRun === true, service: context.args[0] };
    requireTarget(target);
    const connect = await connectWith(context);
    return reportWebhooks(context, await deleteWebhooks({ ...target, connect }));
  },
});
