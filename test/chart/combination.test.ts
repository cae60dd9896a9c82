import { describe, expect, it } from 'vitest';
import { printComposite, releaseId } from '../../src/model/combination.ts';
import { render, renderText, service, services } from './render.ts';

describe('the ConfigMap of the combination', () => {
  it('says what the model says, whatever the order of the list', async () => {
    const names = ['web', 'a-b', 'a', 'a0', 'null', 'yes', 'environment'];
    const combination = new Map(
      names.map((name, index) => [name, `v1.0.${index}-${index}.g${'0e1'.repeat(4)}`]),
    );
    const list = [...combination].map(([name, tag]) =>
      service(name, { image: { repository: `ghcr.io/bitiq-io/${name}`, tag } }),
    );
    for (const order of [list, list.toReversed()]) {
      const documents = await render({ environment: 'dev', services: order });
      expect(documents.find(({ key }) => key === 'ConfigMap/shop-combination')?.object['data']).toEqual({
        environmentName: 'dev',
        releaseId: releaseId(combination),
        compositeVersion: printComposite(combination),
        ...Object.fromEntries(combination),
      });
    }
  });

  it('is all that an empty list renders', async () => {
    const documents = await render({ environment: 'dev', services: [] });
    expect(documents.map(({ key }) => key)).toEqual(['ConfigMap/shop-combination']);
    expect(documents[0]?.object['data']).toEqual({
      environmentName: 'dev',
      releaseId: releaseId(new Map()),
      compositeVersion: '',
    });
  });
});

describe('a large combination', () => {
  it('makes no service larger than a small one does, and still stands whole in the ConfigMap', async () => {
    const [hundred, fourHundred] = await Promise.all(
      [100, 400].map((count) => renderText({ environment: 'dev', services: services(count) })),
    );
    const size = (text = '', name: string) =>
      text.split(/^---$/m).find((part) => part.includes(name))?.length;
    for (const kind of ['Deployment', 'ServiceAccount', 'NetworkPolicy']) {
      expect(size(fourHundred, `kind: ${kind}\n`)).toBe(size(hundred, `kind: ${kind}\n`));
    }
    expect(fourHundred).toContain('service-398-v0.1.0-0.gabc1234_service-399-v0.1.0-0.gabc1234');
    expect((fourHundred?.length ?? 0) / 400).toBeLessThan(((hundred?.length ?? 0) / 100) * 1.01);
  });
});
