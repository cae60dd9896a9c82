import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stepEnvironment } from '../../src/local/step-environment.ts';
import { runTask, taskRunYaml } from './kit-task.ts';

const root = join(import.meta.dirname, '../..');

it("a step's `git config --global` stays in its own home", async () => {
  // Git would replace /dev/null, so it is only asked where no variable can name it.
  const script = `test -z "$GIT_CONFIG_GLOBAL" || exit 9
git config --global user.name ci
git config --global --get user.name
test -f "$HOME/.gitconfig" && echo home`;
  const spec = `taskSpec: { steps: [{ name: s, image: alpine/git, script: ${JSON.stringify(script)} }] }`;
  const run = await runTask(taskRunYaml(spec), { env: stepEnvironment(process.env) });
  expect(run.lines).toEqual(['s: ci', 's: home']);
  expect(lstatSync(devNull).isCharacterDevice()).toBe(true);
});

it('nothing of this repository gives Git /dev/null as its configuration', () => {
  const sources = ['src', 'test', 'tools'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|js|sh)$/.test(file))
      .map((file) => join(root, folder, file)),
  );
  const named = /GIT_CONFIG_(?:GLOBAL|SYSTEM)['"]?\s*[:=]\s*(?:devNull|['"]?\/dev\/null['"]?)\s*[,;\n]/;
  expect(sources.filter((file) => named.test(readFileSync(file, 'utf8')))).toEqual([]);
});
