import { describe, it } from 'vitest';
import { registryImages } from '../read/image-source.ts';
import { imageCheck } from './require-images.ts';

/** Port 1 of this machine, where no registry listens. */
const image = '127.0.0.1:1/acme/cart';
const repositories = new Map([['cart', image]]);

describe('a registry that cannot be reached', () => {
  it.concurrent('leaves a write the ways that it has', async ({ expect }) => {
    const combination = new Map([['cart', 'v0.1.0-0.gabc0001']]);
    await expect(imageCheck(undefined).require(repositories, combination)).rejects.toMatchObject({
      code: 'registry-unreachable',
      fix: expect.stringMatching(/^Check the name and the network\. .*--image-store.*--no-image-check/),
    });
  });

  it.concurrent(
    'is not asked about a service whose image nothing names: that is refused',
    async ({ expect }) => {
      const combination = new Map([['cart', 'v0.1.0-0.gabc0001']]);
      await expect(imageCheck(undefined).require(new Map(), combination)).rejects.toMatchObject({
        code: 'image-missing',
        message: expect.stringContaining('names the image of cart') as string,
      });
    },
  );

  it.concurrent('leaves the updater the way that it has', async ({ expect }) => {
    await expect(registryImages().tagsOf(image)).rejects.toMatchObject({
      code: 'registry-unreachable',
      fix: expect.stringMatching(/^Check the name and the network\. `--image-store DIR` [^-]*$/),
    });
  });
});
