import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BitiqError } from '../model/errors.ts';
import type { GitLogin, GivenCredentials } from '../kubernetes/credentials.ts';
import type { ContextOf, OptionSpec } from './command.ts';

/** The options that give credentials. */
export const credentialOptions = [
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
] as const satisfies readonly OptionSpec[];

type Context = ContextOf<typeof credentialOptions>;

/**
 * The credentials that options and environment variables give to `bitiq bootstrap`. Throws `usage` for a file that cannot be
 * read, and for a value that would be refused where it is used: no one sees it there.
 */
export async function readGivenCredentials(context: Context): Promise<GivenCredentials> {
  const { webhookSecretFile, registryConfig } = context.options;
  return {
    git: await readGit(context),
    webhookSecret: oneLine(
      await readValue(context, webhookSecretFile, 'BITIQ_WEBHOOK_SECRET'),
      'The secret of the webhooks',
    ),
    registryConfig: withLogins(await readValue(context, registryConfig)),
  };
}

async function readGit(context: Context): Promise<GitLogin | undefined> {
  const ssh = await readValue(context, context.options.gitSshKey);
  const app = await readValue(context, context.options.githubAppKey);
  const tokenFile = context.options.gitTokenFile;
  const ways = [ssh && '--git-ssh-key', app && '--github-app-key', tokenFile && '--git-token-file'].filter(
    Boolean,
  );
  if (ways.length > 1) throw usage(`${ways.join(' and ')} exclude each other.`, 'Give one of them.');
  if (ssh !== undefined) return { kind: 'ssh', key: privateKey(ssh, '--git-ssh-key') };
  const id = context.options.githubAppId;
  const installation = context.options.githubAppInstallation;
  if (app !== undefined && id !== undefined && installation !== undefined) {
    for (const number of [id, installation])
      if (!/^\d+$/.test(number))
        throw usage(`${number} is not an id of GitHub.`, 'An id consists of digits.');
    return { kind: 'app', id, installation, key: privateKey(app, '--github-app-key') };
  }
  if (app !== undefined || id !== undefined || installation !== undefined) {
    throw usage(
      'A GitHub App logs in with a key, its id and the id of its installation.',
      'Give --github-app-key, --github-app-id and --github-app-installation.',
    );
  }
  const token = oneLine(await readValue(context, tokenFile, 'BITIQ_GIT_TOKEN'), 'The token');
  return token === undefined
    ? undefined
    : { kind: 'token', user: context.options.gitUser ?? 'x-access-token', token };
}

/** The content of the file, if an option named one, else of an environment variable; an empty one is refused. */
async function readValue(
  context: Context,
  file: string | undefined,
  variable?: string,
): Promise<string | undefined> {
  if (file === undefined) return (variable === undefined ? undefined : context.env[variable]) || undefined;
  const text = await readFile(resolve(context.cwd, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usage(`${file} cannot be read: ${error.code ?? error.message}.`, 'Name a file that you may read.');
  });
  if (text.trim() === '') throw usage(`${file} is empty.`, 'Name a file with the value in it.');
  return text;
}

/** Without the newline that editors put at the end of a file. */
function oneLine(text: string | undefined, what: string): string | undefined {
  const line = text?.replace(/\r?\n$/, '');
  if (line !== undefined && /[\r\n]|^\s|\s$/.test(line)) {
    throw usage(`${what} has more than one line, or spaces around it.`, 'Give the value alone.');
  }
  return line;
}

/** A private key as Git and GitHub take it: with newlines, also at the end, and without a passphrase. */
function privateKey(text: string, option: string): string {
  const key = `${text.replaceAll('\r\n', '\n').trim()}\n`;
  if (!/^-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----\n[\s\S]+\n-----END /.test(key)) {
    throw usage(
      `The file of ${option} has no private key.`,
      'Name the file that begins with -----BEGIN … PRIVATE KEY-----, not the .pub beside it.',
    );
  }
  // What an OpenSSH key without a passphrase begins with: its format, and the ciphers `none`.
  const isOpen = !key.includes('OPENSSH') || key.includes('b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ');
  if (!isOpen || /ENCRYPTED/.test(key)) {
    throw usage(
      `The key of ${option} has a passphrase; a cluster cannot enter one.`,
      'Create a separate key without one: ssh-keygen -t ed25519 -N "" -f FILE.',
    );
  }
  return key;
}

/** Docker's config.json, when it has a login in itself: many keep them in the system's key chain. */
function withLogins(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  let config: { auths?: Record<string, Record<string, unknown> | null> } | null;
  try {
    config = JSON.parse(text) as typeof config;
  } catch {
    throw usage('The file of --registry-config is not JSON.', "Name Docker's config.json.");
  }
  const logins = Object.values(config?.auths ?? {});
  if (logins.some((login) => login?.['auth'] || login?.['identitytoken'] || login?.['password'])) return text;
  throw usage(
    'The file of --registry-config has no login: Docker keeps logins elsewhere (credsStore), or there are none.',
    'Make one that has: DOCKER_CONFIG=$(mktemp -d), write {"auths":{"ghcr.io":{"auth":"<user:token in base64>"}}} to its config.json, and name that file.',
  );
}

function usage(message: string, fix: string): BitiqError {
  return new BitiqError({ code: 'usage', message, fix });
}
