import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { run } from '../process/run.ts';

/** What a registry is logged in with. Never printed. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
  /** True: the password is a token that is exchanged at the registry's authorization service. */
  readonly isIdentityToken: boolean;
}

const dockerConfigSchema = z.looseObject({
  auths: z
    .record(z.string(), z.looseObject({ auth: z.string().optional(), identitytoken: z.string().optional() }))
    .optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
});

/**
 * The credentials of a registry from Docker's config.json ($DOCKER_CONFIG or ~/.docker), its credential helpers included;
 * undefined without a login for that registry, and when the file cannot be read.
 */
export async function credentialsFor(registry: string, env = process.env): Promise<Credentials | undefined> {
  const folder = env['DOCKER_CONFIG'] || join(env['HOME'] || homedir(), '.docker');
  const text = await readFile(join(folder, 'config.json'), 'utf8').catch(() => '{}');
  const config = parseConfig(text);
  const key = registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry;
  const helper = config?.credHelpers?.[key] ?? config?.credsStore;
  if (helper && /^[\w.-]+$/.test(helper)) {
    const found = await askHelper(helper, key, env);
    if (found) return found;
  }
  const entry = Object.entries(config?.auths ?? {}).find(([name]) => hostOf(name) === hostOf(key))?.[1];
  if (!entry) return undefined;
  const [user = '', ...password] = Buffer.from(entry.auth ?? '', 'base64')
    .toString('utf8')
    .split(':');
  if (entry.identitytoken) return { user, password: entry.identitytoken, isIdentityToken: true };
  return user ? { user, password: password.join(':'), isIdentityToken: false } : undefined;
}

async function askHelper(
  helper: string,
  key: string,
  env: NodeJS.ProcessEnv,
): Promise<Credentials | undefined> {
  try {
    const answer = await run(`docker-credential-${helper}`, ['get'], {
      to: 'read the registry login',
      input: key,
      env,
    });
    const { Username, Secret } = z
      .object({ Username: z.string(), Secret: z.string() })
      .parse(JSON.parse(answer.stdout.toString('utf8')));
    return { user: Username, password: Secret, isIdentityToken: Username === '<token>' };
  } catch {
    return undefined; // a helper fails for a registry that it does not know; the registry's own answer then explains what is missing
  }
}

function parseConfig(text: string): z.infer<typeof dockerConfigSchema> | undefined {
  try {
    return dockerConfigSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function hostOf(name: string): string {
  return name.replace(/^https?:\/\//, '').replace(/\/(v[12]\/?)?$/, '');
}
