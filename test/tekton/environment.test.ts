import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stepEnvironment } from '../../src/local/step-environment.ts';
import { newFolder } from './kit.ts';
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

it("what a step changes in npm's configuration stays in the run", async () => {
  const config = join(newFolder(), 'npmrc');
  writeFileSync(config, 'registry=http://127.0.0.1:9/\n');
  const script = `cat "$npm_config_userconfig"
echo fund=false >> "$npm_config_userconfig"
test "$npm_config_userconfig" = "$HOME/.npmrc" && echo home`;
  const spec = `taskSpec: { steps: [{ name: s, image: node, script: ${JSON.stringify(script)} }] }`;
  const env = stepEnvironment({ ...process.env, npm_config_userconfig: config });
  const run = await runTask(taskRunYaml(spec), { env });
  expect(run.lines).toEqual(['s: registry=http://127.0.0.1:9/', 's: home']);
  expect(readFileSync(config, 'utf8')).toBe('registry=http://127.0.0.1:9/\n');
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
