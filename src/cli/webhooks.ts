import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { WebhookStep } from '../actions/webhook/each-service.ts';
import type { GitHub } from '../github/client.ts';
import { BitiqError } from '../model/errors.ts';
import type { ArgumentSpec, CommandContext, ContextOf, OptionSpec } from './command.ts';
import type { SharedContext } from './common-options.ts';
import { printError } from './print-error.ts';
import { printTable } from './print.ts';

/** The service whose repository is meant. */
export const serviceArgument = {
  name: 'service',
  summary: 'one service (default: all of bitiq.yaml)',
  optional: true,
} as const satisfies ArgumentSpec;

/** Where the webhooks go. */
export const urlOption = {
  flags: '--url <url>',
  summary: 'the public https address of the EventListener',
  required: true,
} as const satisfies OptionSpec;

/** Where the secret that signs them comes from. */
export const secretOptions = [
  {
    flags: '--webhook-secret-file <file>',
    summary: 'the secret that signs the webhooks (default: $BITIQ_WEBHOOK_SECRET)',
  },
  {
    flags: '--secret-from-cluster',
    summary: 'read the secret that `bitiq bootstrap` created, with your kubectl',
  },
  { flags: '--pipelines-namespace <name>', summary: 'the namespace of that secret (default: bitiq)' },
  { flags: '--context <name>', summary: "kubectl's context (default: the current one)" },
] as const satisfies readonly OptionSpec[];

type SecretContext = ContextOf<typeof secretOptions>;

/** Gives what makes ready to ask the GitHub of a repository; throws `github-token-missing` once for all of them. */
export async function connectWith(context: CommandContext): Promise<(repository: string) => Promise<GitHub>> {
  const { connectGitHub, requireToken } = await import('../github/client.ts');
  requireToken(context.env);
  return async (repository) => {
    return connectGitHub(repository, { env: context.env, signal: context.signal, progress: context.note });
  };
}

/** The secret from a file, a variable, or the Secret that `bitiq bootstrap` made; never from an argument. */
export async function readWebhookSecret(context: SecretContext): Promise<string> {
  const file = context.options.webhookSecretFile;
  const fromCluster = context.options.secretFromCluster === true;
  if (file !== undefined && fromCluster)
    throw usage('--webhook-secret-file and --secret-from-cluster exclude each other.', 'Give one of them.');
  const secret = fromCluster
    ? await readFromCluster(context)
    : file === undefined
      ? context.env['BITIQ_WEBHOOK_SECRET']
      : await readFromFile(file, context);
  const trimmed = secret?.replace(/\r?\n$/, '') ?? '';
  if (trimmed.trim() === '') {
    throw usage(
      'There is no secret to sign the webhooks with.',
      'Set $BITIQ_WEBHOOK_SECRET, or give --webhook-secret-file FILE or --secret-from-cluster; `openssl rand -hex 32` makes one.',
    );
  }
  if (trimmed.length < 16)
    context.note('Note: the secret is short; `openssl rand -hex 32` makes a good one.');
  return trimmed;
}

async function readFromFile(file: string, context: SecretContext): Promise<string> {
  return readFile(resolve(context.cwd, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usage(`${file} cannot be read: ${error.code ?? error.message}.`, 'Name a file that you may read.');
  });
}

async function readFromCluster(context: SecretContext): Promise<string> {
  const { readSecretKey } = await import('../kubernetes/kubectl.ts');
  return readSecretKey(
    { context: context.options.context, env: context.env },
    {
      namespace: context.options.pipelinesNamespace ?? 'bitiq',
      name: 'github-webhook',
      key: 'secret',
    },
  );
}

/** Prints what became of each webhook; exit code 3 when one failed. */
export function reportWebhooks(context: SharedContext, steps: readonly WebhookStep[]): number {
  const failed = steps.filter(({ state }) => state === 'failed');
  if (context.options.json === true) {
    const shown = steps.map(({ error, ...step }) => ({
      ...step,
      ...(error ? { error: { code: error.code, message: error.message, fix: error.fix } } : {}),
    }));
    context.out(JSON.stringify(shown, null, 2));
  } else {
    const rows = steps.map(({ state, service, repository, ping }) => [
      context.options.dryRun === true && state !== 'none' && state !== 'failed' ? `would ${state}` : state,
      service,
      repository,
      ping === undefined ? '' : `ping: ${ping}`,
    ]);
    context.out(printTable(rows));
    for (const { service, error } of failed) context.note(`${service}: ${printError(error, false)}`);
  }
  if (context.options.dryRun === true) context.note('This is a plan. Nothing was changed.');
  else if (failed.length > 0 && failed.length < steps.length)
    context.note(
      `${failed.length} of ${steps.length} failed; run it again for those; the others stay unchanged.`,
    );
  return failed.length > 0 ? 3 : 0;
}

function usage(message: string, fix: string): BitiqError {
  return new BitiqError({ code: 'usage', message, fix });
}
