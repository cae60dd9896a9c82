import { defineCommand } from '../../command.ts';
import { readOptions } from '../../common-options.ts';
import { openForReading } from '../../open.ts';
import {
  connectWith,
  readWebhookSecret,
  reportWebhooks,
  secretOptions,
  serviceArgument,
  urlOption,
} from '../../webhooks.ts';

export const webhookCreateCommand = defineCommand({
  name: 'webhook create',
  group: 'Runs',
  summary: "create webhooks that notify the EventListener of pushes to the services' repositories",
  description:
    "Creates a signed JSON webhook for pushes in each service's repository. An existing webhook with the same address is updated, so you can run the command again, for example to change the secret. It needs GITHUB_TOKEN (or GH_TOKEN) with the permission to write webhooks. The secret is never an argument.",
  arguments: [serviceArgument],
  options: [
    urlOption,
    ...secretOptions,
    { flags: '--ping', summary: 'let GitHub send a ping to each, and show the answer' },
    { flags: '--dry-run', summary: 'show which webhooks would be created and which changed' },
    ...readOptions,
  ],
  examples: [
    {
      command: 'bitiq webhook create --url https://hooks.example.com/ --secret-from-cluster --ping',
      summary: 'for all services',
    },
    {
      command: 'bitiq webhook create toy-web --url https://hooks.example.com/ --dry-run',
      summary: 'see what would be done for one service, with $BITIQ_WEBHOOK_SECRET set',
    },
  ],
  exitCodes: { 3: 'at least one failed' },
  run: async (context) => {
    const url = context.options.url;
    const dryRun = context.options.dryRun === true;
    const { requireTarget } = await import('../../../actions/webhook/each-service.ts');
    const { createWebhooks } = await import('../../../actions/webhook/create.ts');
    const { config } = await openForReading(context);
    const target = { config, url, dryRun, service: context.args[0] };
    // What is wrong with the command itself is said before the secret and the token are requested.
    requireTarget(target);
    const secret = dryRun ? '' : await readWebhookSecret(context);
    const connect = await connectWith(context);
    const steps = await createWebhooks({ ...target, secret, connect, ping: context.options.ping === true });
    return reportWebhooks(context, steps);
  },
});
