import { expect, it } from 'vitest';
import { configSchema } from './config.ts';

const problemsOf = (example: string): string[] => {
  const service = { name: 'a', repository: 'https://example.com/a/a', image: 'example.com/a/a', example };
  const { error } = configSchema.safeParse({ services: [service], environments: [{ name: 'dev' }] });
  return (error?.issues ?? []).filter(({ path }) => path.includes('example')).map(({ message }) => message);
};

it.each(['examples/a', 'a', 'examples/..a', 'examples/a.b', 'a..'])(
  'takes the folder %j of an example',
  (example) => {
    expect(problemsOf(example)).toEqual([]);
  },
);

it.each(['x/../../outdir', '..', '../a', 'a/..', 'a/./b', '/a', 'a\\..\\..', 'a\n/../../b'])(
  'refuses %j as the folder of an example',
  (example) => expect(problemsOf(example)).toEqual(['must be a folder inside this repository']),
);
