import type { BootstrapStep } from '../../actions/bootstrap.ts';
import { defineCommand } from '../command.ts';
import { openCheckout } from '../file-changes.ts';
import { credentialOptions, readGivenCredentials } from '../given-credentials.ts';
import { printTable } from '../print.ts';

export const bootstrapCommand = defineCommand({
  name: 'bootstrap',
  group: 'Runs',
  summary: "create an environment's credentials in a cluster, once, and list the missing ones",
  description:
    'Creates the Secrets that must not be in Git, with your kubectl: the GitOps repository for Argo CD and its Image Updater, the secret of the webhooks, the logins of the image registry. Values come from files and environment variables, go to kubectl on its input, and are never printed. An existing Secret is left alone.',
  arguments: [{ name: 'env', summary: 'the environment' }],
  options: [
    ...credentialOptions,
    { flags: '--pipelines-namespace <name>', summary: 'where the pipelines run (default: bitiq)' },
    { flags: '--context <name>', summary: "kubectl's context (default: the current one)" },
    { flags: '--replace', summary: 'overwrite existing Secrets with the new values' },
    { flags: '--dry-run', summary: 'print names and keys without asking the cluster' },
    { flags: '--json', summary: 'print JSON' },
  ],
  examples: [
    {
      command: 'bitiq bootstrap dev --dry-run',
      summary: 'list the required Secrets and their keys',
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
    const dryRun = context.options.dryRun === true;
    const steps = await runBootstrap(tree, {
      environment: context.args[0],
      given: await readGivenCredentials(context),
      cluster: { context: context.options.context, env: context.env },
      pipelinesNamespace: context.options.pipelinesNamespace ?? 'bitiq',
      replace: context.options.replace === true,
      dryRun,
    });
    if (context.options.json === true) context.out(JSON.stringify(steps.map(describe), null, 2));
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
});

function describe({ secret, state }: BootstrapStep) {
  const { namespace, name, purpose, keys, keysOfOneWay } = secret;
  return { state, namespace, name, keys, ...(keysOfOneWay && { keysOfOneWay }), purpose };
}

/** Such as `type, url, and sshPrivateKey | username, password`. */
function printKeys({ keys, keysOfOneWay }: ReturnType<typeof describe>): string {
  const ways = keysOfOneWay?.map((way) => way.join(', ')).join(' | ');
  return [keys.join(', '), ways].filter(Boolean).join(', and ');
}
