import { describe, expect, it } from 'vitest';
import { buildImage } from '../../src/actions/image/build.ts';
import { registryImages } from '../../src/actions/read/image-source.ts';
import { digestOf } from '../../src/registry/digest.ts';
import { indexType, manifestType } from '../../src/registry/media-types.ts';
import { folderWith, hasTool, temporaryFolder } from './kit.ts';
import { startRegistry } from './registry-server.ts';

const tag = 'v0.1.0-3.gabc1234';

describe.skipIf(!hasTool('docker-registry'))('images in a registry', () => {
  it('are listed, and say for each platform which commit they are', async () => {
    const registry = await startRegistry();
    const image = `${registry}/shop/web`;
    const images = registryImages();
    expect(await images.tagsOf(image)).toEqual([]);
    expect(await images.inspect(image, tag)).toBeUndefined();

    const context = await folderWith({ Dockerfile: 'FROM scratch\nCOPY a /a\n', a: 'content' });
    const built = await buildImage({
      context,
      image,
      tag,
      base: 'none',
      store: await temporaryFolder(),
      push: true,
    });
    expect(await images.tagsOf(image)).toEqual([tag]);
    expect(await images.inspect(image, tag)).toEqual([{ platform: 'linux/amd64', revision: 'abc1234' }]);

    // An index over it, with an attestation beside, as BuildKit writes them.
    const url = `http://${image.replace('/', '/v2/')}/manifests`;
    const size = (
      await (await fetch(`${url}/${built.digest}`, { headers: { accept: manifestType } })).arrayBuffer()
    ).byteLength;
    const entry = { mediaType: manifestType, digest: built.digest, size };
    const index = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: indexType,
        manifests: [
          { ...entry, platform: { os: 'linux', architecture: 'amd64' } },
          { ...entry, platform: { os: 'unknown', architecture: 'unknown' } },
        ],
      }),
    );
    const put = await fetch(`${url}/v0.1.0-4.gabc1234`, {
      method: 'PUT',
      body: index,
      headers: { 'content-type': indexType },
    });
    expect(put.status, digestOf(index)).toBe(201);
    expect(await images.inspect(image, 'v0.1.0-4.gabc1234')).toEqual([
      { platform: 'linux/amd64', revision: 'abc1234' },
    ]);
  });
});
