import { expect, it } from 'vitest';
import { render, service } from './render.ts';

interface Named {
  readonly name: string;
  readonly value: string;
}

async function environmentOf(env: Record<string, string>): Promise<readonly Named[]> {
  const documents = await render({ environment: 'dev', services: [service('web', { env })] });
  const { object } = documents.find(({ kind }) => kind === 'Deployment')!;
  const { template } = object['spec'] as { template: { spec: { containers: { env: Named[] }[] } } };
  return template.spec.containers[0]!.env;
}

it('a variable comes after those that it names, and the alphabet orders the rest', async () => {
  const env = {
    DATABASE_URL: 'postgres://$(DB_USER):$(DB_PASSWORD)@$(HOST)/shop',
    DB_PASSWORD: '$$(HOST) $(FROM_THE_STORE)',
    DB_USER: 'shop',
    A: '$(Z)',
    HOST: 'db.$(ZONE)',
    Z: 'z',
    ZONE: 'eu',
  };
  const rendered = await environmentOf(env);
  expect(rendered.map(({ name }) => name)).toEqual([
    'Z',
    'A',
    'DB_USER',
    'DB_PASSWORD',
    'ZONE',
    'HOST',
    'DATABASE_URL',
  ]);
  expect(Object.fromEntries(rendered.map(({ name, value }) => [name, value]))).toEqual(env);
});

it('without references the order is that of the alphabet', async () => {
  const rendered = await environmentOf({ B: '$5', a: '$(', A: '$$(B)' });
  expect(rendered.map(({ name }) => name)).toEqual(['A', 'B', 'a']);
});
