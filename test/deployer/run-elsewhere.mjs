// Runs a deployer from dist for the folder of a kit, as a loop that a test can kill.
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startDeployer } from '../../dist/local/deployer/deployer.js';

const [root, file] = process.argv.slice(2);
const images = {
  async find(repository, tag) {
    const folder = join(root, 'store', `${repository.replaceAll('/', '-')}-${tag}`);
    return {
      digest: `sha256:${Buffer.from(folder).toString('hex').slice(-64)}`,
      config: {
        entrypoint: [],
        command: ['node', 'server.mjs'],
        environment: [`BITIQ_TAG=${tag}`],
        workingDirectory: '/app',
      },
      unpack: (into) => cp(folder, into, { recursive: true }),
    };
  },
};
const deployer = await startDeployer({
  environment: 'dev',
  directory: join(root, 'apps/dev'),
  images,
  secretsDirectory: join(root, 'secrets/dev'),
  clock: () => new Date(),
  onChange: () => {},
  readyCapMs: 60_000,
});
const target = { release: 'dev@1111111', revision: '1'.repeat(40), manifestDigest: 'sha256:1' };
const view = await deployer.sync({ ...target, manifests: await readFile(file, 'utf8') });
const pids = await Promise.all(view.services.map(async ({ url }) => (await (await fetch(url)).json()).pid));
process.stdout.write(`${JSON.stringify(pids)}\n`);
