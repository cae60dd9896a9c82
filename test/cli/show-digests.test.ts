import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { promote } from '../../src/actions/promote.ts';
import { imageCheck } from '../../src/actions/plan/require-images.ts';
import { openRepository } from '../../src/git/repository.ts';
import { actorAt, gitOpsRepository, tagOf, temporaryFolder } from '../kit/gitops-repository.ts';
import { storeImage } from '../kit/image-store.ts';
import { mainFile } from '../kit/loop-process.ts';

it('shows the digests that a release records, as text and as JSON', async () => {
  const { remote } = gitOpsRepository();
  const store = join(temporaryFolder(), 'images');
  const images = imageCheck(store);
  const digests: Record<string, string> = {};
  for (const service of ['toy-service', 'toy-web']) {
    const image = `ghcr.io/bitiq-io/${service}`;
    await storeImage(store, image, tagOf(1), { architecture: 'amd64' });
    digests[service] = (await images.lookUp(`${image}:${tagOf(1)}`)) ?? '';
  }
  const helm = process.env['BITIQ_HELM']!;
  await promote(await openRepository(remote), { from: 'dev', to: 'prod', actor: actorAt(), helm, images });
  const show = (...args: string[]) =>
    spawnSync(process.execPath, [mainFile, 'show', ...args, '--repo', remote], { encoding: 'utf8' }).stdout;
  expect(JSON.parse(show('prod/1', '--json'))).toMatchObject({ record: { digests } });
  for (const [service, digest] of Object.entries(digests))
    expect(show('prod/1')).toMatch(new RegExp(`^  ${service} +${tagOf(1)}  ${digest}$`, 'm'));
  expect(show('dev')).not.toContain('sha256:');
});
