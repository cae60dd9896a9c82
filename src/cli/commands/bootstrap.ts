import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BitiqError } from '../../model/errors.ts';
import type { GitLogin, GivenCredentials } from '../../kubernetes/credentials.ts';
import type { BootstrapStep } from '../../actions/bootstrap.ts';
import { flagOption, textOption, type CommandContext, type CommandSpec } from '../command.ts';
import { openCheckout } from '../file-changes.ts';
import { printTable } from '../print.ts';

export const bootstrap: CommandSpec = {
  name: 'bootstrap',
  group: 'Runs',
  summary: "make an environment's credentials in a cluster, once, and say which are missing",
  description:
    'Creates the Secrets that nothing in Git can hold, with your kubectl: the GitOps repository for Argo CD and its Image Updater, the secret of the webhooks, the logins of the image registry. Values come from files and environment variables, go to kubectl on its input, and are never printed. A Secret that is there is left alone.',
  arguments: [{ name: 'env', summary: 'the environment' }],
  options: [
    { flags: '--git-ssh-key <file>', summary: 'the private SSH key that Git logs in with' },
    {
      flags: '--git-token-file <file>',
      summary: 'the token that Git logs in with over https (default: $BITIQ_GIT_TOKEN)',
    },
    { flags: '--git-user <name>', summary: 'the user name beside the token (default: x-access-token)' },
    { flags: '--github-app-key <file>', summary: 'the private key of a GitHub App' },
    { flags: '--github-app-id <id>', summary: 'the id of the GitHub App' },
    { flags: '--github-app-installation <id>', summary: 'the id of its installation' },
    {
      flags: '--webhook-secret-file <file>',
      summary: 'the secret of the webhooks (default: $BITIQ_WEBHOOK_SECRET)',
    },
    { flags: '--registry-config <file>', summary: "Docker's config.json with the registry's logins" },
    { flags: '--pipelines-namespace <name>', summary: 'where the pipelines run (default: bitiq)' },
    { flags: '--context <name>', summary: "kubectl's context (default: the current one)" },
    { flags: '--replace', summary: 'write new values over Secrets that are there' },
    { flags: '--dry-run', summary: 'print names and keys, and do not ask the cluster' },
    { flags: '--json', summary: 'print JSON' },
  ],
  examples: [
    {
      command: 'bitiq bootstrap dev --dry-run',
      summary: 'which Secrets are needed, and which keys they have',
    },
    {
      command: 'bitiq bootstrap dev --git-ssh-key ~/.ssh/bitiq --registry-config ~/.docker/config.json',
      summary: 'with $BITIQ_WEBHOOK_SECRET set',
    },
  ],
  exitCodes: { 0: 'every Secret is there', 1: 'some are missing' },
  run: async (context) => {
    const { bootstrap: runBootstrap } = await import('../../actions/bootstrap.ts');
    const { tree } = await openCheckout(context);
    const dryRun = flagOption(context, 'dryRun');
    const steps = await runBootstrap(tree, {
      environment: context.args[0] ?? '',
      given: await readGiven(context),
      cluster: { context: textOption(context, 'context'), env: context.env },
      pipelinesNamespace: textOption(context, 'pipelinesNamespace') ?? 'bitiq',
      replace: flagOption(context, 'replace'),
      dryRun,
    });
    if (flagOption(context, 'json')) context.out(JSON.stringify(steps.map(describe), null, 2));
    else {
      const rows = steps
        .map(describe)
        .map((each) => [each.state, `${each.namespace}/${each.name}`, each.purpose, printKeys(each)]);
      context.out(printTable(rows));
    }
    const missing = steps.filter(({ state }) => state === 'missing' || state === 'needed');
    for (const { secret } of missing) {
      const word = dryRun ? 'Needed' : 'Missing';
      context.note(`${word}: ${secret.namespace}/${secret.name}. Give ${secret.source}.`);
    }
    if (dryRun) context.note('This is a plan. Nothing was changed, and the cluster was not asked.');
    return missing.length === 0 || dryRun ? 0 : 1;
  },
};

function describe({ secret, state }: BootstrapStep) {
  const { namespace, name, purpose, keys, keysOfOneWay } = secret;
  return { state, namespace, name, keys, ...(keysOfOneWay && { keysOfOneWay }), purpose };
}

/** Such as `type, url, and sshPrivateKey | username, password`. */
function printKeys({ keys, keysOfOneWay }: ReturnType<typeof describe>): string {
  const ways = keysOfOneWay?.map((way) => way.join(', ')).join(' | ');
  return [keys.join(', '), ways].filter(Boolean).join(', and ');
}

async function readGiven(context: CommandContext): Promise<GivenCredentials> {
  const read = (option: string, variable?: string) => readValue(context, option, variable);
  return {
    git: await readGit(context),
    webhookSecret: trimmed(await read('webhookSecretFile', 'BITIQ_WEBHOOK_SECRET')),
    registryConfig: await read('registryConfig'),
  };
}

async function readGit(context: CommandContext): Promise<GitLogin | undefined> {
  const ssh = await readValue(context, 'gitSshKey');
  const app = await readValue(context, 'githubAppKey');
  const tokenFile = textOption(context, 'gitTokenFile');
  const ways = [ssh && '--git-ssh-key', app && '--github-app-key', tokenFile && '--git-token-file'].filter(
    Boolean,
  );
  if (ways.length > 1) throw usage(`${ways.join(' and ')} are two ways to log in.`, 'Give one of them.');
  if (ssh !== undefined) return { kind: 'ssh', key: ssh };
  if (app !== undefined) {
    const id = textOption(context, 'githubAppId');
    const installation = textOption(context, 'githubAppInstallation');
    if (id !== undefined && installation !== undefined) return { kind: 'app', id, installation, key: app };
    throw usage(
      'A GitHub App has an id and an installation.',
      'Give --github-app-id and --github-app-installation, too.',
    );
  }
  const token = trimmed(await readValue(context, 'gitTokenFile', 'BITIQ_GIT_TOKEN'));
  return token === undefined
    ? undefined
    : { kind: 'token', user: textOption(context, 'gitUser') ?? 'x-access-token', token };
}

/** The content of the file that an option names, else of an environment variable; an empty one is refused. */
async function readValue(
  context: CommandContext,
  option: string,
  variable?: string,
): Promise<string | undefined> {
  const file = textOption(context, option);
  if (file === undefined) return (variable === undefined ? undefined : context.env[variable]) || undefined;
  const text = await readFile(resolve(context.cwd, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usage(`${file} cannot be read: ${error.code ?? error.message}.`, 'Name a file that you may read.');
  });
  if (text.trim() === '') throw usage(`${file} is empty.`, 'Name a file with the value in it.');
  return text;
}

/** Without the newline that editors put at the end of a file. */
function trimmed(text: string | undefined): string | undefined {
  return text?.replace(/\r?\n$/, '');
}

function usage(message: string, fix: string): BitiqError {
  return new BitiqError({ code: 'usage', message, fix });
}
