import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { BitiqError } from '../../../model/errors.ts';
import { defineCommand } from '../../command.ts';
import { painter } from '../../print.ts';

export const triggerEvalCommand = defineCommand({
  name: 'trigger eval',
  group: 'Runs',
  endsItself: false,
  summary: 'show which triggers a recorded webhook would fire, and what they would create',
  description:
    'Reads a raw HTTP request from a file and handles it as the EventListener would, but creates nothing. Secrets come from environment variables, so that they do not appear in the process list. With GITHUB_API_URL, such as https://api.github.com, the github interceptor asks GitHub for changed files and owners; without it such a trigger is rejected.',
  options: [
    { flags: '--request <file>', summary: 'the raw HTTP request', required: true },
    {
      flags: '-f, --file <path>',
      summary: 'a file or folder with Tekton Triggers YAML (default: pipelines)',
      many: true,
    },
    { flags: '--listener <name>', summary: 'the EventListener, if the files contain several' },
    {
      flags: '--secret-env <name/key=VARIABLE>',
      summary: 'a key of a Secret, from an environment variable',
      many: true,
    },
    { flags: '--json', summary: 'print JSON' },
  ],
  examples: [
    {
      command: 'WEBHOOK=… bitiq trigger eval --request push.txt --secret-env github-webhook/secret=WEBHOOK',
      summary: 'a recorded push webhook',
    },
  ],
  exitCodes: { 0: 'at least one trigger fires', 1: 'no trigger fires' },
  run: async (context) => {
    const { evaluateTrigger } = await import('../../../actions/trigger/eval.ts');
    const files = context.options.file ?? [];
    const answer = await evaluateTrigger({
      files: (files.length > 0 ? files : ['pipelines']).map((file) => resolve(context.cwd, file)),
      listener: context.options.listener,
      request: resolve(context.cwd, context.options.request),
      secrets: secretsOf(context.options.secretEnv ?? [], context.env),
      githubApi: context.env['GITHUB_API_URL'] || undefined,
      signal: context.signal,
      eventId: randomUUID(),
      newUid: randomUUID,
    });
    const fired = answer.triggers.some((trigger) => trigger.outcome === 'fired');
    if (context.options.json === true) {
      context.out(JSON.stringify(answer, null, 2));
      return fired ? 0 : 1;
    }
    const paint = painter(context.colour);
    context.out(`answer: ${answer.status} ${answer.responseBody.trim()}`);
    for (const trigger of answer.triggers) {
      if (trigger.outcome === 'fired') context.out(paint('bold', `${trigger.trigger}: fires`));
      else context.out(`${trigger.trigger}: stopped at ${trigger.at}: ${trigger.message}`);
      for (const step of trigger.interceptors) {
        if (step.extensions === undefined) continue;
        const added = Object.entries(step.extensions);
        context.out(`  ${step.name} lets it through${added.length > 0 ? ', and adds' : ''}`);
        for (const [name, value] of added) context.out(`    extensions.${name} = ${JSON.stringify(value)}`);
      }
      if (trigger.outcome !== 'fired') continue;
      for (const [name, value] of Object.entries(trigger.params)) context.out(`  ${name} = ${value}`);
      for (const resource of trigger.resources)
        context.out(JSON.stringify(resource, null, 2).replace(/^/gm, '  '));
    }
    if (answer.triggers.length === 0)
      context.out(answer.status === 202 ? 'The listener has no trigger.' : 'No trigger was evaluated.');
    return fired ? 0 : 1;
  },
});

function secretsOf(texts: readonly string[], env: NodeJS.ProcessEnv): Record<string, Record<string, string>> {
  const secrets: Record<string, Record<string, string>> = {};
  for (const text of texts) {
    const match = /^([^/=]+)\/([^=]+)=([A-Za-z_][A-Za-z0-9_]*)$/.exec(text);
    if (!match)
      throw usage(
        `${JSON.stringify(text)} is not name/key=VARIABLE.`,
        'Write for example github-webhook/secret=WEBHOOK.',
      );
    const [, name = '', key = '', variable = ''] = match;
    const value = env[variable];
    if (value === undefined)
      throw usage(`The environment variable ${variable} is not set.`, `Set ${variable} to the secret.`);
    (secrets[name] ??= {})[key] = value;
  }
  return secrets;
}

function usage(message: string, fix: string): BitiqError {
  return new BitiqError({ code: 'usage', message, fix });
}
